"""Notes in the journal all that a performance depends on, so that a replay takes the same course."""

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecode.deadlines import TookTooLong
from livecode.errors import LivecodeError, is_a, said_by
from livecode.files import path_of, sha256
from livecode.journal.inheritance import InheritancePost
from livecode.journal.journal_file import Journal
from livecode.journal.records import (
    AgentsKnow,
    BlockBegun,
    BlockEnded,
    BlockPoint,
    BlockRead,
    Closed,
    CuesRun,
    FeaturesRead,
    FellBack,
    FileUsed,
    GaveUp,
    Heartbeat,
    Hushed,
    JournalRecord,
    KeyPress,
    Led,
    MessagesHeard,
    MidiMessage,
    ModelUsed,
    Packet,
    Panicked,
    Restarted,
    SceneBegun,
    ScenePlayed,
    SetRead,
    Skipped,
    StatusAfterBlock,
)
from livecode.neural.model_file import find_model
from livecode.transport.messages import AnyMessage
from livecode.transport.status import GoingOn, encode

#: A heartbeat, with a checksum of all controls written, is recorded this often.
HEARTBEAT_S = 0.5
#: A feature of a sound: a number, or an array (n,) such as a spectrum.
FeatureValue: TypeAlias = float | NDArray[np.float32]


@dataclass(frozen=True)
class Restart:
    """Which of engine and voices were restarted."""

    engine: bool
    voices: bool
    suspect: int  # generation that probably killed the engine; 0: none
    loading: tuple[int, ...] = ()  # generations that the voices were loading when they died


