"""Writes the records of a journal as they happen, and reads them again.

A block has a *begun* and an *ended* record, so that a block that killed the mind is known and not run
again. `livecode.journal.segments` says how records stand in files.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from livecode.errors import LivecodeError
from livecode.files import open_private
from livecode.journal.records import (
    AgentsKnow,
    Closed,
    FeaturesRead,
    Forked,
    Gap,
    Heartbeat,
    JournalRecord,
    MidiMessage,
    Packet,
    SetRead,
    StatusAfterBlock,
    tick_of,
)
from livecode.journal.segments import (
    MAGIC,
    frame,
    going_on,
    number_of,
    seal_after,
    sealed,
    segment_of,
    segments,
)
from livecode.journal.stored_records import decoded, pieces_of_journal
from livecode.system.folders import PRIVATE_FOLDER

#: A record that is not urgent is handed to the system within FLUSH_S, and is on the disk after SYNC_S.
FLUSH_S, SYNC_S = 0.05, 0.5
#: A journal that cannot be written is tried again this often. Meanwhile so much of it is kept in memory.
TRY_AGAIN_S, KEPT_BYTES = 5.0, 16 << 20
#: What is left out first, when there is no room: a performance can go on without it.
DISPENSABLE = (Packet, MidiMessage, FeaturesRead, AgentsKnow)

_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class _Waiting:
    """An encoded record that is to be written."""

    data: bytes
    tick: int
    dispensable: bool


class Journal:
    """Appends records to a file, and to a new segment beside it where the file cannot be gone on with.

    An error, such as a full disk, never stops the performance. While it lasts, `error` says what is
    wrong, records wait, and a new segment is tried now and then. Records that find no room to wait
    are left out, and a `Gap` says so.
    """

    def __init__(self, path: Path):
        """Go on behind the records that are there, or begin a new file."""
        self.path = path
        self.error: str | None = None
        #: Whether only what a performance needs to go on is written.
        self.sparing = False
        self._file: IO[bytes] | None = None
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._left_out, self._left_out_tick = 0, 0
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._due_s = 0.0  # monotonic: when a journal that cannot be written is tried again
        self._segment, self._size = path, 0
        try:
            self._begin()
        except OSError as error:
            self._fail(error)

    def write(self, record: JournalRecord) -> None:
        """Append one record and all that wait, and hand them to the system before returning."""
        self.note(record)
        self.flush()

    def note(self, record: JournalRecord) -> None:
        """Append one record soon, without waiting for the disk."""
        if self._closing.is_set():
            return
        dispensable = isinstance(record, DISPENSABLE)
        if dispensable and self.sparing:
            self._leave_out(tick_of(record))
            return
        data = frame(_encoder.encode(record))
        self._waiting.append(_Waiting(data, tick_of(record), dispensable))
        self._waiting_bytes += len(data)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Hand the records that wait to the system."""
        with self._writing:
            if self.error is not None and time.monotonic() < self._due_s:
                self._make_room()
                return
            taken = []
            while self._waiting:
                taken.append(self._waiting.popleft())
            if not taken:
                return
            try:
                if self._file is None:
                    self._begin()
                self._put(taken)
                self._waiting_bytes -= sum(len(each.data) for each in taken)
                self.error = None
            except OSError as error:
                self._waiting.extendleft(reversed(taken))
                self._fail(error)
                self._make_room()

    def close(self) -> None:
        """Write the records that wait, and close the file."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self._due_s = 0.0
        self.flush()
        self._waiting.clear()
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

    def _begin(self) -> None:
        """Open the newest segment if it can be gone on with, or else begin the next one."""
        self.path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        found = segments(self.path)
        newest, before = found[-1], found[:-1]
        number = number_of(newest, self.path)
        if newest.is_file() and newest.stat().st_size > len(MAGIC):
            if self.error is None and (seal := going_on(newest, before)) is not None:
                # Unbuffered, so that written records survive the death of this process.
                self._file = open(newest, "ab", buffering=0, opener=open_private)  # noqa: SIM115
                self._seal, self._segment, self._size = seal, newest, newest.stat().st_size
                return
            before, number = found, number + 1
        elif os.path.lexists(newest) and not newest.is_file():  # such as a folder in its place
            before, number = found, number + 1
        self._segment = segment_of(self.path, number)
        self._file = open(self._segment, "wb", buffering=0, opener=open_private)  # noqa: SIM115
        self._seal, self._size = seal_after(before), 0
        self._append(MAGIC)
        self._seal.update(MAGIC)

    def _put(self, taken: list[_Waiting]) -> None:
        """Write records as one group with its seal."""
        data = b"".join(each.data for each in taken)
        if self._left_out:
            data = frame(_encoder.encode(Gap(self._left_out_tick, self._left_out))) + data
        seal = self._seal.copy()
        self._append(sealed(seal, data))
        self._seal, self._left_out = seal, 0

    def _append(self, data: bytes) -> None:
        """Write all of it; raises OSError, and leaves nothing of it, if the disk does not take all."""
        assert self._file is not None
        left = memoryview(data)
        try:
            while left:  # a disk that is nearly full takes a part first, and then raises an error
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._size)
            raise
        self._size += len(data)

    def _fail(self, error: OSError) -> None:
        """Close the file, and try another one after a while."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
            if self._size <= len(MAGIC):  # it holds no record
                with suppress(OSError):
                    self._segment.unlink()
        self._due_s = time.monotonic() + TRY_AGAIN_S
        self.error = f"the journal {self._segment} cannot be written: {error.strerror}"

    def _make_room(self) -> None:
        """Leave records out if too many wait: first those that a performance can go on without."""
        if self._waiting_bytes <= KEPT_BYTES:
            return
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        excess = sum(len(each.data) for each in taken) - KEPT_BYTES
        for dispensable in (True, False):
            kept = []
            for each in taken:
                if excess > 0 and each.dispensable is dispensable:
                    excess -= len(each.data)
                    self._leave_out(each.tick)
                else:
                    kept.append(each)
            taken = kept
        self._waiting.extendleft(reversed(taken))  # others may have been noted behind them
        self._waiting_bytes = sum(len(each.data) for each in list(self._waiting))

    def _leave_out(self, tick: int) -> None:
        """Count a record that is not written."""
        if not self._left_out:
            self._left_out_tick = tick
        self._left_out += 1


