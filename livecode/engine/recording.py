"""What the engine records: where to, what of, from when on; and how that goes on after a crash."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from livecode.engine.master import Master
from livecode.engine.recorder import Recorder
from livecode.engine.stems import Before, Block, StemFiles
from livecode.engine.strip import Strip
from livecode.errors import LivecodeError
from livecode.transport import Arena
from livecode.transport.messages import Tape


class Recording:
    """Takes each block that has been computed to a recorder, if there is one.

    What it records stands on the arena's tape board, for whoever looks and for the next engine.
    """

    def __init__(
        self,
        arena: Arena,
        master: Master,
        strips: Mapping[str, Strip],
        note: Callable[[str, int], None],
    ):
        """`note` is told a sentence and its sample time when a recording has had to stop."""
        self._arena, self._master, self._strips, self._note = arena, master, strips, note
        self._sample_rate, self._block = arena.header.sample_rate, arena.header.block
        self.recorder: Recorder | None = None
        self._former: Recorder | None = None  # has been told to finish
        self._stems = False
        self._next = 0  # sample time of the next block to be taken
        self.error = ""  # why the last one stopped, a sentence
        self.patient = False  # whether blocks may wait for the disk: offline, where none is late

    def begin(
        self, tape: Tape, after: Recorder | None = None, resume_at: int | None = None
    ) -> None:
        """Record from sample time `tape.begin` on, which is no earlier than the block before this."""
        stems, self.error = None, ""
        self._stems, self._next = bool(tape.stems), tape.begin
        if tape.stems:
            resume = resume_at is not None
            before = None if resume else self._before()
            stems = StemFiles(tape.stems, self._sample_rate, tape.bits, resume, before)
        path = tape.path or None
        self.recorder = Recorder(
            path, self._sample_rate, resume_at, after, tape.bits, stems, self.patient
        )
        self._arena.tape.post(msgspec.json.encode(tape))

    def change(self, path: str, stems: str, bits: int, frame: int) -> None:
        """Record something else from the block at sample time `frame` on; an empty path: nothing.

        No disk is waited for here: a file that cannot be written is told of in a later block.
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
        """Begin between two blocks, the later one at `frame`; LivecodeError if it cannot be written.

        What is taken first is the block before `frame`, unless `pass_over`.
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
        """Finish what is being recorded, if anything is."""
        recorder, self.recorder = self.recorder or self._former, None
        self._former = None
        if recorder is not None:
            recorder.close()
            self._stopped(recorder.error or "")

    def take(self, heard: np.ndarray, frame: int) -> None:
        """Record the block that was computed last, whose end is `frame`."""
        if self._former is not None and self._former.error is not None:
            self._fail(self._former.error, frame)
        if self.recorder is None or frame - self._block < self._next:
            return
        self._next = frame
        if self._stems:
            added = {name: strip.added() for name, strip in self._strips.items()}
            self.recorder.take(Block(heard.copy(), added, self._master.gate()))
        else:
            self.recorder.write(heard)
        if self.recorder.error is not None:
            self._fail(self.recorder.error, frame)

    def take_last(self, frame: int) -> None:
        """Record the block whose end is `frame` when no other will be computed after it."""
        self.take(self._master.read_tap(), frame)

    def go_on(self, frame: int) -> bool:
        """Take up what the engine before this one recorded; False if nothing was ever recorded.

        The disk is not waited for: the sound matters more.
        """
        document = self._arena.tape.look()
        if not document:
            return False
        tape = msgspec.json.decode(document, type=Tape)
        if tape.on:
            self.begin(tape, resume_at=frame - self._block - tape.begin)
        return True

    def _before(self) -> Before:
        """What is in the master's high-pass, and who last added to it."""
        last = {name: strip.added()[-1] for name, strip in self._strips.items()}
        return Before(self._master.slow(), last)

    def _fail(self, error: str, frame: int) -> None:
        self._note(error, frame)
        self._stopped(error)
        self.recorder = self._former = None

    def _stopped(self, error: str = "") -> None:
        self.error = error
        self._arena.tape.post(msgspec.json.encode(Tape(error=error)))
