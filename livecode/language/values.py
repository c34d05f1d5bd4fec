"""Values: numbers that vary in time, from constants and functions of signals to arithmetic on values.

A value is a description like every thing; its node says how to sample it. A node keeps its own
memory, such as where a ramp began, so that a value that is evaluated again begins again.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.lengths import Lengths
from livecode.language.moments import BeatClock, Corner, Node
from livecode.language.moments import Moment as Moment
from livecode.language.signal_names import called, signal_names
from livecode.language.sparkline import sparkline
from livecode.language.things import Thing
from livecode.language.turning import Turning
from livecode.language.units import PLAIN_BPM, Span, finite, is_number, span

#: A lag is followed by lines of this share of its time, and of so many frames at least.
LAG_LINE, SHORTEST_LINE = 1 / 4, 32
#: A value consists of at most this many parts, since it is computed at every tick.
MOST_PARTS = 200


class Arithmetic:
    """`+ - * / // % **` and the shapers, for everything that can be read as a value."""

    def _value(self) -> "Value":
        raise NotImplementedError

    def __add__(self, other: Any) -> "Value":
        return _combine("+", self, other)

    def __radd__(self, other: Any) -> "Value":
        return _combine("+", other, self)

    def __sub__(self, other: Any) -> "Value":
        return _combine("-", self, other)

    def __rsub__(self, other: Any) -> "Value":
        return _combine("-", other, self)

    def __mul__(self, other: Any) -> "Value":
        return _combine("*", self, other)

    def __rmul__(self, other: Any) -> "Value":
        return _combine("*", other, self)

    def __truediv__(self, other: Any) -> "Value":
        if is_number(other) and other == 0:
            raise LivecodeError("a value cannot be divided by 0")
        return _combine("/", self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return _combine("/", other, self)

    def __floordiv__(self, other: Any) -> "Value":
        return _combine("//", self, other)

    def __rfloordiv__(self, other: Any) -> "Value":
        return _combine("//", other, self)

    def __mod__(self, other: Any) -> "Value":
        return _combine("%", self, other)

    def __rmod__(self, other: Any) -> "Value":
        return _combine("%", other, self)

    def __pow__(self, other: Any) -> "Value":
        return _combine("**", self, other)

    def __rpow__(self, other: Any) -> "Value":
        return _combine("**", other, self)

    def __neg__(self) -> "Value":
        return _combine("*", self, -1.0)

    def __abs__(self) -> "Value":
        return Value.of(Shaped(as_value(self), "abs", (), abs))

    def lag(self, time: Span | float) -> "Value":
        """Follow smoothly; after `time` it is 63 % of the way there: `rings.twist.lag(200*ms)`."""
        length = span(time)
        if length.plain_s < 0:
            raise LivecodeError(f"lag({length}): a lag takes 0*s or longer")
        return Value.of(Lag(as_value(self), length))

    def clip(self, low: float, high: float) -> "Value":
        """Hold it between `low` and `high`: `(2 * sound.rms).clip(0, 1)`."""
        low, high = finite(low, "clip"), finite(high, "clip")
        if low > high:
            raise LivecodeError(f"clip({low}, {high}): the first must not be above the second")
        return Value.of(
            Shaped(as_value(self), "clip", (low, high), lambda x: min(max(x, low), high))
        )

    def scale(self, low: float, high: float) -> "Value":
        """Take what goes from 0 to 1 to `low` to `high`: `keys.fader1.scale(200, 4000)`."""
        low, high = finite(low, "scale"), finite(high, "scale")
        return Value.of(
            Shaped(as_value(self), "scale", (low, high), lambda x: low + (high - low) * x)
        )

    def quantise(self, step: float) -> "Value":
        """Round to multiples of `step`: `sine(0, 1).quantise(0.25)`."""
        step = finite(step, "quantise")
        if not step > 0:
            raise LivecodeError(f"quantise({step:g}): the step must be above 0")

        def nearest(x: float) -> float:
            steps = x / step
            return round(steps) * step if math.isfinite(steps) else x

        return Value.of(Shaped(as_value(self), "quantise", (step,), nearest))

    quantize = quantise


class Value(Turning, Arithmetic, Thing):
    """A number that varies in time: `0.5 + 0.5 * rings.twist.lag(200*ms)`; a reward is one, too.

    It can be added, multiplied, and given wherever a number goes.
    """

    kind = "value"
    order = 1

    @classmethod
    def of(cls, node: Node) -> "Value":
        """Make the value that `node` computes."""
        size = 1 + sum(part.settings["size"] for part in node.parts)
        if size > MOST_PARTS:
            raise LivecodeError("a value is made of too many parts here; write it as one function")
        made = cls()
        made.settings["node"] = node
        made.settings["size"] = size
        return made

    @property
    def node(self) -> Node:
        """The node that computes the value as it is described."""
        node: Node = self.settings["node"]
        return node

    @property
    def function(self) -> Callable[..., float] | None:
        """The performer's function, if the value is one."""
        return self.node.function if isinstance(self.node, Function) else None

    def __setattr__(self, key: str, value: Any) -> None:
        own = key in ("heard", "coming")
        object.__setattr__(self, key, value) if own else super().__setattr__(key, value)

    def adopt(self, other: Thing) -> None:
        """Become what `other` computes; everything that uses this value follows."""
        if isinstance(other, Value) and self in other.everything():
            raise LivecodeError(f"{self} cannot be made of itself; give the result another name")
        super().adopt(other)

    def sample(self, moment: Moment) -> float:
        """Return the number at `moment`."""
        node = self.node_at(moment.frame)
        return moment.call(self) if isinstance(node, Function) else node.sample(moment)

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        """Yield the corners from sample time `begin` on and before `end`, in any order."""
        for node in dict.fromkeys(self.nodes()):
            yield from node.corners(begin, end, tempo)
        for at, _ in self.coming:
            if begin <= at < end:
                yield Corner(at, jump=True)

    def everything(self) -> "Iterator[Value]":
        """Yield this value and all values that it is made of."""
        waiting: list[Value] = [self]
        seen: set[Value] = set()
        while waiting:
            value = waiting.pop()
            if value not in seen:
                seen.add(value)
                yield value
                waiting += value.node.parts

    def _value(self) -> "Value":
        return self

    def sparkline(self, width: int = 24) -> str:
        """Draw the value over time as a line of little blocks; "" if only playing can tell."""
        shown = self.node.shown()
        if shown is None:
            return ""
        return sparkline(lambda t: self.node.drawn(t, t * PLAIN_BPM / 60), shown.plain_s, width)

    def __repr__(self) -> str:
        text = f"{self.name} = {self.node}" if self.name else str(self.node)
        return f"{text} {self.sparkline()}".rstrip()

    def __str__(self) -> str:
        return self.name or str(self.node)


