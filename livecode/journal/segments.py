"""The files of a journal, its segments: how they are found, how records are framed, what is sealed.

A segment begins with a line that names its format. In format 3, records stand in groups, each of which
ends with a seal: a signature of this installation over all that stands before it, the segments before
included. A group without its seal is torn, and is not read.
"""

import hmac
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from livecode.errors import LivecodeError
from livecode.files import open_private, sha256
from livecode.journal.installation import begin_seal
from livecode.system.folders import PRIVATE_FOLDER

_FRAME = struct.Struct("<II")  # length, CRC-32
#: Added to the length of a frame that is a seal.
_IS_SEAL = 1 << 31
#: First bytes of a file. Formats 1 and 2 have no seals; format 1 held only blocks.
_MAGICS = (b"livecode journal 1\n", b"livecode journal 2\n", b"livecode journal 3\n")
MAGIC = _MAGICS[-1]
_PURPOSE = "journal"
#: A file is read in pieces of this many bytes, and a whole segment is written in groups of as many.
_PIECE_BYTES = 1 << 20
#: So many bytes, the last of which holds the length of the name of a record's kind in these bits.
_HEAD, _LENGTH = 7, 0x1F


@dataclass(frozen=True)
class Passage:
    """Records in a row that nobody asked for, framed as they stand in the file."""

    frames: bytes
    count: int
    record: None = None  # none of them is decoded

    def records(self) -> Iterator[bytes]:
        """Yield the encoded records."""
        at = 0
        while at < len(self.frames):
            begin = at + _FRAME.size
            at = begin + _FRAME.unpack_from(self.frames, at)[0]
            yield self.frames[begin:at]


@dataclass(frozen=True)
class Group:
    """Encoded records that were written together, and the position behind them in the file."""

    pieces: tuple[bytes | Passage, ...]  # records that were asked for, and what stands between them
    end: int
    seal: bytes = b""


def frame(data: bytes, seal: bool = False) -> bytes:
    """Return an encoded record, or a seal, as it stands in the file."""
    length = len(data) | (_IS_SEAL if seal else 0)
    return _FRAME.pack(length, zlib.crc32(data)) + data


def sealed(seal: hmac.HMAC, frames: bytes) -> bytes:
    """Return framed records as a group: with the seal behind them. `seal` takes the group in."""
    seal.update(frames)
    ending = frame(seal.digest(), seal=True)
    seal.update(ending)
    return frames + ending


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


def pieces_of(segment: Path, wanted: Callable[[bytes], bool]) -> Iterator[bytes | Passage]:
    """Yield what one segment holds up to the first record that is torn or damaged.

    It yields the encoded records whose head is `wanted`, and the others in passages. `wanted` is asked
    once for each head. Raises LivecodeError if the file cannot be read, or is no journal.
    """
    try:
        with open(segment, "rb") as file:
            for group in _groups(file, segment, wanted):
                yield from group.pieces
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {segment}: {error.strerror}") from None


def write_segment(path: Path, number: int, frames: Iterable[bytes]) -> None:
    """Write framed records as a segment of the journal `path`, of which the segments before are there.

    Raises OSError if it is there already, or cannot be written.
    """
    seal = seal_after([segment_of(path, before) for before in range(1, number)])
    path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    with open(segment_of(path, number), "xb", opener=open_private) as file:
        file.write(MAGIC)
        seal.update(MAGIC)
        group, size = list[bytes](), 0
        for each in frames:
            group.append(each)
            size += len(each)
            if size >= _PIECE_BYTES:
                file.write(sealed(seal, b"".join(group)))
                group, size = [], 0
        if group:
            file.write(sealed(seal, b"".join(group)))


def going_on(segment: Path, before: list[Path]) -> hmac.HMAC | None:
    """Return the seal of a segment, ready for the next group; None if nothing may be added to it.

    Nothing is added to a file of another format, to one that is no journal, or behind a torn or
    damaged record. Raises OSError if the file cannot be read.
    """
    data = segment.read_bytes()
    seal = seal_after(before)
    if _ends_sealed(data, seal):
        seal.update(data)
        return seal
    with open(segment, "rb") as file:
        try:
            end = [group.end for group in _groups(file, segment)][-1:] or [len(MAGIC)]
        except LivecodeError:
            return None
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
        if _ends_sealed(data, seal_after(found[:-1])):
            return True
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


def _ends_sealed(data: bytes, seal: hmac.HMAC) -> bool:
    """Return whether the bytes of a segment end with a seal of this installation over all before it.

    Then each group in them is whole, and none has to be looked at. `seal` is that of the segments before.
    """
    ending = data[-_FRAME.size - seal.digest_size :]
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + len(ending):
        return False
    seal = seal.copy()
    seal.update(memoryview(data)[: -len(ending)])
    return hmac.compare_digest(frame(seal.digest(), seal=True), ending)


def _nothing(_head: bytes) -> bool:
    return False


def _groups(
    file: IO[bytes], segment: Path, wanted: Callable[[bytes], bool] = _nothing
) -> Iterator[Group]:
    """Yield the groups of a file; of a format without seals, each record is a group.

    `wanted` is given the head of a record: how it begins, up to the name of its kind. An hour with a ring has
    a million records, and nobody asks for most: so no function of ours is called for each.
    """
    magic = file.read(len(MAGIC))
    if magic not in _MAGICS:
        raise LivecodeError(f"{segment} is not a livecode journal")
    has_seals = magic == MAGIC
    size = os.fstat(file.fileno()).st_size
    pieces, heads, passed = list[bytes | Passage](), dict[bytes, bool](), tuple[bytes, ...]()
    # what has been read, behind how many bytes; where a frame begins in it, and the passage that ends there.
    piece, before, at, since, count = b"", len(magic), 0, 0, 0
    while True:
        begin = at + _FRAME.size
        length, checksum = _FRAME.unpack_from(piece, at) if begin <= len(piece) else (0, 0)
        is_seal = has_seals and length >= _IS_SEAL
        if is_seal:
            length -= _IS_SEAL
        behind = begin + length
        if behind > len(piece):
            if before + behind > size or not (more := file.read(max(_PIECE_BYTES, length))):
                return  # torn
            if count:
                pieces.append(Passage(piece[since:at], count))
            piece, before, at, since, count = piece[at:] + more, before + at, 0, 0, 0
            continue
        data = piece[begin:behind]
        if not length or zlib.crc32(data) != checksum:
            return  # zeros, as some file systems leave them after a power cut; or damaged
        if not is_seal and data.startswith(passed):
            count += 1
        else:
            head = data[: _HEAD + (data[_HEAD - 1] & _LENGTH)] if length >= _HEAD else data
            if not is_seal and head not in heads:
                heads[head] = wanted(head)
            if is_seal or heads[head]:
                if count:
                    pieces.append(Passage(piece[since:at], count))
                if not is_seal:
                    pieces.append(data)
                since, count = behind, 0
            else:
                passed, count = (*passed, head), count + 1
        if is_seal or not has_seals:
            if count:
                pieces.append(Passage(piece[since:behind], count))
            yield Group(tuple(pieces), before + behind, data if is_seal else b"")
            pieces, since, count = [], behind, 0
        at = behind
