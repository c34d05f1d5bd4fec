"""Whose files are, who may read them, and where temporary ones go."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from livecode.system.here import HERE

#: Permissions of what only this user may read. Windows keeps others out of a user's folders by itself.
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def user() -> str:
    """Return what tells this user from others of this machine, as part of a file's name."""
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def close_folder(path: Path) -> None:
    """Close a folder of this user to others; one of somebody else stays as it is. Raises OSError."""
    status = path.stat()
    mine = hasattr(os, "geteuid") and status.st_uid == os.geteuid()
    if mine and stat.S_IMODE(status.st_mode) & ~PRIVATE_FOLDER:
        path.chmod(PRIVATE_FOLDER)


def close_file(descriptor: int) -> None:
    """Close an open file to others, if it is one of this user."""
    status = os.fstat(descriptor)
    closes = hasattr(os, "fchmod") and stat.S_ISREG(status.st_mode)
    if closes and stat.S_IMODE(status.st_mode) & ~PRIVATE_FILE:
        with suppress(OSError):  # of somebody else, who lets this user write
            os.fchmod(descriptor, PRIVATE_FILE)


def is_private(folder: Path) -> bool:
    """Return whether a folder is one of this user alone, and no link to another."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(status.st_mode)
    mine = status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & ~PRIVATE_FOLDER
    return stat.S_ISDIR(status.st_mode) and mine


def is_superuser() -> bool:
    """Return whether this process may do everything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def temporary_roots() -> list[Path]:
    """Return the folders for temporary files, from the one that is named to those that are always there."""
    named = (os.environ.get(name) for name in ("TMPDIR", "XDG_RUNTIME_DIR"))
    known = [Path(each) for each in named if each and os.path.isabs(each)]
    if os.name == "posix":
        known += [Path("/tmp"), Path("/var/tmp")]
        if HERE.named_memory:
            known.append(Path("/dev/shm"))
    else:
        known.append(Path(tempfile.gettempdir()))
    return list(dict.fromkeys(known))
