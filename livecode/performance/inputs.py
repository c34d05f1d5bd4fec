"""The inputs of a performance: packets, MIDI messages and keys, noted and handed to what reads them."""

from collections.abc import Callable

from livecode.evaluation.block_lock import BlockLock
from livecode.journal.recorder import JournalRecorder
from livecode.signals.intake import Intake
from livecode.signals.keys import Keys
from livecode.signals.midi import Midi
from livecode.signals.tempo import Tempo
from livecode.transport.messages import CUE


class Inputs:
    """Takes in what comes from outside. `on_cue_key` is called when the terminal tells of a cue."""

    def __init__(
        self,
        intake: Intake,
        keys: Keys,
        midi: Midi,
        tempo: Tempo,
        recorder: JournalRecorder,
        lock: BlockLock,
        on_cue_key: Callable[[], None],
    ):
        self._intake, self._keys, self._midi, self._tempo = intake, keys, midi, tempo
        self._recorder, self._lock, self._on_cue_key = recorder, lock, on_cue_key

    def receive_osc(self, packet: bytes, frame: int) -> None:
        """Take in one packet that arrived at sample time `frame`."""
        with self._lock.aside():
            self._recorder.packet(packet, frame)
            self._intake.receive(packet, frame / self._tempo.sample_rate)

    def receive_midi(self, message: bytes, frame: int) -> None:
        """Take in one MIDI message that arrived at sample time `frame`."""
        with self._lock.aside():
            self._recorder.midi(message, frame)
            if not self._tempo.follow(message, frame):
                self._midi.receive(message, frame / self._tempo.sample_rate)

    def press(self, key: str, frame: int) -> None:
        """Take in a hot-key of the terminal: like, dislike, a letter, `fader3=0.5`, or CUE."""
        with self._lock.aside():
            self._recorder.key(key, frame)
            if key == CUE:
                self._on_cue_key()
            else:
                self._keys.take(key, frame / self._tempo.sample_rate)

    def advance(self, time_s: float) -> None:
        """Let rings, keys and MIDI be as of that time."""
        self._intake.rings.advance(time_s)
        self._keys.advance(time_s)
        self._midi.advance(time_s)
