"""A performance in one process whose parts are held up at chosen moments.

Mind, engine and voices of a `Stage` take turns as a busy machine would let them: each is held up now and
then while the others go on, and time passes between any two lines of a block. So what a loaded machine
does once in hours happens in every second. It happens again for the same seed and PYTHONHASHSEED.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.kernel import beginning
from livecode.offline.assembly import Assembly

#: A block pauses so often at most: one with a long loop would take minutes.
MOST_PAUSES = 200
#: Of code in these folders, and of blocks, any line may take long.
SLOW = tuple(
    f"livecode/{room}/" for room in ("evaluation", "playing", "language", "performance", "signals")
)
#: A mind that is later than this leaves ticks out, in seconds.
CATCH_UP_S = 0.25


class Stage:
    """An engine, voices and a mind that are held up at random."""

    def __init__(self, journal: Path, seed: int, holds: float = 0.02, pauses: float = 0.01):
        """Begin a performance with a journal.

        `holds`: how probable it is, at each block, that mind, engine or voices are held up from it on.
        `pauses`: how probable it is that a line of a block takes time.
        """
        self.random = random.Random(seed)
        self._holds, self._pauses = holds, pauses
        self._assembly = Assembly(48_000, 256, 7)
        self.tick = 0  # sample time of the mind's next tick
        self.performance = self._assembly.new_mind(lambda: self.tick, pump=self.step)
        self._assembly.start()
        self._held = {"mind": 0, "engine": 0, "voices": 0}  # for so many blocks
        self._now = 0  # sample time by the clock, in blocks
        self.heard: list[NDArray[np.float32]] = []
        self._stepping = False
        beginning.from_nothing(self.performance, journal, live=False)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.performance.recorder.closed()
        self._assembly.close()
        self.performance.close()

    def step(self) -> None:
        """Let the time of one block pass."""
        self._stepping = True
        try:
            self._now += 1
            for part in self._held:
                if self._held[part]:
                    self._held[part] -= 1
                elif self.random.random() < self._holds:
                    self._held[part] = self.random.choice((2, 5, 10, 30, 60))
            order = ["mind", "engine", "voices"]
            self.random.shuffle(order)
            for part in order:
                if not self._held[part]:
                    getattr(self, f"_{part}")()
        finally:
            self._stepping = False

    def _mind(self) -> None:
        now, rate = self._now * self._assembly.block, self._assembly.sample_rate
        if now - self.tick > CATCH_UP_S * rate:
            self.tick = now
        while self.tick <= now:
            self.performance.tick(self.tick)
            self.tick += self.performance.clock.tick_frames

    def _engine(self) -> None:
        self._assembly.server.process()
        self._assembly.frame += self._assembly.block
        self.heard.append(self._assembly.engine.master.read_tap().copy())
        # a sample clock that has stood still goes on from there
        self._now = self._assembly.frame // self._assembly.block

    def _voices(self) -> None:
        self._assembly.voices.process()

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        for _ in range(round(seconds * self._assembly.sample_rate / self._assembly.block)):
            self.step()

    def hold(self, part: str, blocks: int) -> None:
        """Hold up the mind, the engine or the voices for so many blocks from now on."""
        self._held[part] = blocks

    def settle(self) -> None:
        """Let everybody go on until the mind has been told what was late."""
        self._holds = 0.0
        self._held = dict.fromkeys(self._held, 0)
        self.advance(max(0, self.tick - self._assembly.frame) / self._assembly.sample_rate + 0.05)

    def eval(self, code: str) -> bool:
        """Evaluate a block while time passes between its lines; returns whether all of it took effect."""
        with self._slow_lines():
            result = self.performance.blocks.evaluate(code)
            self.performance.blocks.run_after()
        return result.ok

    @contextmanager
    def _slow_lines(self) -> Iterator[None]:
        lock = self.performance.lock
        left = MOST_PAUSES

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal left
            idle = event == "line" and not self._stepping and not lock.held
            if idle and left and self.random.random() < self._pauses:
                left -= 1
                for _ in range(self.random.choice((1, 1, 2, 8))):
                    self.step()
            return line

        def call(frame: FrameType, event: str, argument: Any) -> Any:
            file = frame.f_code.co_filename
            slow = file.startswith("<block") or any(room in file for room in SLOW)
            slow = slow and not file.endswith(
                "block_lock.py"
            )  # who is taking it waits for nobody else
            return line if slow and not self._stepping else None

        before = sys.gettrace()
        sys.settrace(call)
        try:
            yield
        finally:
            sys.settrace(before)


def played(journal: Path, seed: int, blocks: Sequence[str], **how: float) -> NDArray[np.float32]:
    """Play blocks on a stage; returns what was heard, float32 (frames, 2)."""
    with Stage(journal, seed, **how) as stage:
        for block in blocks:
            stage.eval(block)
            stage.advance(stage.random.uniform(0.05, 0.3))
        stage.settle()
        return np.concatenate(stage.heard)
