"""Plays a whole performance in one process, without a device and faster than real time."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.engine.engine import Engine
from livecode.errors import LivecodeError
from livecode.evaluation.evaluator import Result
from livecode.offline.assembly import Assembly
from livecode.offline.work import PROCESSES, Shares
from livecode.performance.performance import Performance
from livecode.performance.status import Running
from livecode.sets.set_file import SetFile
from livecode.transport.events import Event
from livecode.transport.heap import give_back
from livecode.transport.messages import Tape
from livecode.voices.host import VoiceHost


class Session:
    """An offline performance under a virtual clock.

    >>> with Session(seed=7) as session:
    ...     result = session.eval("ego = agent(space('additive'), dims=2)")
    ...     audio = session.advance(2.0)

    The same seed, blocks and packets give the same samples. A process can have one session open at a
    time, since pyo has one server.
    """

    _open = False

    def __init__(self, seed: int = 0, sr: int = 48000, block: int = 256, begin: float = 0.0):
        """Set up a session at a sample rate `sr` in Hz, with a block of so many frames.

        `begin` is what the clock says at first, in seconds, as if it had played for so long.
        Raises LivecodeError if `sr` is no sample rate, or `block` no power of two from 16 to 4096.
        """
        if not 8000 <= sr <= 192_000:
            raise LivecodeError(f"sr={sr} is not a sample rate; use 44100 or 48000")
        if block & (block - 1) or not 16 <= block <= 4096:
            raise LivecodeError(f"block={block} must be a power of two from 16 to 4096")
        self.seed, self.sample_rate, self.block = seed, sr, block
        self._begin = round(begin * sr / block) * block

    def __enter__(self) -> "Session":
        if Session._open:
            raise LivecodeError("another Session is open in this process; close it first")
        Session._open = True
        give_back()
        self._due: int | None = None  # index of the scene that begins before the next tick
        self._assembly = Assembly(self.sample_rate, self.block, self.seed)
        self._assembly.frame = self._begin
        self._assembly.engine.recording.blocking = True
        self.performance = self._assembly.new_mind()
        self._assembly.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._assembly.close()
        self.performance.close()
        del self._assembly
        Session._open = False

    def eval(self, code: str) -> Result:
        """Evaluate a block at the present time, and return how it went."""
        result = self.performance.blocks.evaluate(code)
        self.performance.blocks.run_after()
        return result

    def open_set(self, set_file: SetFile, opening: bool = False) -> Result:
        """Prepare a set and begin its first scene. Scenes with a length then follow by themselves.

        `opening`: beat 0 is where the first scene is first heard, as in a performance.
        """
        result = self.performance.set_player.open(set_file, opening)
        if set_file.scenes:
            scene = self.performance.set_player.begin(0, opening)
            result = scene if result.ok else result
        return result

    def begin_scene(self, index: int) -> Result:
        """Begin the scene of that index, from 0, at the present time."""
        return self.performance.set_player.begin(index)

    def receive_osc(self, packet: bytes) -> None:
        """Receive an OSC packet, as from a ring, at the present time."""
        self.performance.inputs.receive_osc(packet, self.frame)

    def receive_midi(self, message: bytes) -> None:
        """Receive a MIDI message at the present time."""
        self.performance.inputs.receive_midi(message, self.frame)

    def press(self, key: str) -> None:
        """Press a hot-key of the terminal at the present time: `like`, a letter, `fader3=0.5`."""
        self.performance.inputs.press(key, self.frame)

    def advance(self, seconds: float) -> NDArray[np.float32]:
        """Play on for so many seconds, in whole blocks; return the sound, float32 (frames, 2)."""
        target = self.frame + round(seconds * self.sample_rate)
        heard = []
        while self.frame < target:
            heard.append(self._advance_block())
        return np.concatenate(heard) if heard else np.zeros((0, 2), np.float32)

    def get(self, name: str) -> Any:
        """Return the performer's object of that name, as it plays."""
        return self.performance.get(name)

    def running(self) -> list[Running]:
        """Return what sounds: name, kind, level, and where it was defined."""
        return self.performance.board.running()

    def record(
        self, path: str | Path | None = None, stems: str | Path | None = None, bits: int = 32
    ) -> None:
        """Record the master to a WAV file from now on, and the sound of each name to a folder.

        Without `path`, only the stems are recorded. Without both, recording ends. `bits` is 32 (float)
        or 24 (integer). Raises LivecodeError if the files cannot be written, or if those of the
        recording before could not.
        """
        recording = self.engine.recording
        recording.take_last(self.frame)
        recording.stop()
        error, recording.error = recording.error, ""
        if error:
            raise LivecodeError(error)
        if path is not None or stems is not None:
            outside = self.performance.place.outside
            master, folder = ("" if each is None else str(outside(each)) for each in (path, stems))
            tape = Tape(master, folder, bits)
            recording.start(tape, self.frame, pass_over=True)

    def replace_mind(self) -> Performance:
        """Put a new mind in the place of the present one, and return it.

        Engine and voices play on. The old mind is not closed, as if it had died.
        """
        self.performance.place.leave()
        self.performance = self._assembly.new_mind()
        return self.performance

    @property
    def engine(self) -> Engine:
        """The engine that plays."""
        return self._assembly.engine

    @property
    def voices(self) -> VoiceHost:
        """The voices that play."""
        return self._assembly.voices

    @property
    def log(self) -> list[Event]:
        """All events so far: errors, swaps, fallbacks, scenes and notes."""
        return self.performance.log.events

    @property
    def frame(self) -> int:
        """The sample time of the next block."""
        return self._assembly.frame

    @property
    def time(self) -> float:
        """Seconds played."""
        return self.frame / self.sample_rate

    def shares(self, seconds: float) -> Shares:
        """Play on for so many seconds, in whole blocks; return what each process would need live."""
        work, before, began = self._assembly.work, dict(self._assembly.work.taken_s), self.time
        work.wanted = True
        try:
            self.advance(seconds)
        finally:
            work.wanted = False
        passed = max(self.time - began, 1e-6)
        return Shares(*((work.taken_s[each] - before[each]) / passed for each in PROCESSES))

    def _advance_block(self) -> NDArray[np.float32]:
        """Compute the ticks of a block, then the block."""
        self._assembly.work.of("mind", self._tick_up_to, self.frame + self.block)
        return self._assembly.play_block()

    def _tick_up_to(self, end: int) -> None:
        """Compute the ticks before sample time `end`, with what is due at each."""
        performance = self.performance
        for frame in range(self.frame, end, performance.clock.tick_frames):
            if self._due is not None:
                performance.set_player.begin_due(self._due)
            for turn in performance.turns.take_due():
                performance.turn_runner.run(turn)
            self._due = performance.tick(frame)
