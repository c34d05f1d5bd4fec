"""Operations on what a pattern says: arithmetic, ranges, controls of how its events are played."""

from collections.abc import Callable
from typing import Any, Self

from livecode.errors import LivecodeError
from livecode.language.patterns import numbers
from livecode.language.patterns.chain import Argument, Chain, number
from livecode.language.patterns.combining import Paired, vary
from livecode.language.patterns.cycles import Mapped
from livecode.language.patterns.in_time import Number
from livecode.language.patterns.numbers import ARITHMETIC
from livecode.language.units import finite, is_number
from livecode.language.values import Value


def _absolute(value: Any) -> Any:
    return numbers.computed_alone(abs, value)


def _clipped(value: Any, low: float, high: float) -> Any:
    return numbers.computed_alone(lambda x: min(max(x, low), high), value)


def _stepped(value: Any, step: float) -> Any:
    return numbers.computed_alone(lambda x: round(x / step) * step, value)


class InValues(Chain):
    """What is done to what a pattern says."""

    def add(self, other: Number) -> Self:
        """Plus another: `pattern("0 1 2 3").add("<0 7>")`; notes move by semitones."""
        return self._combined("add", "+", other)

    def sub(self, other: Number) -> Self:
        """Minus another: `pattern("0 1 2 3").sub(12)`."""
        return self._combined("sub", "-", other)

    def mul(self, other: Number) -> Self:
        """Times another: `pattern("0.5 1").mul("<1 0.5>")`."""
        return self._combined("mul", "*", other)

    def div(self, other: Number) -> Self:
        """Divided by another: `pattern("1 2 3").div(4)`; by 0 it is 0."""
        return self._combined("div", "/", other)

    def range(self, low: Number, high: Number) -> Self:
        """From 0 … 1 to `low` … `high`: `pattern("0 0.5 1").range(200, 4000)`."""
        given = number(low, "range"), number(high, "range")
        return self._with("range", lambda part, *ends: vary(numbers.ranged, (part,), ends), *given)

    def invert(self) -> Self:
        """Yes where it says no, no where it says yes: `pattern("1 0 1 1").invert()`."""
        return self._with("invert", numbers.inverted)

    def clip(self, low: float, high: float) -> Self:
        """Hold its numbers between two: `pattern("0 5 9").clip(1, 6)`."""
        low, high = finite(low, "clip"), finite(high, "clip")
        if low > high:
            raise LivecodeError(f"clip({low}, {high}): the first must not be above the second")
        return self._mapped("clip", _clipped, low, high)

    def quantise(self, step: float) -> Self:
        """Round its numbers to multiples of `step`: `pattern("0.3 0.7").quantise(0.5)`."""
        step = finite(step, "quantise")
        if not step > 0:
            raise LivecodeError(f"quantise({step:g}): the step must be above 0")
        return self._mapped("quantise", _stepped, step)

    quantize = quantise

    def _mapped(self, name: str, function: Callable[..., Any], *given: float) -> Self:
        arguments = [Argument(f"{each:g}", ()) for each in given]
        return self._with(name, lambda part: Mapped(part, function, given), *arguments)

    def _combined(self, name: str, sign: str, other: Number) -> Self:
        return self._with(
            name, lambda part, other: numbers.combined(sign, part, other), number(other, name, True)
        )

    def _operated(self, sign: str, other: Any, varying: Callable[[Any], Value]) -> Value:
        """`this sign other`: a pattern with numbers and patterns, `varying(other)` otherwise."""
        if not isinstance(other, (Chain, str)) and not is_number(other):
            return varying(other)
        given = number(other, sign, True)
        return self._named(
            sign,
            f"({self} {sign} {given.text})",
            lambda part, other: numbers.combined(sign, part, other),
            (self._source(), *given.sources),
        )

    def _operating(self, sign: str, other: Any, varying: Callable[[Any], Value]) -> Value:
        """`other sign this`, in the rhythm of this."""
        if not isinstance(other, str) and not is_number(other):
            return varying(other)
        given = number(other, sign, True)
        return self._named(
            sign,
            f"({given.text} {sign} {self})",
            lambda part, other: Paired(other, part, ARITHMETIC[sign], True),
            (self._source(), *given.sources),
        )

    def __add__(self, other: Any) -> Value:
        return self._operated("+", other, super().__add__)

    def __radd__(self, other: Any) -> Value:
        return self._operating("+", other, super().__radd__)

    def __sub__(self, other: Any) -> Value:
        return self._operated("-", other, super().__sub__)

    def __rsub__(self, other: Any) -> Value:
        return self._operating("-", other, super().__rsub__)

    def __mul__(self, other: Any) -> Value:
        return self._operated("*", other, super().__mul__)

    def __rmul__(self, other: Any) -> Value:
        return self._operating("*", other, super().__rmul__)

    def __truediv__(self, other: Any) -> Value:
        return self._operated("/", other, super().__truediv__)

    def __rtruediv__(self, other: Any) -> Value:
        return self._operating("/", other, super().__rtruediv__)

    def __pow__(self, other: Any) -> Value:
        return self._operated("**", other, super().__pow__)

    def __rpow__(self, other: Any) -> Value:
        return self._operating("**", other, super().__rpow__)

    def __neg__(self) -> Value:
        return self._combined("mul", "*", -1)

    def __abs__(self) -> Value:
        return self._mapped("abs", _absolute)
