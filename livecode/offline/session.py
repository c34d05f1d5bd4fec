"""A whole performance in one process under a virtual clock: no device, faster than real time, repeatable."""

from pathlib import Path
from typing import Any

import numpy as np

from livecode.engine.device import boot
from livecode.engine.engine import Engine
from livecode.errors import LivecodeError
from livecode.evaluation.evaluator import Result
from livecode.performance.performance import Performance
from livecode.sets.set_file import SetFile
from livecode.transport import Arena, Layout
from livecode.transport.events import Event
from livecode.transport.heap import give_back
from livecode.transport.messages import Tape
from livecode.voices.host import VoiceHost

#: Offline nothing is ever late, so short rings do; this keeps many sessions small.
OFFLINE_LAYOUT = Layout(buffers=32, buffer_frames=8192)


class Session:
    """The parts of a live performance, stepped together.

    >>> with Session(seed=7) as session:
    ...     result = session.eval("ego = agent(space('additive'), dims=2)")
    ...     audio = session.advance(2.0)

    The same seed, blocks and packets give the same samples.  One session at a time is open in a
    process: pyo has one server.
    """

    _open = False

    def __init__(self, seed: int = 0, sr: int = 48000, block: int = 256):
        """`sr`: Hz; `block`: frames, a power of two."""
        if not 8000 <= sr <= 192_000:
            raise LivecodeError(f"sr={sr} is not a sample rate; use 44100 or 48000")
        if block & (block - 1) or not 16 <= block <= 4096:
            raise LivecodeError(f"block={block} must be a power of two from 16 to 4096")
        self.seed, self.sample_rate, self.block = seed, sr, block

    def __enter__(self) -> "Session":
        if Session._open:
            raise LivecodeError("another Session is open in this process; close it first")
        Session._open = True
        give_back()
        self._arena = Arena.private(self.sample_rate, self.block, OFFLINE_LAYOUT)
        self._frame = 0
        self._due: int | None = None  # the scene that begins before the next tick
        self._server = boot("headless", self.sample_rate, self.block).server
        self._engine = Engine(self._arena, self._server, self._now_ns, seed=self.seed)
        self._engine.recording.patient = True
        self._voices = VoiceHost(self._arena)
        self.performance = Performance(self._arena, self.seed, lambda: self._frame)
        self.performance.pump = self._pump
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._engine.recording.take_last(self._frame)
        self._engine.close()
        self.performance.close()
        self._server.shutdown()
        del self._engine, self._server, self._voices, self._arena
        Session._open = False

    def eval(self, code: str) -> Result:
        """Evaluate a block at the present time."""
        result = self.performance.evaluate(code)
        self.performance.run_later()
        return result

    def open_set(self, set_file: SetFile) -> Result:
        """Prepare a set and begin its first scene; scenes with a length then follow by themselves."""
        result = self.performance.open_set(set_file)
        if set_file.scenes:
            scene = self.performance.begin_scene(0)
            result = scene if result.ok else result
        return result

    def receive_osc(self, packet: bytes) -> None:
        """Take in a UDP payload as from a ring, at the present time."""
        self.performance.receive_osc(packet, self._frame)

    def advance(self, seconds: float) -> np.ndarray:
        """Play on; returns what was heard, float32 (frames, 2), in whole blocks."""
        target = self._frame + round(seconds * self.sample_rate)
        heard = []
        while self._frame < target:
            heard.append(self._advance_block())
        return np.concatenate(heard) if heard else np.zeros((0, 2), np.float32)

    def get(self, name: str) -> Any:
        """The live object of that name."""
        return self.performance.get(name)

    def record(
        self, path: str | Path | None = None, stems: str | Path | None = None, bits: int = 32
    ) -> None:
        """Record the master to a WAV file from now on, and what each name adds to it to a folder.

        Without a path there are stems alone; without both, recording ends.  `bits`: 32 (float) or 24.
        LivecodeError: it cannot be written there, or what was recorded before could not.
        """
        recording = self._engine.recording
        recording.take_last(self._frame)
        recording.stop()
        error, recording.error = recording.error, ""
        if error:
            raise LivecodeError(error)
        if path is not None or stems is not None:
            tape = Tape(str(path or ""), str(stems or ""), bits)
            recording.start(tape, self._frame, pass_over=True)

    @property
    def log(self) -> list[Event]:
        """What happened so far: errors, swaps, fallbacks, scenes, notes."""
        return self.performance.log

    @property
    def time(self) -> float:
        """Seconds played."""
        return self._frame / self.sample_rate

    def _advance_block(self) -> np.ndarray:
        performance = self.performance
        end = self._frame + self.block
        for frame in range(self._frame, end, performance.tick_frames):
            if self._due is not None:
                performance.begin_due_scene(self._due)
            self._due = performance.tick(frame)
        self._voices.process()
        self._server.process()
        self._frame = end
        return self._engine.master.read_tap().copy()

    def _pump(self) -> None:
        self._engine.listen()
        self.performance.applier.take_in()

    def _now_ns(self) -> int:
        return round(self._frame / self.sample_rate * 1e9)
