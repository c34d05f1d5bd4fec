"""Turns sample buffers into one block of sound per name, with generations, envelopes and underruns.

This module knows no pyo: a strip (strip.py) plays what a feed returns.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from livecode.transport import SampleBuffer
from livecode.transport.schedule import NEVER

_QUARTER = np.pi / 2


class Envelope:
    """An equal-power fade: gain = sin(π/2 · x), where x moves linearly to 0 or 1.

    A fade that begins during another continues from the present x, so overlapping swaps never jump.
    A second fade in the same direction never slows the first one down.
    """

    def __init__(self, x: float = 0.0):
        self.x = x
        self._target = x
        self._step = 0.0

    def fade(self, target: float, frames: float) -> None:
        """Move to `target` (0 or 1) at a pace of `frames` frames (at least 1) for the whole way."""
        step = 1.0 / frames
        self._step = max(step, self._step) if target == self._target else step
        self._target = target

    @property
    def rises(self) -> bool:
        """Whether the gain is above 0 or on its way there, and does not fall."""
        return self._target > 0.0

    @property
    def silent(self) -> bool:
        """Whether the gain is 0 and stays 0."""
        return self.x == 0.0 == self._target

    def block(self, frames: int) -> np.ndarray | float:
        """Return the next `frames` gains, (frames,), or a single number while the gain is constant."""
        if self.x == self._target:
            return float(np.sin(_QUARTER * self.x))
        way = np.arange(1, frames + 1) * self._step
        if self._target > self.x:
            line = np.minimum(self.x + way, self._target)
        else:
            line = np.maximum(self.x - way, self._target)
        self.x = float(line[-1])
        gains: np.ndarray = np.sin(_QUARTER * line).astype(np.float32)
        return gains


class BufferSource:
    """Reads a buffer one block ahead, so that it can fade out before the buffer is empty."""

    def __init__(self, buffer: SampleBuffer, block: int):
        self.buffer = buffer
        self.underruns = 0
        self.broken = False  # the buffer held NaN or infinity, and is not read any more
        self._next = np.zeros((block, 2), np.float32)
        self._now = np.zeros((block, 2), np.float32)
        self._raw = np.zeros((block, buffer.channels), np.float32)
        self._ahead = False  # `_next` holds a block
        self._rise = np.sin(_QUARTER * np.arange(1, block + 1) / block)[:, None].astype(np.float32)
        self._fall = self._rise[::-1]

    def ready(self, frame: int) -> bool:
        """Whether the buffer holds enough samples to begin at sample time `frame`.

        Samples that are for an earlier time are passed over.
        """
        return self._on_time(frame) and self.buffer.available >= 2 * len(self._raw)

    def block(self, frame: int, starved: bool = False) -> np.ndarray | None:
        """Return the block at sample time `frame`, (frames, 2), or None while there is none.

        With `starved`, the buffer counts as empty after this block.
        """
        starting = not self._ahead
        if starting and (starved or self.broken or not self.ready(frame) or not self._fetch()):
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
    def underrun(self) -> bool:
        """Whether the last block was the last for now, or there was none."""
        return not self._ahead and not self.broken

    @property
    def from_silence(self) -> bool:
        """Whether the source begins in silence by itself: each sample has its time."""
        return self.buffer.time_of(self.buffer.consumed) is not None

    def _on_time(self, frame: int) -> bool:
        """Pass over what is for an earlier time than `frame`; return whether the rest is for then."""
        time = self.buffer.time_of(self.buffer.consumed)
        if time is None:
            return True
        if time < frame:
            time += self.buffer.skip(frame - time)
        return time == frame

    def _fetch(self) -> bool:
        if self.buffer.available < len(self._raw):
            return False
        self.buffer.read_into(self._raw)
        self.broken = not bool(np.isfinite(self._raw).all())
        self._next[:] = self._raw  # one channel goes to both sides
        return not self.broken


@dataclass(eq=False)
class FedGeneration:
    """One source of a name's sound, under its own envelope."""

    number: int
    source: BufferSource
    at: int
    fade_frames: float
    envelope: Envelope
    takes: str = ""  # the name that is heard through it
    begun: bool = False
    underrun_since: int | None = None  # sample time


