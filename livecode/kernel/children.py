"""What processes that the performer starts get of the mind: none of its sockets."""

import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from livecode.system.here import HERE


def prepare(connection: Path, ours: Callable[[], Iterable[int]]) -> None:
    """Keep our sockets from forked children.

    Children are forked unless the performer says otherwise. They begin anew where the system cannot
    fork, or where its libraries do not survive it.

    `connection` is the mind's connection file: sockets bound beside it are the mind's.
    `ours()` gives the file descriptors of further sockets.
    """
    import multiprocessing

    with suppress(RuntimeError, ValueError):  # a library has chosen another way
        multiprocessing.set_start_method("fork" if HERE.forks else "spawn")
    if hasattr(os, "register_at_fork"):  # the performer may fork by other means
        os.register_at_fork(after_in_child=lambda: _begin_child(str(connection.parent), ours()))


def _begin_child(folder: str, ours: Iterable[int]) -> None:
    """Undo in a forked child what the mind alone does: listen, answer, and end in its own way."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a pool ends its workers by it
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    closing = {*ours, *(each for each in _descriptors() if _is_in(each, folder))}
    for each in closing:
        with suppress(OSError):
            os.close(each)


def _descriptors() -> list[int]:
    """Return the open file descriptors of this process."""
    try:
        return [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return []


def _is_in(descriptor: int, folder: str) -> bool:
    """Return whether a descriptor is a local socket whose address is in that folder."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        asked = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return False
    with asked:
        if asked.family != socket.AF_UNIX:
            return False
        for address in (asked.getsockname, asked.getpeername):
            with suppress(OSError):
                if str(address()).startswith(folder):
                    return True
    return False
