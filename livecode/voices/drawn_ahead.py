"""Draws a stream further ahead than it must, so that a stall of the machine is not heard."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.drawing import Drawing, Held, Whole

Floats = NDArray[np.float32]

#: So many hops are drawn ahead, beyond what waits in the buffer: 64 ms at 48 kHz.
HOPS = 12
#: A stream is drawn ahead once so many hops in a row were drawn with the same settings.
CALM = 8


class _Drawn(NamedTuple):
    """A hop that was drawn ahead."""

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
            asked = float(temperatures[0]), held, guarded
        same = asked is not None and asked == self._asked
        self._asked, self._calm = asked, self._calm + 1 if same else 0
        if same and self._hops and len(self._hops[0].audio) == len(temperatures):
            drawn = self._hops.popleft()
            self._spent_s += drawn.spent_s
            return drawn.audio
        return self._settled().next(temperatures, held, guarded)

    @property
    def hops(self) -> int:
        """How many hops are drawn ahead."""
        return len(self._hops)

    @property
    def ready(self) -> bool:
        """Whether one more hop is to be drawn ahead."""
        return self._calm >= CALM and len(self._hops) < HOPS

    def draw(self, count: int) -> None:
        """Draw the next hop, of so many samples, ahead; what goes wrong in it does so when it is due."""
        if self._asked is None:
            return
        temperature, held, guarded = self._asked
        began, before = self._clock(), self._drawing.whole()
        try:
            audio = self._drawing.next(np.full(count, temperature, np.float32), held, guarded)
        except Exception:
            self._drawing.load_whole(before)
            self._calm = 0
            return
        self._hops.append(_Drawn(audio, before, self._clock() - began))

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