@dataclass(eq=False)
class Function(Node):
    """A performer's function of named signals. It is called through a guard, never by this node."""

    function: Callable[..., float]
    of_time = False

    def __str__(self) -> str:
        return f"{called(self.function)}({', '.join(signal_names(self.function))})"


@dataclass(eq=False)
class Constant(Node):
    """A plain number."""

    number: float

    def sample(self, moment: Moment) -> float:
        return self.number

    def drawn(self, seconds: float, beat: float) -> float | None:
        return self.number

    def __str__(self) -> str:
        return f"{self.number:g}"


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": lambda a, b: math.pow(max(a, 0.0), b),
}


def _operate(name: str, left: float, right: float) -> float:
    """Apply an operator; returns 0 if the result is not a finite number.

    A division by a signal that is 0 for a moment must not end a piece.
    """
    try:
        result = _OPERATORS[name](left, right)
    except (ArithmeticError, ValueError):
        return 0.0
    return result if math.isfinite(result) else 0.0


@dataclass(eq=False)
class Combined(Node):
    """Two values under an operator."""

    operator: str
    left: Value
    right: Value

    @property
    def parts(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.left, self.right)

    def sample(self, moment: Moment) -> float:
        return _operate(self.operator, self.left.sample(moment), self.right.sample(moment))

    def drawn(self, seconds: float, beat: float) -> float | None:
        left, right = self.left.node.drawn(seconds, beat), self.right.node.drawn(seconds, beat)
        return None if left is None or right is None else _operate(self.operator, left, right)

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


