"""The journal: what entered a performance, framed with length and checksum, written as it happens.

A block has a *begun* and an *ended* record, so that one that killed the mind is known, and not run
again.  A torn tail, as a power cut leaves it, is ignored on reading.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Union

import msgspec

from livecode.errors import LivecodeError

_FRAME = struct.Struct("<II")  # length, CRC-32
_MAGIC = b"livecode journal 1\n"


class Opening(msgspec.Struct, frozen=True, tag=True):
    """How the performance was started."""

    version: str
    seed: int
    sample_rate: int
    block: int


class BlockBegun(msgspec.Struct, frozen=True, tag=True):
    """A block is about to be evaluated, at a sample time."""

    number: int
    frame: int
    code: str
    name: str | None = None


class BlockEnded(msgspec.Struct, frozen=True, tag=True):
    """It has been; `names` are those that it changed, `ok` if all of it took effect."""

    number: int
    frame: int
    ok: bool
    names: tuple[str, ...] = ()


Record = Union[Opening, BlockBegun, BlockEnded]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


class Journal:
    """Appends records to a file; a full disk is reported once and never stops the performance."""

    def __init__(self, path: Path):
        self.path = path
        self.error: str | None = None
        self._file: IO[bytes] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = sum(_FRAME.size + length for length in _lengths(path)) if path.exists() else 0
            self._file = open(path, "r+b" if whole else "wb")  # noqa: SIM115 – it stays open
            if whole:
                self._file.truncate(len(_MAGIC) + whole)
                self._file.seek(0, 2)
            else:
                self._file.write(_MAGIC)
                self._file.flush()
        except OSError as error:
            self._fail(error)

    def write(self, record: Record) -> None:
        """Append one record; it is with the system when this returns."""
        if self._file is None:
            return
        data = _encoder.encode(record)
        try:
            self._file.write(_FRAME.pack(len(data), zlib.crc32(data)) + data)
            self._file.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._file = None
        self.error = f"the journal {self.path} cannot be written: {error.strerror}"


def read_journal(path: Path) -> Iterator[Record]:
    """Yield the records of a journal up to its end or the first torn or damaged one."""
    for data in _frames(path):
        yield _decoder.decode(data)


def blocks_to_run_again(path: Path) -> list[BlockBegun]:
    """The blocks of a journal in order, without those that never ended or that changed nothing.

    The first may have killed the mind, and of the second some were interrupted for good reason.
    """
    begun: dict[int, BlockBegun] = {}
    ended: set[int] = set()
    for record in read_journal(path):
        if isinstance(record, BlockBegun):
            begun[record.number] = record
        elif isinstance(record, BlockEnded) and (record.ok or record.names):
            ended.add(record.number)
    return [block for number, block in begun.items() if number in ended]


def _frames(path: Path) -> Iterator[bytes]:
    try:
        file = open(path, "rb")  # noqa: SIM115 – closed below
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {path}: {error.strerror}") from None
    with file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise LivecodeError(f"{path} is not a livecode journal")
        while len(head := file.read(_FRAME.size)) == _FRAME.size:
            length, checksum = _FRAME.unpack(head)
            data = file.read(length)
            if len(data) < length or zlib.crc32(data) != checksum:
                return
            yield data


def _lengths(path: Path) -> Iterator[int]:
    return (len(data) for data in _frames(path))
