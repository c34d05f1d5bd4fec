"""Curves: values that are functions of time alone. Each begins when its block is evaluated."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from livecode.errors import LivecodeError
from livecode.language.units import Span, bars, finite, span
from livecode.language.values import DRAWN_BPM, Arithmetic, Moment, Node, Value, as_value

#: The least period or length of a curve; signals are read every 5 ms.
SHORTEST_S = 0.001


@dataclass(eq=False)
class Curve(Node):
    """A shape over time since it began.

    `shape` takes (seconds, beats) since then. `stretch` is the stretch that a drawing shows.
    """

    text: str
    shape: Callable[[float, float], float]
    stretch: Span
    _began: tuple[float, float] | None = field(default=None, repr=False)

    def sample(self, moment: Moment) -> float:
        if self._began is None:
            self._began = (moment.t, moment.beat)
        t0, beat0 = self._began
        return self.shape(moment.t - t0, moment.beat - beat0)

    def drawn(self, seconds: float, beat: float) -> float | None:
        return self.shape(seconds, beat)

    def shown(self) -> Span | None:
        return self.stretch

    def __str__(self) -> str:
        return self.text


def _elapsed(length: Span) -> Callable[[float, float], float]:
    """Make a function of (seconds, beats) that returns the share of `length` that has passed."""
    if length.beats and length.seconds:
        raise LivecodeError(f"{length} mixes seconds and beats; use one of them for a curve")
    if length.at(DRAWN_BPM) < SHORTEST_S:
        raise LivecodeError(f"a curve takes {span(SHORTEST_S)} or longer, not {length}")
    if length.beats:
        return lambda seconds, beat: beat / length.beats
    return lambda seconds, beat: seconds / length.seconds


def _periodic(
    name: str, low: float, high: float, period: Span | float, wave: Callable[[float], float]
) -> Value:
    """Make a curve between `low` and `high` of a wave of 0 … 1 over a phase of 0 … 1."""
    low, high = finite(low, name), finite(high, name)
    length = span(period)
    passed = _elapsed(length)

    def shape(seconds: float, beat: float) -> float:
        return low + (high - low) * wave(passed(seconds, beat) % 1.0)

    return Value.of(Curve(f"{name}({low:g}, {high:g}, period={length})", shape, length * 2))


def ramp(*points: float, over: Span | float) -> Value:
    """From the first number to the last in straight lines, then hold: `ramp(0.875, 1.15, over=45*s)`.

    More than two points are passed at equal times: `ramp(0.75, 1.1, 0.75, over=60*s)`.
    """
    if len(points) < 2:
        raise LivecodeError("ramp takes two numbers or more, as in ramp(0.8, 1.2, over=30*s)")
    heights = [finite(point, "ramp") for point in points]
    length = span(over)
    passed = _elapsed(length)
    places = np.linspace(0.0, 1.0, len(heights))

    def shape(seconds: float, beat: float) -> float:
        return float(np.interp(passed(seconds, beat), places, heights))

    text = ", ".join(f"{height:g}" for height in heights)
    return Value.of(Curve(f"ramp({text}, over={length})", shape, length))


def sine(low: float = 0.0, high: float = 1.0, period: Span | float = 1 * bars) -> Value:
    """Swing between two numbers, smoothly, from the middle up: `sine(0.2, 1, period=8*bars)`."""
    return _periodic("sine", low, high, period, lambda x: 0.5 + 0.5 * math.sin(2 * math.pi * x))


def tri(low: float = 0.0, high: float = 1.0, period: Span | float = 1 * bars) -> Value:
    """Swing between two numbers in straight lines, from `low`: `tri(-1, 1, period=3*s)`."""
    return _periodic("tri", low, high, period, lambda x: 1 - abs(2 * x - 1))


def saw(low: float = 0.0, high: float = 1.0, period: Span | float = 1 * bars) -> Value:
    """Rise from `low` to `high` and jump back: `saw(0, 1, period=1*beats)`; `saw(1, 0)` falls."""
    return _periodic("saw", low, high, period, lambda x: x)


def square(
    low: float = 0.0, high: float = 1.0, period: Span | float = 1 * bars, width: float = 0.5
) -> Value:
    """Jump: `high` for `width` of each period, then `low`: `square(0.2, 1, period=1*beats)`."""
    width = finite(width, "square")
    return _periodic("square", low, high, period, lambda x: float(x < width))


def steps(*values: float, every: Span | float = 1 * bars) -> Value:
    """One number after the other, round and round: `steps(0.2, 0.8, 0.5, every=1*beats)`."""
    if not values:
        raise LivecodeError("steps takes numbers, as in steps(0.2, 0.8, 0.5, every=1*beats)")
    heights = [finite(value, "steps") for value in values]
    length = span(every)
    passed = _elapsed(length)

    def shape(seconds: float, beat: float) -> float:
        return heights[int(passed(seconds, beat) + 1e-9) % len(heights)]

    text = ", ".join(f"{height:g}" for height in heights)
    return Value.of(Curve(f"steps({text}, every={length})", shape, length * len(heights)))


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
    passed = _elapsed(length)

    def goal(index: int) -> float:
        return float(np.random.default_rng((seed, index)).random())

    remembered: dict[int, float] = {}

    def shape(seconds: float, beat: float) -> float:
        x = max(passed(seconds, beat), 0.0)
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
    return Value.of(Curve(text, shape, length * 8))


def env(
    attack: Span | float,
    release: Span | float,
    *,
    level: float = 1.0,
    sustain: Span | float = 0.0,
    every: Span | float | None = None,
) -> Value:
    """Up in `attack`, down to 0 in `release`: `env(10*ms, 400*ms, every=1*beats)`.

    It goes up to `level`, holds that for `sustain`, and begins again `every` so often.
    """
    up, held, down = span(attack), span(sustain), span(release)
    level = finite(level, "env")
    total = up + held + down
    if min(part.at(DRAWN_BPM) for part in (up, held, down)) < 0 or total.at(DRAWN_BPM) <= 0:
        raise LivecodeError("env takes some time, and no part of it is below 0*s: env(10*ms, 1*s)")
    again = None if every is None else _elapsed(span(every))

    def shape(seconds: float, beat: float) -> float:
        bps = beat / seconds if seconds > 0 else DRAWN_BPM / 60
        bpm = bps * 60 or DRAWN_BPM
        at = seconds
        if again is not None and every is not None:
            at = (again(seconds, beat) % 1.0) * span(every).at(bpm)
        times = np.cumsum([0.0, up.at(bpm), held.at(bpm), down.at(bpm)])
        return float(np.interp(at, times, [0.0, level, level, 0.0]))

    text = f"env({up}, {down}, level={level:g}" + (
        "" if every is None else f", every={span(every)}"
    )
    return Value.of(Curve(text + ")", shape, total if every is None else span(every) * 2))


@dataclass(eq=False)
class Hold(Node):
    """A node that reads a value only now and then, and holds it in between."""

    source: Value
    every: Span
    _taken: tuple[int, float] | None = field(default=None, repr=False)
    _began: tuple[float, float] | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.source,)

    def sample(self, moment: Moment) -> float:
        if self._began is None:
            self._began = (moment.t, moment.beat)
        t0, beat0 = self._began
        index = int(_elapsed(self.every)(moment.t - t0, moment.beat - beat0) + 1e-9)
        if self._taken is None or self._taken[0] != index:
            self._taken = (index, self.source.sample(moment))
        return self._taken[1]

    def __str__(self) -> str:
        return f"hold({self.source}, every={self.every})"


def hold(value: Arithmetic | Callable[..., float], every: Span | float = 1 * bars) -> Value:
    """Sample and hold: read something only `every` so often: `hold(rings.twist, every=1*beats)`."""
    length = span(every)
    _elapsed(length)
    return Value.of(Hold(as_value(value), length))