@dataclass(eq=False)
class Shaped(Node):
    """A function of one value, without memory."""

    source: Value
    name: str
    arguments: tuple[float, ...]
    shape: Callable[[float], float]

    @property
    def parts(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.source,)

    def sample(self, moment: Moment) -> float:
        return self.shape(self.source.sample(moment))

    def drawn(self, seconds: float, beat: float) -> float | None:
        source = self.source.node.drawn(seconds, beat)
        return None if source is None else self.shape(source)

    def __str__(self) -> str:
        return f"{self.source}.{self.name}({', '.join(f'{a:g}' for a in self.arguments)})"


@dataclass(eq=False)
class Lag(Node):
    """A one-pole low-pass filter in time."""

    source: Value
    time: Span
    #: (t, number) by the lead of the moments at which it is read
    _at: dict[int, tuple[float, float]] = field(default_factory=dict, repr=False)

    @property
    def parts(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.source,)

    def sample(self, moment: Moment) -> float:
        target = self.source.sample(moment)
        then, value = self._at.setdefault(moment.lead, (moment.t, target))
        if moment.t > then:
            length_s = self.time.at(moment.signals.get("tempo", PLAIN_BPM))
            share = 1.0 if length_s <= 0 else 1.0 - math.exp(-(moment.t - then) / length_s)
            value += share * (target - value)
            self._at[moment.lead] = (moment.t, value)
        return value

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        for corner in super().corners(begin, end, tempo):
            yield Corner(corner.frame)
            if corner.jump and corner.frame > begin:  # up to there it follows what was before
                yield Corner(corner.frame - 1)
        # it bends, so short lines follow it
        frames = self.time.at(tempo.bpm_at(begin)) * tempo.sample_rate
        step = max(round(frames * LAG_LINE), SHORTEST_LINE)
        if step < end - begin:
            yield from map(Corner, range(begin + step, end, step))

    def __str__(self) -> str:
        return f"{self.source}.lag({self.time})"


_FUNCTIONS = (FunctionType, MethodType, partial)


def is_function(something: Any) -> bool:
    """Tell whether something can be called as a function of signals; a class cannot."""
    return callable(something) and not isinstance(something, type)


def operand(something: Any) -> Any:
    """Return a function as the value that it computes, and anything else as it is.

    Python's functions have no arithmetic, so operands such as `0.5 * (lambda rings: …)` go through it.
    """
    return as_value(something) if isinstance(something, _FUNCTIONS) else something


def as_value(something: Any) -> Value:
    """Make a value of a number, value, signal or function of signals; LivecodeError for all else."""
    if isinstance(something, Arithmetic):
        return something._value()
    if is_number(something):
        if not math.isfinite(something):
            raise LivecodeError(f"{something} is not a finite number")
        return Value.of(Constant(float(something)))
    if is_function(something):
        signal_names(something)
        return Value.of(Function(something))
    raise LivecodeError(
        f"{something!r} is neither a number, a curve, a signal nor a function of named signals"
    )


def _combine(name: str, left: Any, right: Any) -> Value:
    known = "rewards, curves, signals, functions and numbers"
    if name == "*" and isinstance(left, Span):
        left, right = right, left
    if name == "*" and isinstance(right, Span):
        return Value.of(Lengths(as_value(left), right))
    for side in (left, right):
        if not (isinstance(side, Arithmetic) or is_number(side) or is_function(side)):
            raise LivecodeError(f"values combine with {known}, not with {side!r}")
    return Value.of(Combined(name, as_value(left), as_value(right)))


def reward(function: Callable[..., float]) -> Value:
    """Make a reward of a function. Its parameters name the signals it wants, as in `hands(rings)`.

    It returns one number; higher is better, 0 says nothing. Give it to an agent, alone or summed
    and scaled: `ego.reward = hands + 0.3 * shimmer`. Evaluate it again at any time: everything that
    uses it follows.
    """
    if not callable(function):
        raise LivecodeError(f"@reward stands above a function, not above {function!r}")
    return as_value(function)
