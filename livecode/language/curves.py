"""Curves: values that are functions of time alone.

A curve that is counted in beats or bars is a function of the beat clock: it is where it is on the
beat, whenever it was typed. One that is counted in seconds, a `ramp`, and an `env` that strikes
once count from the line at which what uses them comes in.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.envelopes import env
from livecode.language.moments import BeatClock, Corner, Moment
from livecode.language.turns import MOST_CORNERS, NEARLY, NO_TIME, Counted, later_text, phase_of
from livecode.language.units import Span, bars, finite, span
from livecode.language.values import SHORTEST_LINE, Arithmetic, Value, as_value

__all__ = ["env", "hold", "noise", "ramp", "saw", "sine", "square", "steps", "tri"]

#: A round curve is followed by so many lines in each turn, where it is fast.
LINES = 16


@dataclass(eq=False)
class Curve(Counted):
    """A shape over turns: `shape` takes how many have passed."""

    text: str = ""
    shape: Callable[[float], float] = float
    stretch: Span = NO_TIME  # what a drawing shows
    #: Places in a turn, from 0 and below 1, at which it turns a corner, and whether it jumps there.
    places: tuple[tuple[Fraction, bool], ...] = ()
    round: bool = False  # it bends between its corners
    turns_once: bool = False

    def sample(self, moment: Moment) -> float:
        return self.shape(self.turns(moment))

    def over(self, moment: Moment) -> bool:
        return self.turns_once and self.turns(moment) >= 1.0

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        if self._began is None:
            return
        first, last = self.turn_at(begin - 1, tempo), self.turn_at(end, tempo)
        if self.round and last > first:
            step = max(round((end - begin) / (last - first) / LINES), SHORTEST_LINE)
            if step < end - begin:
                yield from map(Corner, range(begin + step, end, step))
        if (last - first) * max(len(self.places), 1) > MOST_CORNERS:
            return
        for turn in range(math.floor(first), math.floor(last) + 1):
            if self.turns_once and turn:
                continue
            for place, jump in self.places:
                if not first - NEARLY <= turn + float(place) <= last + NEARLY:
                    continue
                frame = self.frame_of(turn + place, tempo)
                if begin <= frame < end:
                    yield Corner(frame, jump)

    def drawn(self, seconds: float, beat: float) -> float | None:
        return self.shape(self.drawn_turns(seconds, beat))

    def shown(self) -> Span | None:
        return self.stretch

    def __str__(self) -> str:
        return self.text


def _periodic(
    name: str,
    low: float,
    high: float,
    period: Span | float,
    phase: Span | float,
    wave: Callable[[float], float],
    *places: tuple[float, bool],
) -> Value:
    """Make a curve between `low` and `high` of a wave of 0 … 1 over a phase of 0 … 1.

    `places`: where in a turn it has corners, and whether it jumps there; none if it is round.
    """
    low, high = finite(low, name), finite(high, name)
    length = span(period)

    def shape(turns: float) -> float:
        return low + (high - low) * wave(turns % 1.0)

    return Value.of(
        Curve(
            length,
            phase_of(phase, length),
            text=f"{name}({low:g}, {high:g}, period={length}{later_text(phase)})",
            shape=shape,
            stretch=length * 2,
            places=tuple((Fraction(at).limit_denominator(1_000_000), jump) for at, jump in places),
            round=not places,
        )
    )


def ramp(*points: float, over: Span | float) -> Value:
    """From the first number to the last in straight lines, then hold: `ramp(0.875, 1.15, over=45*s)`.

    More than two points are passed at equal times: `ramp(0.75, 1.1, 0.75, over=60*s)`.
    """
    if len(points) < 2:
        raise LivecodeError("ramp takes two numbers or more, as in ramp(0.8, 1.2, over=30*s)")
    heights = [finite(point, "ramp") for point in points]
    length = span(over)
    places: list[float] = np.linspace(0.0, 1.0, len(heights)).tolist()
    slopes = [
        (after - before) / (end - begin)
        for (before, after), (begin, end) in zip(pairwise(heights), pairwise(places), strict=True)
    ]

    def shape(turns: float) -> float:
        part = bisect_right(places, turns) - 1
        if not 0 <= part < len(slopes):
            return heights[0 if part < 0 else -1]
        return slopes[part] * (turns - places[part]) + heights[part]

    text = ", ".join(f"{height:g}" for height in heights)
    parts = len(heights) - 1
    return Value.of(
        Ramp(
            length,
            anew=True,
            text=f"ramp({text}, over={length})",
            shape=shape,
            stretch=length,
            places=tuple((Fraction(at, parts), False) for at in range(parts + 1)),
            turns_once=True,
            heights=tuple(heights),
        )
    )


@dataclass(eq=False)
class Ramp(Curve):
    """A curve in straight lines through numbers."""

    heights: tuple[float, ...] = ()


def sine(
    low: float = 0.0,
    high: float = 1.0,
    period: Span | float = 1 * bars,
    phase: Span | float = 0.0,
) -> Value:
    """Swing between two numbers, smoothly, from the middle up: `sine(0.2, 1, period=8*bars)`.

    With `phase=0.25`, or `phase=2*beats`, it is that much later.
    """
    return _periodic(
        "sine", low, high, period, phase, lambda x: 0.5 + 0.5 * math.sin(2 * math.pi * x)
    )


def tri(
    low: float = 0.0,
    high: float = 1.0,
    period: Span | float = 1 * bars,
    phase: Span | float = 0.0,
) -> Value:
    """Swing between two numbers in straight lines, from `low`: `tri(-1, 1, period=3*s)`."""

    def wave(x: float) -> float:
        return 1 - abs(2 * x - 1)

    return _periodic("tri", low, high, period, phase, wave, (0, False), (0.5, False))


def saw(
    low: float = 0.0,
    high: float = 1.0,
    period: Span | float = 1 * bars,
    phase: Span | float = 0.0,
) -> Value:
    """Rise from `low` to `high` and jump back: `saw(0, 1, period=1*beats)`; `saw(1, 0)` falls."""
    return _periodic("saw", low, high, period, phase, lambda x: x, (0, True))


def square(
    low: float = 0.0,
    high: float = 1.0,
    period: Span | float = 1 * bars,
    width: float = 0.5,
    phase: Span | float = 0.0,
) -> Value:
    """Jump: `high` for `width` of each period, then `low`: `square(0.2, 1, period=1*beats)`."""
    width = finite(width, "square")
    within = [(width, True)] if 0 < width < 1 else []
    return _periodic(
        "square", low, high, period, phase, lambda x: float(x < width), (0, True), *within
    )


def steps(*values: float, every: Span | float = 1 * bars, phase: Span | float = 0.0) -> Value:
    """One number after the other, round and round: `steps(0.2, 0.8, 0.5, every=1*beats)`."""
    if not values:
        raise LivecodeError("steps takes numbers, as in steps(0.2, 0.8, 0.5, every=1*beats)")
    heights = [finite(value, "steps") for value in values]
    length = span(every)
    text = ", ".join(f"{height:g}" for height in heights)
    return Value.of(
        Curve(
            length,
            phase_of(phase, length),
            text=f"steps({text}, every={length}{later_text(phase)})",
            shape=lambda turns: heights[math.floor(turns) % len(heights)],
            stretch=length * len(heights),
            places=((Fraction(0), True),),
        )
    )


def noise(
    low: float = 0.0, high: float = 1.0, every: Span | float = 1 * bars, seed: int = 0
) -> Value:
    """Wander between two numbers, smoothly: `noise(0.2, 1, every=2*s)`.

    There is a new random goal `every` so often; the same seed wanders the same way.
    """
    low, high = finite(low, "noise"), finite(high, "noise")
    if not isinstance(seed, int) or seed < 0:
        raise LivecodeError(f"the seed of noise is a whole number from 0 up, not {seed!r}")
    length = span(every)

    def goal(index: int) -> float:
        return float(np.random.default_rng((seed, index)).random())

    remembered: dict[int, float] = {}

    def shape(turns: float) -> float:
        x = max(turns, 0.0)
        index = int(x)
        for each in (index, index + 1):
            if each not in remembered:
                remembered[each] = goal(each)
        if len(remembered) > 64:
            for old in [each for each in remembered if each < index]:
                del remembered[old]
        smooth = (x - index) ** 2 * (3 - 2 * (x - index))
        a, b = remembered[index], remembered.get(index + 1, 0.0)
        return low + (high - low) * (a + (b - a) * smooth)

    text = f"noise({low:g}, {high:g}, every={length}, seed={seed})"
    return Value.of(Curve(length, text=text, shape=shape, stretch=length * 8, round=True))


@dataclass(eq=False)
class Hold(Counted):
    """A node that reads a value only now and then, and holds it in between."""

    source: Value = field(default_factory=lambda: as_value(0.0))
    #: (turn, number) by the lead of the moments at which it is read
    _taken: dict[int, tuple[int, float]] = field(default_factory=dict, repr=False)

    @property
    def parts(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.source,)

    def sample(self, moment: Moment) -> float:
        index = math.floor(self.turns(moment))
        taken = self._taken.get(moment.lead)
        if taken is None or taken[0] != index:
            taken = self._taken[moment.lead] = (index, self.source.sample(moment))
        return taken[1]

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        if self._began is None:
            return
        first, last = self.turn_at(begin - 1, tempo), self.turn_at(end, tempo)
        if last - first <= MOST_CORNERS:
            for turn in range(math.floor(first), math.floor(last) + 1):
                if begin <= (frame := self.frame_of(Fraction(turn), tempo)) < end:
                    yield Corner(frame, jump=True)

    def __str__(self) -> str:
        return f"hold({self.source}, every={self.length})"


def hold(value: Arithmetic | Callable[..., float], every: Span | float = 1 * bars) -> Value:
    """Sample and hold: read something only `every` so often: `hold(rings.twist, every=1*beats)`."""
    return Value.of(Hold(span(every), source=as_value(value)))
