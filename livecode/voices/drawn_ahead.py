"""Draws a stream further ahead than it must, so that a stall of the machine is not heard."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.drawing import Drawing, Held, LevelsDrawing, Whole
from livecode.voices.together import SamplerStep, Together

Floats = NDArray[np.float32]

#: So many hops are drawn ahead, beyond what waits in the buffer: 64 ms at 48 kHz.
HOPS = 12
#: A stream is drawn ahead once so many hops in a row were drawn with the same settings.
CALM = 8


class Asked(NamedTuple):
    """What a hop of a stream is asked for with."""

    temperatures: Floats  # (n,): of each sample
    held: Held
    guarded: bool

    def like(self, other: "Asked") -> bool:
        """Return whether the other asks for the same."""
        same = (self.held, self.guarded) == (other.held, other.guarded)
        return same and np.array_equal(self.temperatures, other.temperatures)


class _Drawn(NamedTuple):
    """A hop that was drawn before it was due."""

    asked: Asked
    audio: Floats
    before: Whole  # where the stream was before it
    spent_s: float  # how long it took


class DrawnAhead:
    """A stream's drawing, some hops of which are drawn as if nothing were to change.

    If something changes, the stream goes back to where it does, and is drawn anew from there. So what is
    heard does not depend on how far ahead it was drawn.
    """

    def __init__(self, drawing: Drawing, clock: Callable[[], float] = time.perf_counter):
        """`clock` returns the seconds of a real clock."""
        self._drawing, self._clock = drawing, clock
        self._hops: deque[_Drawn] = deque()
        #: What the last hop was asked for with: temperature, what is in hand, and whether it is guarded.
        self._asked: tuple[float, Held, bool] | None = None
        self._calm = 0  # hops in a row that were asked for with the same
        self._spent_s = 0.0

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        """The next samples (n,) at temperatures (n,)."""
        asked = None
        if len(temperatures) and (temperatures == temperatures[0]).all():
            asked = float(temperatures[0]), held.of_any_time, guarded
        same = asked is not None and asked == self._asked
        self._asked, self._calm = asked, self._calm + 1 if same else 0
        if self._hops and self._hops[0].asked.like(Asked(temperatures, held, guarded)):
            drawn = self._hops.popleft()
            self._spent_s += drawn.spent_s
            return drawn.audio
        return self._settled().next(temperatures, held, guarded)

    @property
    def identity(self) -> int | None:
        """What streams share that can be drawn together; None: it is drawn by itself."""
        drawing = self._drawing
        return drawing.sampler.identity if isinstance(drawing, LevelsDrawing) else None

    @property
    def hops(self) -> int:
        """How many hops are drawn ahead."""
        return len(self._hops)

    @property
    def ready(self) -> bool:
        """Whether one more hop is to be drawn ahead."""
        return self._calm >= CALM and len(self._hops) < HOPS

    def asked(self, count: int, at: float = 0.0) -> Asked | None:
        """Return what the next hop, of so many samples, is asked for with if nothing changes.

        at: the sample time at which it is heard.
        """
        if self._asked is None:
            return None
        temperature, held, guarded = self._asked
        return Asked(np.full(count, temperature, np.float32), held.from_time(at), guarded)

    def draw(self, asked: Asked) -> None:
        """Draw the next hop before it is due; what goes wrong in it does so when it is due."""
        began, before = self._clock(), self._drawing.whole()
        try:
            audio = self._drawing.next(*asked)
        except Exception:
            self._go_back(before)
        else:
            self._hops.append(_Drawn(asked, audio, before, self._clock() - began))

    def _go_back(self, before: Whole) -> None:
        self._drawing.load_whole(before)
        self._calm = 0

    def take_spent_s(self) -> float:
        """Return how long it took to draw what was asked for since the last call and had been drawn ahead."""
        spent_s, self._spent_s = self._spent_s, 0.0
        return spent_s

    def settled(self) -> Drawing:
        """Return the drawing where the stream is heard to be, with nothing drawn ahead."""
        self._calm = 0
        return self._settled()

    def heard(self, audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        """Let samples (n,) be heard which have brought the stream to where it is; see `Drawing`."""
        return self.settled().heard(audio, surprise_nats, guarded)

    def rest(self) -> Floats:
        """Give up the samples that were drawn and that nobody has asked for yet; see `Drawing`."""
        return self.settled().rest()

    def state(self) -> Any:
        """A copy of where the stream is heard to be, for `load_state`."""
        return self._hops[0].before.state if self._hops else self._drawing.state()

    def load_state(self, state: Any) -> None:
        """Go on from there."""
        self.settled().load_state(state)

    def _settled(self) -> Drawing:
        if self._hops:
            self._drawing.load_whole(self._hops[0].before)
            self._hops.clear()
        return self._drawing


class _Joint(NamedTuple):
    """A stream that draws its next hop together with others."""

    ahead: DrawnAhead
    drawing: LevelsDrawing
    asked: Asked
    before: Whole
    step: SamplerStep


def draw_together(streams: Sequence[tuple[DrawnAhead, Asked]], together: Together) -> None:
    """Draw the next hop of each of some streams of one model, in one call of the kernel.

    What a stream needs by itself, as where a servo finds its temperature, it draws alone.
    """
    joint: list[_Joint] = []
    for ahead, asked in streams:
        drawing, before = ahead._drawing, ahead._drawing.whole()
        step = drawing.step(*asked) if isinstance(drawing, LevelsDrawing) else None
        if isinstance(drawing, LevelsDrawing) and step is not None and len(streams) > 1:
            joint.append(_Joint(ahead, drawing, asked, before, step))
        else:
            ahead.draw(asked)
    if not joint:
        return
    clock = joint[0].ahead._clock
    began = clock()
    try:
        drawn = together.draw([one.drawing.sampler for one in joint], [one.step for one in joint])
        sounds = [
            one.drawing.take(codes, one.asked.guarded)
            for one, codes in zip(joint, drawn, strict=True)
        ]
    except Exception:  # each draws its own when that is due, and one alone fails
        for one in joint:
            one.ahead._go_back(one.before)
        return
    spent_s = (clock() - began) / len(joint)
    for one, audio in zip(joint, sounds, strict=True):
        one.ahead._hops.append(_Drawn(one.asked, audio, one.before, spent_s))
