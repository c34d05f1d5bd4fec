"""Arithmetic on the values of patterns: on numbers and notes; words stay as they are."""

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from livecode.language.patterns.combining import Paired
from livecode.language.patterns.cycles import Cycles, Mapped, Pure
from livecode.language.patterns.notes import Pitch
from livecode.language.patterns.played import number_of, of_value, plain, truth


def _power(a: float, b: float) -> float:
    return math.pow(max(a, 0.0), b)


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": _power,
}
#: Under these a note stays a note.
_MOVING = ("+", "-")


def _computed(sign: str, left: Any, right: Any) -> Any:
    """`left`, the operator, `right`; words are as they were, and what is no finite number is 0."""
    a, b = number_of(left), number_of(right)
    if a is None or b is None:
        return left
    try:
        result = _OPERATORS[sign](a, b)
    except (ArithmeticError, ValueError):
        result = 0
    if not isinstance(result, Fraction) and not math.isfinite(result):
        result = 0
    if sign in _MOVING and (_is_note(left) or _is_note(right)):
        return of_value(left, lambda _: Pitch(result))
    return of_value(left, lambda _: result)


def computed_alone(function: Callable[[Any], Any], value: Any) -> Any:
    """`function` of a number; words are as they were, and notes stay notes."""
    number = number_of(value)
    if number is None:
        return value
    made = function(number)
    return of_value(value, lambda _: Pitch(made) if _is_note(value) else made)


def _is_note(value: Any) -> bool:
    return isinstance(plain(value), (Pitch, str))


def _add(left: Any, right: Any) -> Any:
    return _computed("+", left, right)


def _sub(left: Any, right: Any) -> Any:
    return _computed("-", left, right)


def _mul(left: Any, right: Any) -> Any:
    return _computed("*", left, right)


def _div(left: Any, right: Any) -> Any:
    return _computed("/", left, right)


def _pow(left: Any, right: Any) -> Any:
    return _computed("**", left, right)


#: Functions that parts of a pattern can hold: the same each time, so that like patterns are alike.
ARITHMETIC = {"+": _add, "-": _sub, "*": _mul, "/": _div, "**": _pow}


def combined(sign: str, left: Cycles, right: Cycles) -> Cycles:
    """Two patterns under an operator; the rhythm is the left's."""
    return Paired(left, right, ARITHMETIC[sign])


def divided(number: Cycles, by: Fraction) -> Cycles:
    """Numbers divided by one, exactly."""
    if isinstance(number, Pure):
        return Pure(_exactly_divided(number.value, by), number.marks)
    return Mapped(number, _exactly_divided, (by,))


def _exactly_divided(value: Any, by: Fraction) -> Any:
    number = number_of(value)
    return 0 if number is None else exact(number) / by


def exact(number: float | Fraction) -> Fraction:
    """A number as a fraction: floats as the simplest one that is as near as makes no difference."""
    if isinstance(number, (int, Fraction)):
        return Fraction(number)
    return Fraction(number).limit_denominator(1_000_000)


def ranged(part: Cycles, low: Any, high: Any) -> Cycles:
    """What goes from 0 to 1, from `low` to `high`."""
    return Mapped(part, _ranged, (low, high))


def _ranged(value: Any, low: Any, high: Any) -> Any:
    return _add(_mul(value, number_of(high) - number_of(low)), low)  # type: ignore[operator]


def inverted(part: Cycles) -> Cycles:
    """True where it was not, and the other way round."""
    return Mapped(part, _not)


def _not(value: Any) -> bool:
    return not truth(value)
