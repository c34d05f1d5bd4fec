"""Writes the records of a journal as they happen, and reads them again.

Each record is framed with its length and a checksum. A torn tail, as a power cut leaves it, is ignored
on reading. A block has a *begun* and an *ended* record, so that a block that killed the mind is known
and not run again.
"""

import os
import struct
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
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
    JournalRecord,
    LeftOut,
    SetRead,
    StatusAfterBlock,
)

_FRAME = struct.Struct("<II")  # length, CRC-32
#: First bytes of a file. Version 1 held only blocks, with records as they are today.
_MAGICS = (b"livecode journal 1\n", b"livecode journal 2\n")
_MAGIC = _MAGICS[-1]
#: A record that is not urgent is handed to the system within FLUSH_S, and is on the disk after SYNC_S.
FLUSH_S, SYNC_S = 0.05, 0.5

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JournalRecord)


class Journal:
    """Appends records to a file.

    An error, such as a full disk, never stops the performance: `error` says what went wrong, and
    later records are dropped.
    """

    def __init__(self, path: Path):
        """Open the file and cut off a torn tail, or begin a new file."""
        self.path = path
        self.error: str | None = None
        self._file: IO[bytes] | None = None
        self._waiting: deque[bytes] = deque()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            frames = _frames(path) if _has_header(path) else ()
            whole = sum(_FRAME.size + len(data) for data in frames)
            # Unbuffered, so that written records survive the death of this process.
            mode = "r+b" if whole else "wb"
            self._file = open(path, mode, buffering=0, opener=_open_private)  # noqa: SIM115
            if whole:
                self._file.truncate(len(_MAGIC) + whole)
                self._file.seek(0, 2)
            else:
                self._put(_MAGIC)
        except OSError as error:
            self._fail(error)

    def write(self, record: JournalRecord) -> None:
        """Append one record and all that wait, and hand them to the system before returning."""
        self.note(record)
        self.flush()

    def note(self, record: JournalRecord) -> None:
        """Append one record soon, without waiting for the disk."""
        if self._file is None:
            return
        data = _encoder.encode(record)
        self._waiting.append(_FRAME.pack(len(data), zlib.crc32(data)) + data)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Hand the records that wait to the system."""
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
        """Write the records that wait, and close the file."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _work(self) -> None:
        """Write noted records now and then, in a thread of its own."""
        since_s = 0.0
        while not self._closing.wait(FLUSH_S):
            self.flush()
            since_s += FLUSH_S
            file = self._file
            if since_s >= SYNC_S and file is not None:
                since_s = 0.0
                with suppress(OSError, ValueError):  # a file without a disk, or closed meanwhile
                    os.fsync(file.fileno())

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:  # a disk that is nearly full takes a part first, and then raises an error
            left = left[self._file.write(left) :]

    def _fail(self, error: OSError) -> None:
        self._file = None
        self.error = f"the journal {self.path} cannot be written: {error.strerror}"


def read_journal(path: Path) -> Iterator[JournalRecord]:
    """Yield the records of a journal up to its end, or to the first torn or damaged one.

    Raises LivecodeError if the file is no journal, or of a newer version.
    """
    for data in _frames(path):
        try:
            yield _decoder.decode(data)
        except msgspec.ValidationError:
            raise LivecodeError(
                f"the journal {path} is of a newer version of livecode: read it with that one"
            ) from None


#: How the names of blocks begin that are turns of an `@every`.
TURN = "every "
#: So many turns of each are run again by a mind that takes over, since a night has thousands.
KEPT_TURNS = 32


def blocks_to_run_again(path: Path) -> list[BlockBegun]:
    """Return the blocks that a mind evaluates which takes over, as `effective_blocks` does."""
    return effective_blocks(read_journal(path))


def effective_blocks(records: Iterable[JournalRecord]) -> list[BlockBegun]:
    """Return the blocks in order, without those that never ended, changed nothing or were left out.

    A block that never ended may have killed the mind. Some blocks that changed nothing were
    interrupted for good reason, and others would do again what is done, such as adding to a file.
    """
    begun: dict[int, BlockBegun] = {}
    ended: set[int] = set()
    for record in records:
        if isinstance(record, BlockBegun):
            begun[record.number] = record
        elif isinstance(record, BlockEnded) and (record.names or (record.ok and record.changed)):
            ended.add(record.number)
        elif isinstance(record, LeftOut):
            ended.discard(record.number)
    return _newest_turns([block for number, block in begun.items() if number in ended])


def _newest_turns(blocks: list[BlockBegun]) -> list[BlockBegun]:
    """Leave out all turns of an `@every` but the last ones, which say what it has come to."""
    left = dict.fromkeys({block.name for block in blocks}, KEPT_TURNS)
    kept = []
    for block in reversed(blocks):
        if block.name is not None and block.name.startswith(TURN):
            left[block.name] -= 1
            if left[block.name] < 0:
                continue
        kept.append(block)
    return kept[::-1]


def last_status(path: Path) -> tuple[int, bytes]:
    """Return the sample time up to which a journal goes, and the last status in it, as JSON.

    (0, b"") if the journal holds neither yet.
    """
    tick, status = 0, b""
    for record in read_journal(path):
        if isinstance(record, Heartbeat | Closed):
            tick = record.tick
        if isinstance(record, Heartbeat | StatusAfterBlock) and record.status:
            status = record.status
    return tick, status


def last_set(path: Path) -> SetRead | None:
    """Return the set as it was read last, from a file or from an editor; None if none was."""
    found = None
    for record in read_journal(path):
        if isinstance(record, SetRead):
            found = record
    return found


def _open_private(path: str, flags: int) -> int:
    """Open a file that only this user can read."""
    return os.open(path, flags, 0o600)


def _has_header(path: Path) -> bool:
    """Return whether there is a file that is long enough for the first bytes of a journal."""
    return path.is_file() and path.stat().st_size >= len(_MAGIC)


def _frames(path: Path) -> Iterator[bytes]:
    """Yield the encoded records up to the first that is torn or damaged."""
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