class JournalRecorder:
    """Notes what happens in a performance.

    `livecode.offline.replayer` has a subclass that gives the answers of the journal instead. So some
    methods return their argument: what the performance is to use.

    `tick` is the sample time of the tick before which something takes effect. During a tick it is the
    tick's own sample time.
    """

    #: True in a replay, where nothing is saved a second time.
    replaying = False

    def __init__(self) -> None:
        self.journal: Journal | None = None
        self.inheritance_post = InheritancePost()
        self.tick = 0
        self.block = 0  # number of the block that is being evaluated; 0: none
        self._ticking: int | None = None  # the thread that computes a tick just now
        self._read: dict[tuple[str, str], FeatureValue] = {}  # features as noted last
        self._new: dict[tuple[str, str], FeatureValue] = {}  # features of this tick
        self._controls = 0  # checksum of all controls written
        self.calls = 0  # of the performer's functions in this tick
        self._models: set[str] = set()
        self._files: set[str] = set()
        self._heartbeat_due = 0
        #: How often the block that is being evaluated has read what ticks move on, and stored what they read.
        self._reads = {False: 0, True: 0}
        self._point = 0  # the tick of that block's last point

    @property
    def ticking(self) -> bool:
        """Whether this thread is computing a tick."""
        return self._ticking == threading.get_ident()

    def note(self, record: JournalRecord) -> None:
        """Append a record to the journal soon, if there is a journal."""
        self.inheritance_post.add(record)
        if self.journal is not None:
            self.journal.note(record)

    def _write(self, record: JournalRecord) -> None:
        """Append a record to the journal before returning, if there is a journal."""
        self.inheritance_post.add(record)
        if self.journal is not None:
            self.journal.write(record)

    # blocks, scenes and cues

    def await_point(self) -> None:
        """Wait for the time at which a block may change what the ticks play; now, live."""

    def note_point(self) -> None:
        """Note that a block changes what the ticks play, between two ticks."""
        if not self.ticking:
            self._point = self.tick
            self.note(BlockPoint(self.tick))

    def await_read(self, stores: bool = False) -> None:
        """Wait for the time at which a block reads what the ticks move on; now, live.

        `stores`: it stores what the ticks read.
        """

    def note_read(self, stores: bool = False) -> None:
        """Count a read or a store; note it if a tick has passed since the last point."""
        if not self.block or self.ticking:
            return
        self._reads[stores] += 1
        if self.tick != self._point:
            self._point = self.tick
            self.note(BlockRead(self.tick, self._count(stores)))

    def _count(self, stores: bool) -> int:
        """Return the number of the block's last read, from 1 up, or of its last store, from −1 down."""
        return -self._reads[True] if stores else self._reads[False]

    def block_begins(self, number: int, code: str, name: str | None, undoable: bool = True) -> None:
        """Write that a block begins, before it runs."""
        self.block, self._point = number, self.tick
        self._reads = {False: 0, True: 0}
        self._write(BlockBegun(number, self.tick, code, name, undoable))

    def block_ended(
        self, number: int, ok: bool, names: tuple[str, ...], changed: bool = True
    ) -> None:
        """Write how a block ended: whether all of it took effect, and which names it changed.

        `changed` tells whether it may have left anything behind in the mind.
        """
        self.block = 0
        self._write(BlockEnded(number, self.tick, ok, names, changed, kept=changed and not ok))

    @contextmanager
    def trying(self, limit: AbstractContextManager[None] | None = None) -> Iterator[None]:
        """Run the performer's code in a `with` block, and note if Ctrl-C or a deadline ends it.

        `limit` is a context that raises TookTooLong when the deadline passes.
        """
        try:
            with limit or nullcontext():
                yield
        except (KeyboardInterrupt, TookTooLong) as error:
            self.note(GaveUp(self.tick, said_by(error), is_a(error, KeyboardInterrupt)))
            raise

    def set_read(self, path: str, text: str, again: bool = False, opening: bool = False) -> None:
        """Note the text of the set file: `again` if it was read again after a change.

        `opening`: it opens the performance.
        """
        self.note(SetRead(self.tick, path, text, again, opening))

    def scene_begins(self, index: int, opening: bool = False) -> None:
        """Note that a scene which came due is evaluated next; `index` counts from 0.

        `opening`: it opens the performance, on beat 0.
        """
        self.note(SceneBegun(self.tick, index, opening))

    def scene_played(self, name: str) -> None:
        """Note which scene became the present one."""
        self.note(ScenePlayed(self.tick, name))

    def cues_run(self) -> None:
        """Note that the cues which have arrived are followed next."""
        self.note(CuesRun(self.tick))

    # what arrives

    def packet(self, data: bytes, frame: int) -> None:
        """Note an OSC packet that arrived at sample time `frame`."""
        self.note(Packet(self.tick, frame, data))

    def midi(self, data: bytes, frame: int) -> None:
        """Note a MIDI message that arrived at sample time `frame`."""
        self.note(MidiMessage(self.tick, frame, data))

    def key(self, key: str, frame: int) -> None:
        """Note a hot-key that was pressed at sample time `frame`."""
        self.note(KeyPress(self.tick, frame, key))

    def hushed(self, fade_s: float) -> None:
        """Note that the terminal faded out everything while a block was running."""
        self.note(Hushed(self.tick, fade_s))

    def panicked(self) -> None:
        """Note a panic."""
        self.note(Panicked(self.tick))

    # ticks

    def tick_begins(self, frame: int) -> None:
        """Begin the tick at sample time `frame`, and note the ticks before it that were left out."""
        if frame != self.tick:
            self.note(Skipped(frame, self.tick))
        self.tick, self._ticking = frame, threading.get_ident()
        self.calls = 0

    def tick_ended(self, next_tick: int, sample_rate: int) -> bool:
        """End the tick, note its features, and return whether a heartbeat is due."""
        if self._new:
            changed = tuple((*key, _plain(value)) for key, value in self._new.items())
            self.note(FeaturesRead(self.tick, changed))
            self._new = {}
        self.tick, self._ticking = next_tick, None
        if self.journal is None or next_tick < self._heartbeat_due:
            return False
        self._heartbeat_due = next_tick + round(HEARTBEAT_S * sample_rate)
        return True

    def heartbeat(self, status: GoingOn) -> None:
        """Note a heartbeat with the status."""
        self.note(Heartbeat(self.tick, self._controls, encode(status)))

    def status_after_block(self, status: Callable[[], GoingOn]) -> None:
        """Note the status after a block; `status()` computes it if there is a journal."""
        if self.journal is not None:
            self.note(StatusAfterBlock(self.tick, encode(status())))

    def closed(self) -> None:
        """Note that the performance ends on purpose, and close the journal."""
        if self.journal is not None:
            self.journal.write(Closed(self.tick))
            self.journal.close()

    def take_in(
        self, messages: list[AnyMessage], restart: Restart | None
    ) -> tuple[list[AnyMessage], Restart | None]:
        """Note messages of engine and voices and their restart; return what the mind is to use."""
        if messages:
            self.note(MessagesHeard(self.tick, tuple(messages), not self.ticking))
        if restart is not None:
            self.note(
                Restarted(
                    self.tick, restart.engine, restart.voices, restart.suspect, restart.loading
                )
            )
        return messages, restart

    def feature(self, sound: str, name: str, value: FeatureValue) -> FeatureValue:
        """Note that a feature of a sound was read; return the value that the reader is to use."""
        key = sound, name
        if not self.ticking:
            self.note(FeaturesRead(self.tick, ((sound, name, _plain(value)),), self.block))
        elif key not in self._read or not np.array_equal(self._read[key], value):
            # Arrays are copied, since the next reading overwrites them.
            copied = value.copy() if isinstance(value, np.ndarray) else value
            self._read[key] = self._new[key] = copied
        return value

    def slow_call(self) -> str | None:
        """Count a call of the performer's function; return why it is to count as too slow.

        None: the wall clock decides, as it does live.
        """
        self.calls += 1
        return None

    def fell_back(self, why: str) -> None:
        """Note that the last call was too slow by the wall clock."""
        if self.ticking:
            self.note(FellBack(self.tick, self.calls, why))

    def model_used(self, model: str) -> None:
        """Note a model that something will sound from, with its checksum, in a thread of its own."""
        if self.journal is not None and model not in self._models:
            self._models.add(model)
            threading.Thread(target=self._note_model, args=(model,), daemon=True).start()

    def _note_model(self, model: str) -> None:
        self.note(ModelUsed(model, model_sha256(model)))

    def file_used(self, path: str) -> None:
        """Note a sound file that something will sound from, with its checksum, in a thread of its own."""
        if self.journal is not None and path not in self._files:
            self._files.add(path)
            threading.Thread(target=self._note_file, args=(path,), daemon=True).start()

    def _note_file(self, path: str) -> None:
        self.note(FileUsed(path, file_sha256(path)))

    def learned(self, data: bytes) -> None:
        """Note what the agents have learned, as their checkpoint has it."""
        self.note(AgentsKnow(self.tick, data))

    def led(self, bpm: float, beat: float) -> None:
        """Note the tempo and the beat that Ableton Link has set."""
        self.note(Led(self.tick, bpm, beat))

    def control_written(self, name: str, frame: int, values: ArrayLike) -> None:
        """Add a change of a control, at sample time `frame`, to the checksum of all controls."""
        data = np.asarray(values, float).tobytes()
        self._controls = zlib.crc32(data, zlib.crc32(f"{name} {frame}".encode(), self._controls))


def model_sha256(model: str) -> str:
    """Return the SHA-256 of a model's file; "" if the model has none."""
    try:
        return sha256(find_model(model))
    except (LivecodeError, OSError):
        return ""


def file_sha256(path: str) -> str:
    """Return the SHA-256 of a file; "" if it cannot be read."""
    try:
        return sha256(path_of(path))
    except OSError:
        return ""


def _plain(value: FeatureValue) -> float | list[float]:
    """Return a feature as it is encoded."""
    return [float(each) for each in value] if isinstance(value, np.ndarray) else float(value)
