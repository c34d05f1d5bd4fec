"""Ends what the performer's code has started: processes that would outlive the show and hold its port."""

import ctypes
import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_SET_CHILD_SUBREAPER = 36  # prctl(2)


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends; only Linux has that."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_group(leader: int) -> None:
    """Kill the process group that a process has led."""
    if leader > 0:
        with suppress(OSError):
            os.killpg(leader, signal.SIGKILL)


def end_adopted(but: Collection[int]) -> None:
    """Kill and reap the children of this process that it did not start, all but the ids in `but`."""
    for _ in range(16):  # what is killed may leave children behind, too
        found = [pid for pid in _children() if pid not in but]
        if not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with suppress(OSError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    """Return the ids of this process's children, as far as the system tells."""
    try:
        return [
            int(pid)
            for task in Path("/proc/self/task").iterdir()
            for pid in (task / "children").read_text().split()
        ]
    except (OSError, ValueError):
        return []
