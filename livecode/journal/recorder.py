"""Notes in the journal what no other record tells of: what a replay needs to take the same course."""

import hashlib
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from livecode.deadlines import TookTooLong
from livecode.errors import LivecodeError
from livecode.journal.journal import Journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    Closed,
    CuesRun,
    Features,
    FellBack,
    GaveUp,
    Heard,
    Heartbeat,
    Hushed,
    KeyPress,
    Led,
    MidiMessage,
    ModelUsed,
    Packet,
    Panicked,
    Point,
    Record,
    Restarted,
    SceneBegun,
    ScenePlayed,
    SetRead,
    Skipped,
    Stands,
)
from livecode.neural.model_file import find_model
from livecode.transport.messages import AnyMessage

#: A sign of life, with a checksum of all controls written, this often.
ALIVE_S = 0.5


@dataclass(frozen=True)
class Restart:
    """Who has come up anew, and the generation that the engine is thought to have died of."""

    engine: bool
    voices: bool
    suspect: int


class JournalRecorder:
    """Of a performance as it happens; `livecode/offline/replayer.py` has one that tells instead of noting.

    `tick` is always the sample time of the tick before which something takes effect, or, within a
    tick, that tick's own.
    """

    retells = False  # what happened has happened before: nothing is saved a second time

    def __init__(self) -> None:
        self.journal: Journal | None = None
        self.tick = 0
        self.block = 0  # the number of the block that is being evaluated, 0: none
        self._ticking: int | None = None  # the thread in which a tick is under way
        self._read: dict[tuple[str, str], Any] = {}  # features as they were noted last
        self._new: dict[tuple[str, str], Any] = {}  # and those of this tick
        self._controls = 0
        self._models: set[str] = set()
        self._alive_due = 0

    @property
    def ticking(self) -> bool:
        """Whether this thread is in the middle of a tick."""
        return self._ticking == threading.get_ident()

    def note(self, record: Record) -> None:
        """To the journal, soon."""
        if self.journal is not None:
            self.journal.note(record)

    # what blocks do

    def arrive(self) -> None:
        """A block is about to change what the ticks play."""

    def passed(self) -> None:
        """It does."""
        if not self.ticking:
            self.note(Point(self.tick))

    def block_begins(self, number: int, code: str, name: str | None) -> None:
        """It is on the disk before it runs."""
        self.block = number
        if self.journal is not None:
            self.journal.write(BlockBegun(number, self.tick, code, name))

    def block_ended(self, number: int, ok: bool, names: tuple[str, ...]) -> None:
        """And what became of it, after."""
        self.block = 0
        if self.journal is not None:
            self.journal.write(BlockEnded(number, self.tick, ok, names))

    @contextmanager
    def trying(self, limit: AbstractContextManager[None] | None = None) -> Iterator[None]:
        """Within it runs the performer's code, which the wall's clock or Ctrl-C may end."""
        try:
            with limit or nullcontext():
                yield
        except (KeyboardInterrupt, TookTooLong) as error:
            self.note(GaveUp(self.tick, str(error), isinstance(error, KeyboardInterrupt)))
            raise

    def set_read(self, path: str, text: str, again: bool = False) -> None:
        """The set's file was read."""
        self.note(SetRead(self.tick, path, text, again))

    def scene_begins(self, index: int) -> None:
        """A scene that was due is evaluated now."""
        self.note(SceneBegun(self.tick, index))

    def scene_played(self, name: str) -> None:
        """A scene is the present one, however it was come to."""
        self.note(ScenePlayed(self.tick, name))

    def cues_run(self) -> None:
        """Cues are followed now."""
        self.note(CuesRun(self.tick))

    # what comes in

    def packet(self, data: bytes, frame: int) -> None:
        """An OSC packet."""
        self.note(Packet(self.tick, frame, data))

    def midi(self, data: bytes, frame: int) -> None:
        """A MIDI message."""
        self.note(MidiMessage(self.tick, frame, data))

    def key(self, key: str, frame: int) -> None:
        """A hot-key."""
        self.note(KeyPress(self.tick, frame, key))

    def hushed(self, fade_s: float) -> None:
        """The terminal's hush, while a block runs."""
        self.note(Hushed(self.tick, fade_s))

    def panicked(self) -> None:
        """A panic has been seen."""
        self.note(Panicked(self.tick))

    # what ticks go by

    def tick_begins(self, frame: int) -> None:
        """That tick is next; those before it that did not come are left out."""
        if frame != self.tick:
            self.note(Skipped(frame, self.tick))
        self.tick, self._ticking = frame, threading.get_ident()
        self.calls = 0

    calls = 0  # of the performer's functions, in this tick

    def tick_ended(self, next_tick: int, sample_rate: int) -> bool:
        """It is done; whether a sign of life is due."""
        if self._new:
            changed = tuple((*key, _plain(value)) for key, value in self._new.items())
            self.note(Features(self.tick, changed))
            self._new = {}
        self.tick, self._ticking = next_tick, None
        if self.journal is None or next_tick < self._alive_due:
            return False
        self._alive_due = next_tick + round(ALIVE_S * sample_rate)
        return True

    def alive(self, status: dict[str, Any]) -> None:
        """The sign of life."""
        self.note(Heartbeat(self.tick, self._controls, msgspec.json.encode(status)))

    def stands(self, status: Callable[[], dict[str, Any]]) -> None:
        """So it stands after a block."""
        if self.journal is not None:
            self.note(Stands(self.tick, msgspec.json.encode(status())))

    def closed(self) -> None:
        """The performance ends on purpose."""
        if self.journal is not None:
            self.journal.write(Closed(self.tick))
            self.journal.close()

    def taken_in(
        self, messages: list[AnyMessage], restart: Restart | None
    ) -> tuple[list[AnyMessage], Restart | None]:
        """What engine and voices have said; returns what counts."""
        if messages:
            self.note(Heard(self.tick, tuple(messages), not self.ticking))
        if restart is not None:
            self.note(Restarted(self.tick, restart.engine, restart.voices, restart.suspect))
        return messages, restart

    def feature(self, sound: str, name: str, value: Any) -> Any:
        """A feature has been read; returns what counts."""
        key = sound, name
        if not self.ticking:
            self.note(Features(self.tick, ((sound, name, _plain(value)),), self.block))
        elif key not in self._read or not _same(self._read[key], value):
            # an array is overwritten in place
            self._read[key] = self._new[key] = np.array(value) if np.ndim(value) else value
        return value

    def slow_call(self) -> str | None:
        """Why the call that is about to be made is to be the one that was too slow."""
        self.calls += 1
        return None

    def fell_back(self, why: str) -> None:
        """The call was too slow for the wall's clock."""
        if self.ticking:
            self.note(FellBack(self.tick, self.calls, why))

    def sounds_from(self, model: str) -> None:
        """Something is to sound from that model: note which one that is."""
        if self.journal is not None and model not in self._models:
            self._models.add(model)
            threading.Thread(target=self._note_model, args=(model,), daemon=True).start()

    def _note_model(self, model: str) -> None:
        self.note(ModelUsed(model, model_sha256(model)))

    def led(self, bpm: float, beat: float) -> None:
        """Link led the tempo."""
        self.note(Led(self.tick, bpm, beat))

    def control_written(self, name: str, frame: int, values: Any) -> None:
        """A control changes at that sample time."""
        data = np.asarray(values, float).tobytes()
        self._controls = zlib.crc32(data, zlib.crc32(f"{name} {frame}".encode(), self._controls))


def model_sha256(model: str) -> str:
    """The SHA-256 of a model's file; "" where there is none."""
    try:
        with open(find_model(model), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (LivecodeError, OSError):
        return ""


def _plain(value: Any) -> Any:
    return [float(each) for each in value] if np.ndim(value) else float(value)


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other))
