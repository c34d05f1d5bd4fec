"""Places for what a performance keeps: the user's folders, or others where those cannot be written."""

import hashlib
import os
import tempfile
from pathlib import Path

import platformdirs

from livecode.system.folders import PRIVATE_FOLDER, is_private, temporary_roots, user

#: A place has to take so many bytes.
PROBE_BYTES = 1 << 16
#: A longer path leaves no room for the names of local sockets, which have 107 bytes at most.
LONGEST_FOLDER = 70


def data_folder() -> Path:
    """Return the user's folder for what livecode keeps."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False))


def temporary_folders() -> list[Path]:
    """Return the folders that take the place of `data_folder`, for as long as the system runs.

    Each is this user's alone. One that somebody else has made, or that is not there, is left out.
    """
    return [each for each in _candidates() if is_private(each.parent) and is_private(each)]


def make_temporary_folder() -> Path:
    """Return a folder of `temporary_folders` that can be written, which is made if need be.

    Raises OSError if there is none.
    """
    trouble = OSError("nowhere can anything be written")
    for each in _candidates():
        try:
            each.parent.mkdir(PRIVATE_FOLDER, exist_ok=True)
            if not is_private(each.parent):
                continue
            each.mkdir(PRIVATE_FOLDER, exist_ok=True)
            probe(each)
            return each
        except OSError as error:
            trouble = error
    raise trouble


def make_short_folder(prefix: str) -> Path:
    """Make a new folder of this user alone, with a path that is short enough for local sockets.

    Raises OSError if there is no place for one.
    """
    trouble = OSError("nowhere can anything be written")
    for each in temporary_roots():
        try:
            made = Path(tempfile.mkdtemp(prefix=prefix, dir=each))
        except OSError as error:
            trouble = error
            continue
        try:
            if len(os.fsencode(made)) > LONGEST_FOLDER:
                raise OSError(f"{made} is too long a path for local sockets")
            probe(made)
            return made
        except OSError as error:
            trouble = error
            made.rmdir()
    raise trouble


def probe(folder: Path) -> None:
    """Raise OSError if a folder takes no file of PROBE_BYTES."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        left = memoryview(bytes(PROBE_BYTES))
        while left:
            left = left[file.write(left) :]


def can_write(folder: Path) -> bool:
    """Return whether a folder, which is made if need be, takes files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe(folder)
    except OSError:
        return False
    return True


def _candidates() -> list[Path]:
    whose = hashlib.sha256(os.fsencode(data_folder())).hexdigest()[:8]
    return [each / f"livecode-{user()}" / whose for each in temporary_roots()]