class Feed:
    """The sum of all generations of one name.

    Every fade takes at least one block, since a shorter one would click.
    """

    def __init__(self, block: int, is_underrun: Callable[[int, int], bool] | None = None):
        """Make an empty feed.

        In a replay, `is_underrun(generation, frame)` tells when buffers count as empty.
        """
        self._block, self._is_underrun = block, is_underrun
        self._generations: list[FedGeneration] = []
        #: (generation, begin, end) of underruns that are yet to be reported. `end` is NEVER at
        #: first.
        self.gaps: list[tuple[int, int, int]] = []
        self.out = np.zeros((block, 2), np.float32)
        self.underruns = 0
        self.began: list[int] = []  # generations that are yet to be reported
        self.ended: list[int] = []
        self.last_fade_frames = 0.0  # of the generation that began last
        self.broken: list[int] = []  # generations stopped because of NaN or infinity

    def add(
        self, number: int, buffer: SampleBuffer, at: int, fade_frames: float, takes: str = ""
    ) -> None:
        """Add a generation, which begins when its buffer is ready; the older ones then fade out.

        `takes`: the name that steps aside while this one is heard.
        """
        if any(generation.number == number for generation in self._generations):
            return  # the mind says it twice, in case the engine has only just started
        source = BufferSource(buffer, self._block)
        fade_frames = max(fade_frames, self._block)
        self._generations.append(FedGeneration(number, source, at, fade_frames, Envelope(), takes))

    def taken(self) -> Iterator[tuple[str, bool, float]]:
        """Yield the names that generations take: whether each is heard so, and the frames of its fade."""
        for each in self._generations:
            if each.takes:
                yield each.takes, each.begun and each.envelope.rises, each.fade_frames

    def fade_out(self, fade_frames: float, before: float = math.inf) -> None:
        """Fade out all generations below `before`, even those that have not begun."""
        older = sum(generation.number < before for generation in self._generations)
        self._end_before(older, max(fade_frames, self._block))

    def release(self, buffer: SampleBuffer, but: int) -> None:
        """Stop reading `buffer` for all generations except `but`, which owns the buffer now."""
        for generation in self._generations:
            if generation.source.buffer is buffer and generation.number != but:
                generation.begun, generation.envelope = True, Envelope()

    @property
    def begun(self) -> bool:
        """Whether any generation has begun."""
        return any(generation.begun for generation in self._generations)

    @property
    def empty(self) -> bool:
        """Whether no generation is left, sounding or waiting."""
        return not self._generations

    def block(self, frame: int) -> np.ndarray:
        """Return the sum of all generations for the block at sample time `frame`, (frames, 2)."""
        out = self.out
        out[:] = 0
        for index, generation in enumerate(self._generations):
            if not generation.begun and generation.at <= frame and generation.source.ready(frame):
                generation.begun = True
                if generation.source.from_silence:
                    generation.envelope = Envelope(1.0)  # a fade would blunt what begins at once
                else:
                    generation.envelope.fade(1.0, generation.fade_frames)
                self.began.append(generation.number)
                self.last_fade_frames = generation.fade_frames
                self._end_before(index, generation.fade_frames)
        for generation in self._generations:
            if not generation.begun or generation.envelope.silent:
                continue
            before = generation.source.underruns
            starved = self._is_underrun is not None and self._is_underrun(generation.number, frame)
            sound = generation.source.block(frame, starved)
            self._watch_underrun(generation, frame)
            gain = generation.envelope.block(self._block)
            self.underruns += generation.source.underruns - before
            if sound is not None:
                out += sound * (gain if isinstance(gain, float) else gain[:, None])
            if generation.source.broken:
                self.broken.append(generation.number)
                generation.envelope = Envelope()
        self._drop_silent()
        return out

    def _watch_underrun(self, generation: FedGeneration, frame: int) -> None:
        since = generation.underrun_since
        if generation.source.underrun:
            if since is None:  # reported at once, in case all ends before the underrun does
                self.gaps.append((generation.number, frame, NEVER))
                generation.underrun_since = frame
        elif since is not None:
            self.gaps.append((generation.number, since, frame))
            generation.underrun_since = None

    def _end_before(self, index: int, fade_frames: float) -> None:
        for older in self._generations[:index]:
            older.begun = True  # a generation that never began is silent, and is dropped
            older.envelope.fade(0.0, fade_frames)

    def _drop_silent(self) -> None:
        kept = [g for g in self._generations if not (g.begun and g.envelope.silent)]
        if len(kept) < len(self._generations):
            gone = [g for g in self._generations if g not in kept]
            self.ended += [g.number for g in gone]
            self._generations = kept