def read_journal(path: Path, *kinds: type[msgspec.Struct]) -> Iterator[JournalRecord]:
    """Yield the records of a journal up to its end, or in each segment to the first damaged one.

    With `kinds`, the records of those classes alone; the others are not decoded, which makes a long journal
    quick to read. A segment that cannot be read is passed over if another can. Raises LivecodeError if none
    can, or if a record is of a newer version.
    """
    return decoded(pieces_of_journal(segments(path), kinds))


def last_status(path: Path) -> tuple[int, bytes]:
    """Return the sample time up to which a journal goes, and the last status in it, as JSON.

    (0, b"") if the journal holds neither yet.
    """
    found = segments(path)
    tick, status = 0, b""
    for first in reversed(range(len(found))):  # the newest segment mostly tells both
        try:
            tick, status = _last_status(found[first:])
        except LivecodeError:
            if not first:
                raise
        if tick and status:
            break
    return tick, status


def _last_status(found: list[Path]) -> tuple[int, bytes]:
    tick, status = 0, b""
    kinds = Heartbeat, StatusAfterBlock, Forked, Closed
    for record in decoded(pieces_of_journal(found, kinds)):
        if isinstance(record, Heartbeat | Closed | Forked):
            tick = record.tick
        if isinstance(record, Heartbeat | StatusAfterBlock | Forked) and record.status:
            status = record.status
    return tick, status


def last_set(path: Path) -> SetRead | None:
    """Return the set as it was read last, from a file or from an editor; None if none was."""
    found = None
    for record in read_journal(path, SetRead):
        if isinstance(record, SetRead):
            found = record
    return found
