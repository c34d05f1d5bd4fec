"""Whether a process runs, has been stopped by a signal, or is one of livecode's."""

import os
from pathlib import Path


def runs(pid: int) -> bool:
    """Return whether a process of that id exists and has not ended.

    A process that has ended and still waits for its parent (a zombie) does not run.
    """
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) not in ("Z", "X")  # Linux tells zombies apart


def is_stopped(pid: int) -> bool:
    """Return whether a signal such as SIGSTOP holds the process up; only Linux tells."""
    return _state(pid) == "T"


def is_ours(pid: int) -> bool:
    """Return whether a process of livecode runs under that id.

    The system gives the id of an ended process to another one, which no signal of ours may reach.
    Where no system tells, every process that runs is taken for ours.
    """
    if not runs(pid):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return not Path("/proc/self").exists()
    return any(word.startswith(b"livecode") for word in words)  # its title, or its module


def is_mapped(segment: str) -> bool:
    """Return whether any process has the shared memory of that name; True where nobody can tell."""
    if not Path("/proc/self/maps").exists():
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


def _state(pid: int) -> str | None:
    """Return the letter of a process's state, "X" for none of that id; None where nobody tells.

    A caller that has no file descriptor left is not told, either.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X" if Path("/proc/self").exists() else None
    except (OSError, IndexError):
        return None
