"""What tests ask about the system, so that they run where it lacks something, and under LIVECODE_PORTABLE."""

import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from livecode.system.guard import lifted
from livecode.system.here import HERE
from livecode.system.segments import segment_files
from livecode.transport.places import make_temporary_folder

#: Children are copies of this process.
forks = pytest.mark.skipif(not HERE.forks, reason="no process is forked on this system")
#: Shared memory is in /dev/shm.
named_memory = pytest.mark.skipif(
    not HERE.named_memory, reason="shared memory is a file on this system, and not in /dev/shm"
)


def segments(pid: int | None = None) -> set[Path]:
    """Return the shared memory that a process has made, this one by default, where it can be seen."""
    return segment_files(os.getpid() if pid is None else pid, make_temporary_folder)


def is_segment(path: str) -> bool:
    """Return whether a file that is mapped is shared memory of livecode."""
    where = Path("/dev/shm") if HERE.named_memory else make_temporary_folder()
    return Path(path).parent == where


def in_a_terminal(become: Callable[[], object]) -> tuple[int, int]:
    """Have a process with a pseudo terminal of its own become a program; return its id and the other end."""
    with lifted():
        process, window = pty.fork()
        if process == 0:
            become()
    return process, window
