"""Zip files whose entries are stored as they are: written whole or not at all, and read with care.

Nothing is compressed, so that such a file never unpacks to more than it is.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from livecode.errors import LivecodeError
from livecode.files import shown

#: What every such file begins with.
MAGIC = b"PK\x03\x04"
#: Endings of files that are programs, or that make some readers run one.
PROGRAMS = (".ts", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".py")
_PIECE = 1 << 20
#: The record that ends a zip without a comment, and what stands before it in one of more than 4 GB.
_END, _END_BYTES, _LOCATOR, _LOCATOR_BYTES = b"PK\x05\x06", 22, b"PK\x06\x07", 20
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError,
)  # fmt: skip


def new_entry(name: str) -> zipfile.ZipInfo:
    """Return an entry without a time of its own, so that the same content gives the same file."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def fresh(out: Path, what: str) -> Iterator[BinaryIO]:
    """Yield a new file, which is removed again if the block raises; `what` it holds, for errors."""
    try:
        file = out.open("xb")
    except FileExistsError:
        raise LivecodeError(
            f"{shown(out)} is there already, and stays as it is: name another file with -o"
        ) from None
    except OSError as error:
        raise LivecodeError(f"cannot write {shown(out)}: {error.strerror}") from None
    try:
        with file:
            yield file
    except BaseException as error:
        out.unlink(missing_ok=True)
        if isinstance(error, zipfile.LargeZipFile):
            raise LivecodeError(f"{what} is too large for one file: 2 GB at most") from None
        if isinstance(error, OSError):
            raise LivecodeError(f"cannot write {shown(out)}: {error.strerror}") from None
        raise


@contextmanager
def told_by(file: Path, what: str) -> Iterator[None]:
    """Say in one sentence, with the name of the file, why it is refused; `what` it should have been."""
    try:
        yield
    except LivecodeError as error:
        raise LivecodeError(f"{shown(file)} is not unpacked: {error}") from None
    except _UNREADABLE as error:  # RuntimeError: too deeply nested, or encrypted
        why = str(error) or type(error).__name__
        raise LivecodeError(
            f"{shown(file)} is damaged or no {what} ({why}): ask for it again"
        ) from None


def check_directory(file: BinaryIO, largest: int, maker: str) -> int:
    """Return the size of a file that ends as a zip of few files does, its directory unread.

    `largest`: the length of the directory at most, in bytes. Raises LivecodeError if it ends otherwise: then
    the command `maker` has not made it.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _LOCATOR_BYTES))
    tail = file.read()
    end = tail[-_END_BYTES:]
    if (
        len(end) < _END_BYTES
        or not end.startswith(_END)
        or not end.endswith(b"\0\0")
        or tail.startswith(_LOCATOR)
        or struct.unpack_from("<I", end, 12)[0] > largest
    ):
        raise LivecodeError(f"it is cut short, or no file that `{maker}` made")
    file.seek(0)
    return size


def copied(source: Any, target: Any, most: int) -> str:
    """Copy a file of at most so many bytes and return its SHA-256; raises LivecodeError if it is longer."""
    digest, so_far = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        so_far += len(piece)
        if so_far > most:
            raise LivecodeError("it holds more than it claims")
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()
