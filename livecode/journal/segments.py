"""The files of a journal, its segments: how they are found, how records are framed, what is sealed.

A segment begins with a line that names its format. In format 3, records stand in groups, each of which
ends with a seal: a signature of this installation over all that stands before it, the segments before
included. A group without its seal is torn, and is not read.
"""

import hmac
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from livecode.errors import LivecodeError
from livecode.files import sha256
from livecode.journal.installation import begin_seal

_FRAME = struct.Struct("<II")  # length, CRC-32
#: Added to the length of a frame that is a seal.
_IS_SEAL = 1 << 31
#: First bytes of a file. Formats 1 and 2 have no seals; format 1 held only blocks.
_MAGICS = (b"livecode journal 1\n", b"livecode journal 2\n", b"livecode journal 3\n")
MAGIC = _MAGICS[-1]
_PURPOSE = "journal"


@dataclass(frozen=True)
class Group:
    """Encoded records that were written together, and the position behind them in the file."""

    records: tuple[bytes, ...]
    end: int
    seal: bytes = b""


def frame(data: bytes, seal: bool = False) -> bytes:
    """Return an encoded record, or a seal, as it stands in the file."""
    length = len(data) | (_IS_SEAL if seal else 0)
    return _FRAME.pack(length, zlib.crc32(data)) + data


def segments(path: Path) -> list[Path]:
    """Return the files of a journal in the order in which they were written; the first is `path`."""
    numbered = {1: path}
    try:
        for each in path.parent.iterdir():
            stem, _, number = each.name.rpartition(".")
            if stem == path.name and number.isascii() and number.isdigit() and int(number) > 1:
                numbered[int(number)] = each
    except OSError:
        pass
    return [numbered[number] for number in sorted(numbered)]


def number_of(segment: Path, path: Path) -> int:
    """Return the number of a segment of the journal `path`, from 1."""
    return 1 if segment == path else int(segment.name.rpartition(".")[2])


def segment_of(path: Path, number: int) -> Path:
    """Return the file of a segment, which need not be there."""
    return path if number == 1 else path.with_name(f"{path.name}.{number}")


def records_of(segment: Path) -> Iterator[bytes]:
    """Yield the encoded records of one segment up to the first that is torn or damaged.

    Raises LivecodeError if the file cannot be read, or is no journal.
    """
    try:
        with open(segment, "rb") as file:
            for group in _groups(file, segment):
                yield from group.records
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {segment}: {error.strerror}") from None


def going_on(segment: Path, before: list[Path]) -> hmac.HMAC | None:
    """Return the seal of a segment, ready for the next group; None if nothing may be added to it.

    Nothing is added to a file of another format, to one that is no journal, or behind a torn or
    damaged record. Raises OSError if the file cannot be read.
    """
    seal = seal_after(before)
    with open(segment, "rb") as file:
        try:
            end = [group.end for group in _groups(file, segment)][-1:] or [len(MAGIC)]
        except LivecodeError:
            return None
        file.seek(0)
        data = file.read()
    if not data.startswith(MAGIC) or len(data) != end[0]:
        return None
    seal.update(data)
    return seal


def seal_after(before: list[Path]) -> hmac.HMAC:
    """Return the seal of a new segment, which covers the segments before it as they are now."""
    seal = begin_seal(_PURPOSE)
    for each in before:
        try:
            digest = sha256(each)
        except OSError:
            digest = "unreadable"
        seal.update(digest.encode())
    return seal


def is_sealed(path: Path) -> bool:
    """Return whether this installation wrote all that can be read of a journal.

    False for a journal of a former format, which nobody could seal, and for an empty one.
    """
    found = segments(path)
    try:
        data = found[-1].read_bytes()
        with open(found[-1], "rb") as file:
            groups = list(_groups(file, found[-1]))
    except (OSError, LivecodeError):
        return False
    if not data.startswith(MAGIC) or not groups:
        return False
    seal, last = seal_after(found[:-1]), groups[-1]
    seal.update(data[: last.end - _FRAME.size - len(last.seal)])
    return hmac.compare_digest(seal.digest(), last.seal)


def has_seals(path: Path) -> bool:
    """Return whether the newest segment of a journal is of a format that has seals."""
    try:
        with open(segments(path)[-1], "rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _groups(file: IO[bytes], segment: Path) -> Iterator[Group]:
    """Yield the groups of a file; of a format without seals, each record is a group."""
    magic = file.read(len(MAGIC))
    if magic not in _MAGICS:
        raise LivecodeError(f"{segment} is not a livecode journal")
    left = os.fstat(file.fileno()).st_size - len(magic)
    end, records = len(magic), list[bytes]()
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        length, checksum = _FRAME.unpack(head)
        is_seal = magic == MAGIC and bool(length & _IS_SEAL)
        length -= _IS_SEAL if is_seal else 0
        left -= _FRAME.size + length
        if (
            not length or left < 0
        ):  # zeros, as some file systems leave them after a power cut; or torn
            return
        data = file.read(length)
        if len(data) < length or zlib.crc32(data) != checksum:
            return
        end += _FRAME.size + length
        if is_seal:
            yield Group(tuple(records), end, data)
            records = []
        elif magic == MAGIC:
            records.append(data)
        else:
            yield Group((data,), end)
