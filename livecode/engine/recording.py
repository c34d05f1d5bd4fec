"""What the engine records, into which file and from when on; continues recordings after a crash."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from livecode.engine.master import KNEE, Master, soft_curve
from livecode.engine.outputs import DeviceOutputs
from livecode.engine.recorder import Recorder
from livecode.engine.sends import Sends
from livecode.engine.stems import HighPass, HighPassState, RecordedBlock, StemFiles
from livecode.engine.strip import Strip
from livecode.errors import LivecodeError
from livecode.transport import Arena
from livecode.transport.messages import Tape


class Recording:
    """Passes each computed block to a recorder, if there is one.

    The arena's tape board says what is recorded, for any reader and for the next engine.
    """

    def __init__(
        self,
        arena: Arena,
        master: Master,
        strips: Mapping[str, Strip],
        sends: Sends,
        outputs: DeviceOutputs,
        note: Callable[[str, int], None],
    ):
        """Make an idle recording.

        `note` is called with a sentence and its sample time when a recording had to stop.
        """
        self._arena, self._master, self._note = arena, master, note
        self._strips, self._sends, self._outputs = strips, sends, outputs
        self._sample_rate, self._block = arena.header.sample_rate, arena.header.block
        #: As the master delays and filters what it plays.
        self._high_pass = HighPass(self._sample_rate)
        self.recorder: Recorder | None = None
        self._former: Recorder | None = None  # a recorder that has been told to finish
        self._stems = False
        self._next = 0  # sample time of the next block to be recorded
        self.error = ""  # why the last recording stopped, as a sentence
        self.blocking = False  # blocks may wait for the disk: offline, where none is late

    def begin(
        self, tape: Tape, after: Recorder | None = None, resume_at: int | None = None
    ) -> None:
        """Record from sample time `tape.begin` on, which is at most one block ago."""
        stems, self.error = None, ""
        self._stems, self._next = bool(tape.stems), tape.begin
        if tape.stems:
            resume = resume_at is not None
            before = None if resume else self._before()
            stems = StemFiles(tape.stems, self._sample_rate, tape.bits, resume, before)
        path = tape.path or None
        self.recorder = Recorder(
            path, self._sample_rate, resume_at, after, tape.bits, stems, self.blocking
        )
        self._arena.tape.post(msgspec.json.encode(tape))

    def change(self, path: str, stems: str, bits: int, frame: int) -> None:
        """Record to other files from the block at sample time `frame` on; empty paths stop.

        The call does not wait for the disk. If a file cannot be written, a later block reports it.
        """
        former, self.recorder = self.recorder, None
        if former is not None:
            former.finish()
        if path or stems:
            self.begin(Tape(path, stems, bits, frame), after=former or self._former)
            self._former = None
        else:
            self._former = former or self._former
            self._stopped()

    def start(self, tape: Tape, frame: int, resume: bool = False, pass_over: bool = False) -> None:
        """Begin between two blocks, of which the later one is at `frame`.

        The first recorded block is the one before `frame`, or the one at `frame` with `pass_over`.
        Raises `LivecodeError` if the file cannot be written.
        """
        self.stop()
        first = frame - (0 if pass_over else self._block)
        if not resume:
            tape = msgspec.structs.replace(tape, begin=first)
        self.begin(tape, resume_at=first - tape.begin if resume else None)
        assert self.recorder is not None
        try:
            self.recorder.await_open()
        except LivecodeError:
            self.recorder = None
            self._stopped()
            raise

    def stop(self) -> None:
        """Finish the present recording, if there is one."""
        recorder, self.recorder = self.recorder or self._former, None
        self._former = None
        if recorder is not None:
            recorder.close()
            self._stopped(recorder.error or "")

    def take(self, heard: np.ndarray, frame: int) -> None:
        """Record the last computed block, which ends at sample time `frame`."""
        if self._former is not None and self._former.error is not None:
            self._fail(self._former.error, frame)
        if self.recorder is None or frame - self._block < self._next:
            return
        self._next = frame
        apart = self._outputs.apart()
        if apart or not self._high_pass.at_rest:
            heard = self._with(apart, heard)
        if self._stems:
            added = self._added()
            added |= {name: added[name] + kept for name, kept in apart.items() if name in added}
            self.recorder.take(RecordedBlock(heard.copy(), added, self._master.gate()))
        else:
            self.recorder.write(heard)
        if self.recorder.error is not None:
            self._fail(self.recorder.error, frame)

    def _with(self, apart: Mapping[str, np.ndarray], heard: np.ndarray) -> np.ndarray:
        """Return a block of the master with the names that are heard from other outputs."""
        sound = self._high_pass.process(sum(apart.values(), np.zeros_like(heard)))
        if (gate := self._master.gate()) is not None:
            sound *= gate
        both = heard + sound
        return (soft_curve(both) if np.abs(both).max() > KNEE else both).astype(np.float32)

    def take_last(self, frame: int) -> None:
        """Record the block that ends at `frame`; for the last block of an offline performance."""
        self.take(self._master.read_tap(), frame)

    def go_on(self, frame: int) -> bool:
        """Continue the recording of the previous engine. Return False if nothing was ever recorded.

        The call does not wait for the disk, because the sound matters more.
        """
        document = self._arena.tape.look()
        if not document:
            return False
        tape = msgspec.json.decode(document, type=Tape)
        if tape.on:
            self.begin(tape, resume_at=frame - self._block - tape.begin)
        return True

    def _added(self) -> dict[str, np.ndarray]:
        """Return what each strip and each shared effect added to the last block, (frames, 2)."""
        return {name: strip.added() for name, strip in self._strips.items()} | self._sends.added()

    def _before(self) -> HighPassState:
        """Return the state of the master's high-pass, and the last sample of each stem."""
        last = {name: added[-1] for name, added in self._added().items()}
        return HighPassState(self._master.high_pass_state(), last)

    def _fail(self, error: str, frame: int) -> None:
        self._note(error, frame)
        self._stopped(error)
        self.recorder = self._former = None

    def _stopped(self, error: str = "") -> None:
        self.error = error
        self._arena.tape.post(msgspec.json.encode(Tape(error=error)))
