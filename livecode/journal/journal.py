"""The journal: what entered a performance, framed with length and checksum, written as it happens.

A block has a *begun* and an *ended* record, so that one that killed the mind is known, and not run
again.  A torn tail, as a power cut leaves it, is ignored on reading.
"""

import os
import struct
import threading
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from livecode.errors import LivecodeError
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    Closed,
    Heartbeat,
    Opening,
    Record,
    Stands,
)

__all__ = ["BlockBegun", "BlockEnded", "Journal", "Opening", "blocks_to_run_again", "read_journal"]

_FRAME = struct.Struct("<II")  # length, CRC-32
#: Version 1 held blocks alone; its records are read as those of today.
_MAGICS = (b"livecode journal 1\n", b"livecode journal 2\n")
_MAGIC = _MAGICS[-1]
#: What is not urgent is with the system after this, and on the disk after that.
FLUSH_S, SYNC_S = 0.05, 0.5

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


class Journal:
    """Appends records to a file; a full disk is reported once and never stops the performance."""

    def __init__(self, path: Path):
        self.path = path
        self.error: str | None = None
        self._file: IO[bytes] | None = None
        self._waiting: deque[bytes] = deque()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = sum(_FRAME.size + length for length in _lengths(path)) if _holds(path) else 0
            # Unbuffered: what has been written is with the system, whatever becomes of us.
            self._file = open(path, "r+b" if whole else "wb", buffering=0, opener=_mine_alone)  # noqa: SIM115
            if whole:
                self._file.truncate(len(_MAGIC) + whole)
                self._file.seek(0, 2)
            else:
                self._put(_MAGIC)
        except OSError as error:
            self._fail(error)

    def write(self, record: Record) -> None:
        """Append one record, and all that wait; they are with the system when this returns."""
        self.note(record)
        self.flush()

    def note(self, record: Record) -> None:
        """Append one record soon; takes no longer than it takes to encode."""
        if self._file is None:
            return
        data = _encoder.encode(record)
        self._waiting.append(_FRAME.pack(len(data), zlib.crc32(data)) + data)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Hand what waits to the system."""
        with self._writing:
            if self._file is None:
                self._waiting.clear()
                return
            waiting = []
            while self._waiting:
                waiting.append(self._waiting.popleft())
            try:
                if waiting:
                    self._put(b"".join(waiting))
            except OSError as error:
                self._fail(error)

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _work(self) -> None:
        since_s = 0.0
        while not self._closing.wait(FLUSH_S):
            self.flush()
            since_s += FLUSH_S
            file = self._file
            if since_s >= SYNC_S and file is not None:
                since_s = 0.0
                with suppress(OSError, ValueError):  # no disk to wait for; closed meanwhile
                    os.fsync(file.fileno())

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:  # a disk that is nearly full takes a part, and says so the next time
            left = left[self._file.write(left) :]

    def _fail(self, error: OSError) -> None:
        self._file = None
        self.error = f"the journal {self.path} cannot be written: {error.strerror}"


def read_journal(path: Path) -> Iterator[Record]:
    """Yield the records of a journal up to its end or the first torn or damaged one."""
    for data in _frames(path):
        try:
            yield _decoder.decode(data)
        except msgspec.ValidationError:
            raise LivecodeError(
                f"the journal {path} is of a newer version of livecode: read it with that one"
            ) from None


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


def last_status(path: Path) -> tuple[int, bytes]:
    """(sample time, status as JSON) of the moment up to which a journal goes; (0, b"") at first."""
    tick, status = 0, b""
    for record in read_journal(path):
        if isinstance(record, Heartbeat | Closed):
            tick = record.tick
        if isinstance(record, Heartbeat | Stands) and record.status:
            status = record.status
    return tick, status


def _mine_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _holds(path: Path) -> bool:
    return path.is_file() and path.stat().st_size >= len(_MAGIC)


def _frames(path: Path) -> Iterator[bytes]:
    try:
        file = open(path, "rb")  # noqa: SIM115 – closed below
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {path}: {error.strerror}") from None
    with file:
        if file.read(len(_MAGIC)) not in _MAGICS:
            raise LivecodeError(f"{path} is not a livecode journal")
        while len(head := file.read(_FRAME.size)) == _FRAME.size:
            length, checksum = _FRAME.unpack(head)
            data = file.read(length)
            if len(data) < length or zlib.crc32(data) != checksum:
                return
            yield data


def _lengths(path: Path) -> Iterator[int]:
    return (len(data) for data in _frames(path))
