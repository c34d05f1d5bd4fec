"""The inputs of a performance: packets, MIDI messages and keys, noted and handed to what reads them."""

from collections.abc import Callable

from livecode.evaluation.block_lock import BlockLock
from livecode.journal.recorder import JournalRecorder
from livecode.signals.intake import Intake
from livecode.signals.keys import Keys
from livecode.signals.midi import Midi
from livecode.signals.tempo import Tempo
from livecode.transport.messages import CUE

#: So many bytes a second, and so many at once, are noted of packets that nothing reads as they come.
REST_BYTES_PER_S, REST_BYTES = 8_000, 64_000


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
        self._rest_bytes, self._rest_frame = float(REST_BYTES), 0

    def receive_osc(self, packet: bytes, frame: int) -> None:
        """Take in one packet that arrived at sample time `frame`.

        The journal has it if it moved a ring or was a cue. Of others it has as many as a fader sends:
        what is read of them is noted as it is read. It has none that was refused.
        """

        def note(used: bool) -> None:
            if used or self._takes_rest(len(packet), frame):
                self._recorder.packet(packet, frame)

        with self._lock.aside():
            self._intake.receive(packet, frame / self._tempo.sample_rate, note)

    def _takes_rest(self, size: int, frame: int) -> bool:
        """Return whether the journal has room for another packet of so many bytes, and take it."""
        gained = (frame - self._rest_frame) / self._tempo.sample_rate * REST_BYTES_PER_S
        self._rest_bytes = min(REST_BYTES, self._rest_bytes + max(gained, 0.0))
        self._rest_frame = max(frame, self._rest_frame)
        if self._rest_bytes < size:
            return False
        self._rest_bytes -= size
        return True

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
