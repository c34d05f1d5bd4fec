"""From sample buffers to one block of sound per name: generations, their envelopes, underruns.

No pyo here: a strip (strip.py) plays what this writes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from livecode.transport import SampleBuffer
from livecode.transport.schedule import NEVER

_QUARTER = np.pi / 2


class Envelope:
    """An equal-power fade: gain = sin(π/2 · x), with x moving in a straight line to 0 or 1.

    A fade begun while another is under way starts from where that one is, so that overlapping
    swaps never jump; one that goes the same way never slows it down.
    """

    def __init__(self, x: float = 0.0):
        self.x = x
        self._target = x
        self._step = 0.0

    def fade(self, target: float, frames: float) -> None:
        """Move to `target` (0 or 1), taking `frames` frames (1 at least) for the whole way."""
        step = 1.0 / frames
        self._step = max(step, self._step) if target == self._target else step
        self._target = target

    @property
    def silent(self) -> bool:
        """Whether it is at 0 and stays there."""
        return self.x == 0.0 == self._target

    def block(self, frames: int) -> np.ndarray | float:
        """The next `frames` gains, (frames,), or one number where nothing moves."""
        if self.x == self._target:
            return float(np.sin(_QUARTER * self.x))
        way = np.arange(1, frames + 1) * self._step
        if self._target > self.x:
            line = np.minimum(self.x + way, self._target)
        else:
            line = np.maximum(self.x - way, self._target)
        self.x = float(line[-1])
        return np.sin(_QUARTER * line).astype(np.float32)


class BufferSource:
    """Reads a buffer block by block, one block ahead, so that it can fade out before it is empty."""

    def __init__(self, buffer: SampleBuffer, block: int):
        self.buffer = buffer
        self.underruns = 0
        self.broken = False  # gave NaN or infinity; it is not read any more
        self._next = np.zeros((block, 2), np.float32)
        self._now = np.zeros((block, 2), np.float32)
        self._raw = np.zeros((block, buffer.channels), np.float32)
        self._ahead = False  # _next holds a block
        self._rise = np.sin(_QUARTER * np.arange(1, block + 1) / block)[:, None].astype(np.float32)
        self._fall = self._rise[::-1]

    @property
    def ready(self) -> bool:
        """Whether the buffer holds enough to begin."""
        return self.buffer.available >= 2 * len(self._raw)

    def block(self, starved: bool = False) -> np.ndarray | None:
        """The next block (frames, 2), or None while there is nothing to play.

        starved: as if there were nothing more in the buffer.
        """
        starting = not self._ahead
        if starting and (starved or self.broken or not self.ready or not self._fetch()):
            return None
        self._now, self._next = self._next, self._now
        self._ahead = not starved and self._fetch()
        if starting and self.underruns:
            self._now *= self._rise
        if not self._ahead:
            self._now *= self._fall
            self.underruns += not self.broken
        return self._now

    @property
    def ran_dry(self) -> bool:
        """Whether the block that it gave last was its last for now, or it gave none."""
        return not self._ahead and not self.broken

    def _fetch(self) -> bool:
        if self.buffer.available < len(self._raw):
            return False
        self.buffer.read_into(self._raw)
        self.broken = not bool(np.isfinite(self._raw).all())
        self._next[:] = self._raw  # one channel goes to both sides
        return not self.broken


@dataclass(eq=False)
class Generation:
    """One source that a name has sounded from, under its own envelope."""

    number: int
    source: BufferSource
    at: int
    fade_frames: float
    envelope: Envelope
    begun: bool = False
    dry_since: int | None = None  # sample time


class Feed:
    """All generations of one name, summed.

    Every fade takes a block at least: a shorter one would click.
    """

    def __init__(self, block: int, is_underrun: Callable[[int, int], bool] | None = None):
        """`is_underrun(generation, frame)`: when buffers are to be empty, where this is not left to them."""
        self._block, self._is_underrun = block, is_underrun
        self._generations: list[Generation] = []
        #: (generation, from, to), until taken out; at its beginning a gap goes up to NEVER.
        self.gaps: list[tuple[int, int, int]] = []
        self.out = np.zeros((block, 2), np.float32)
        self.underruns = 0
        self.began: list[int] = []  # generations, until someone takes them out
        self.ended: list[int] = []
        self.last_fade_frames = 0.0  # of the generation that began last
        self.broken: list[int] = []  # generations stopped because they gave NaN or infinity

    def add(self, number: int, buffer: SampleBuffer, at: int, fade_frames: float) -> None:
        """Bring in a new generation: it begins when its buffer is ready, and the others then fade."""
        if any(generation.number == number for generation in self._generations):
            return  # said twice, to be heard by an engine that had only just come up
        source = BufferSource(buffer, self._block)
        fade_frames = max(fade_frames, self._block)
        self._generations.append(Generation(number, source, at, fade_frames, Envelope()))

    def fade_out(self, fade_frames: float, before: float = math.inf) -> None:
        """Fade out all generations before that one, those that have not begun yet included."""
        older = sum(generation.number < before for generation in self._generations)
        self._end_before(older, max(fade_frames, self._block))

    def let_go(self, buffer: SampleBuffer, but: int) -> None:
        """Read this buffer no more: it has been given to the generation `but`, if that is another."""
        for generation in self._generations:
            if generation.source.buffer is buffer and generation.number != but:
                generation.begun, generation.envelope = True, Envelope()

    @property
    def begun(self) -> bool:
        """Whether any generation has begun."""
        return any(generation.begun for generation in self._generations)

    @property
    def empty(self) -> bool:
        """Whether no generation is left, sounding or to come."""
        return not self._generations

    def block(self, frame: int) -> np.ndarray:
        """The sum of all generations for the block at sample time `frame`, (frames, 2)."""
        out = self.out
        out[:] = 0
        for index, generation in enumerate(self._generations):
            if not generation.begun and generation.at <= frame and generation.source.ready:
                generation.begun = True
                generation.envelope.fade(1.0, generation.fade_frames)
                self.began.append(generation.number)
                self.last_fade_frames = generation.fade_frames
                self._end_before(index, generation.fade_frames)
        for generation in self._generations:
            if not generation.begun or generation.envelope.silent:
                continue
            before = generation.source.underruns
            starved = self._is_underrun is not None and self._is_underrun(generation.number, frame)
            sound = generation.source.block(starved)
            self._watch_dry(generation, frame)
            gain = generation.envelope.block(self._block)
            self.underruns += generation.source.underruns - before
            if sound is not None:
                out += sound * (gain if isinstance(gain, float) else gain[:, None])
            if generation.source.broken:
                self.broken.append(generation.number)
                generation.envelope = Envelope()
        self._drop_silent()
        return out

    def _watch_dry(self, generation: Generation, frame: int) -> None:
        since = generation.dry_since
        if generation.source.ran_dry:
            if since is None:  # should all end before the gap does
                self.gaps.append((generation.number, frame, NEVER))
                generation.dry_since = frame
        elif since is not None:
            self.gaps.append((generation.number, since, frame))
            generation.dry_since = None

    def _end_before(self, index: int, fade_frames: float) -> None:
        for older in self._generations[:index]:
            older.begun = True  # one that never began is silent, and goes
            older.envelope.fade(0.0, fade_frames)

    def _drop_silent(self) -> None:
        kept = [g for g in self._generations if not (g.begun and g.envelope.silent)]
        if len(kept) < len(self._generations):
            gone = [g for g in self._generations if g not in kept]
            self.ended += [g.number for g in gone]
            self._generations = kept
