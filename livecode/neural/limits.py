"""What the file of a model may claim: decided before memory is taken for it."""

import os
import zipfile
from pathlib import Path
from typing import BinaryIO

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.system.memory import free_bytes

#: The largest file of a model, and the most memory that its tensors may take, in bytes.
LARGEST_BYTES = 2 << 30
#: Of the memory that is free, a model may take this share.
MOST_OF_FREE = 0.5
#: Archives of models hold tensors, which hardly shrink: one that unpacks to more than this many times
#: its size, and more than `SMALL_BYTES`, is no model.
MOST_UNPACKED = 8
SMALL_BYTES = 64 << 20


def check_size(path: Path) -> None:
    """Raise LivecodeError if a file is too large for a model; OSError if there is none."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise LivecodeError(
            f"{shown(path)} is {size / 1e9:.1f} GB, and a model is at most "
            f"{LARGEST_BYTES / 1e9:.1f} GB: choose another file"
        )


def check_memory(path: Path | str, needed: int) -> None:
    """Raise LivecodeError if what a file claims takes more memory than a model may, or than is free."""
    free = free_bytes()
    if needed > LARGEST_BYTES or (free is not None and needed > MOST_OF_FREE * free):
        left = "" if free is None else f", of which {free / 1e9:.1f} GB are free"
        raise LivecodeError(
            f"{shown(path)} claims tensors of {needed / 1e9:.1f} GB of memory{left}: "
            "choose a smaller model"
        )


def check_archive(file: BinaryIO, path: Path) -> None:
    """Raise LivecodeError if a file is an archive that unpacks to far more than its size."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return  # no archive, or one that no reader opens
    finally:
        file.seek(0)
    if unpacked > max(MOST_UNPACKED * size, SMALL_BYTES):
        raise LivecodeError(
            f"{shown(path)} is {size / 1e6:.1f} MB and claims to unpack to {unpacked / 1e6:.0f} MB, "
            "as no model does: choose another file"
        )
    check_memory(path, unpacked)
