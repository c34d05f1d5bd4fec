"""Whether a process runs, or has been stopped by a signal."""

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
