"""Other processes: whether one runs, has been stopped, is livecode's; and the end of what it has started."""

import ctypes
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from livecode.system.here import HERE
from livecode.system.signals import KILL, kill

_SET_CHILD_SUBREAPER = 36  # prctl(2)


def runs(pid: int) -> bool:
    """Return whether a process of that id exists and has not ended.

    A process that has ended and still waits for its parent (a zombie) does not run.
    """
    if pid <= 0:
        return False
    if sys.platform != "win32":  # where this would end it
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
    return _state(pid) not in ("Z", "X")


def is_stopped(pid: int) -> bool:
    """Return whether a signal such as SIGSTOP holds the process up."""
    return _state(pid) == "T"


def is_ours(pid: int) -> bool:
    """Return whether a process of livecode runs under that id.

    The system gives the id of an ended process to another one, which no signal of ours may reach.
    Where no system tells, every process that runs is taken for ours.
    """
    if not runs(pid):
        return False
    words = _words(pid)
    # its title, or its module
    return words is None or any(word.startswith("livecode") for word in words)


def is_mapped(segment: str) -> bool:
    """Return whether any process has the shared memory of that name; True where nobody can tell."""
    if not HERE.proc:
        return True
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                maps = (process / "maps").read_bytes()
            except OSError:  # of another user, or gone by now
                continue
            if b"/" + segment.encode("utf-8", "replace") + b"\n" in maps:
                return True
    return False


def has_parent(pid: int) -> bool:
    """Return whether the process of that id, which has started this one, still runs."""
    return os.getppid() == pid and (sys.platform != "win32" or runs(pid))


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends; only Linux has that."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_group(leader: int) -> None:
    """Kill the process group that a process has led; Windows has none."""
    if leader > 0 and sys.platform != "win32":
        with suppress(OSError):
            os.killpg(leader, KILL)


def end_adopted(but: Collection[int]) -> None:
    """Kill and reap the children of this process that it did not start, all but the ids in `but`."""
    for _ in range(16):  # what is killed may leave children behind, too
        found = [pid for pid in _children() if pid not in but]
        if not found:
            return
        for pid in found:
            kill(pid)
            if sys.platform != "win32":
                with suppress(OSError):
                    os.waitpid(pid, 0)


def _children() -> list[int]:
    """Return the ids of this process's children, as far as the system tells."""
    if not HERE.proc:
        import psutil

        with suppress(psutil.Error, OSError):
            return [each.pid for each in psutil.Process().children()]
        return []
    try:
        return [
            int(pid)
            for task in Path("/proc/self/task").iterdir()
            for pid in (task / "children").read_text().split()
        ]
    except (OSError, ValueError):
        return []


def _words(pid: int) -> list[str] | None:
    """Return the command line of a process; None where nobody tells."""
    if HERE.proc:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None if not Path("/proc/self").exists() else []
        return [os.fsdecode(word) for word in line.split(b"\0")]
    import psutil

    try:
        return list(psutil.Process(pid).cmdline())
    except (psutil.Error, OSError):
        return []


def _state(pid: int) -> str | None:
    """Return the letter of a process's state, as Linux has them, "X" for none of that id.

    None: nobody tells, such as to a caller that has no file descriptor left.
    """
    if HERE.proc:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return "X" if Path("/proc/self").exists() else None
        except (OSError, IndexError):
            return None
    import psutil

    try:
        status = psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return "X"
    except (psutil.Error, OSError):
        return None
    return {psutil.STATUS_ZOMBIE: "Z", psutil.STATUS_DEAD: "X", psutil.STATUS_STOPPED: "T"}.get(
        status, "R"
    )
