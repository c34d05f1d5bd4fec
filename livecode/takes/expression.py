"""Temperature curves as text: the performer's curve words, units and arithmetic, and no other Python."""

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError, did_you_mean
from livecode.language import curves, units
from livecode.language.moments import Moment
from livecode.language.units import PLAIN_BPM, finite
from livecode.language.values import Value, as_value
from livecode.neural.samplernn.config import TEMPERATURES

CURVES: Mapping[str, Callable[..., Value]] = {
    word: getattr(curves, word) for word in curves.__all__
}
UNITS = {word: getattr(units, word) for word in ("ms", "s", "minutes", "hours", "beats", "bars")}
SHAPERS = ("clip", "lag", "quantise", "quantize", "scale")
MOST_CHARACTERS = 1000
KNOTS_PER_S = 1000  # values of a temperature curve in one second
EXAMPLE = 'such as "ramp(0.875, 1.15, over=45*s)"'

_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda a, b: _exact(a) ** _exact(b),
}


def parse(text: str) -> Value:
    """Return the value that `text` describes, as on stage. Beats count at 120 BPM.

    Only curve words, units, numbers, `+ - * / **` and the shapers of values, such as `.clip(0.5,
    1.2)`, are evaluated. Raises `LivecodeError` for anything else.
    """
    if len(text) > MOST_CHARACTERS:
        raise LivecodeError(f"a temperature takes at most {MOST_CHARACTERS} characters")
    try:
        return as_value(_evaluate(_tree(text).body))
    except LivecodeError as error:
        raise LivecodeError(f"The temperature {text!r}: {error}.".replace("..", ".")) from None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise LivecodeError(
            f"the temperature {text!r} cannot be read: write a number or a curve, {EXAMPLE}"
        ) from None
    except (ArithmeticError, TypeError) as error:
        raise LivecodeError(
            f"the temperature {text!r} makes no sense ({error}): write a number or a curve, "
            f"{EXAMPLE}"
        ) from None


def _tree(text: str) -> ast.Expression:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd escapes in strings, which are refused anyway
        return ast.parse(text.strip(), mode="eval")


def tidied(text: str) -> str:
    """Return the expression with Python's usual spaces and brackets."""
    parse(text)
    return ast.unparse(_tree(text))


def knots(text: str, seconds: float) -> NDArray[np.float32]:
    """Return the temperature at every millisecond of a take: (ceil(1000 · seconds),) float32.

    Raises `LivecodeError` if it leaves the range that the sampling kernel accepts.
    """
    value = parse(text)
    times = np.arange(int(np.ceil(seconds * KNOTS_PER_S))) / KNOTS_PER_S
    heights = np.array(
        [value.sample(Moment(t, t * PLAIN_BPM / 60, {}, _no_function)) for t in times.tolist()]
    )
    low, high = TEMPERATURES
    outside = np.flatnonzero(~((heights >= low) & (heights <= high)))
    if outside.size:
        at = outside[0]
        raise LivecodeError(
            f"the temperature {text!r} is {heights[at]:g} after {times[at]:g} s: "
            f"keep it from {low:g} to {high:g}, with .clip({low:g}, {high:g}) for instance"
        )
    return heights.astype(np.float32)


def _exact(number: Any) -> Any:
    """Return ints as floats, so that 9**9**9 overflows instead of filling the memory."""
    return float(number) if isinstance(number, int) else number


def _no_function(value: Value) -> float:
    raise LivecodeError(f"{value} is a function, which only plays on stage")


def _evaluate(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number if isinstance(number, int) else finite(number, "a temperature")
        case ast.Name(id=word):
            return _word(word)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _evaluate(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_evaluate(left), _evaluate(right))
        case ast.Call(func=ast.Name(id=word), args=args, keywords=keywords):
            if word in UNITS:
                raise LivecodeError(f"{word} is a unit; write 45*{word}")
            return _word(word, called=True)(*map(_evaluate, args), **_named(keywords))
        case ast.Call(func=ast.Attribute(value=of, attr=shaper), args=args, keywords=keywords):
            if shaper not in SHAPERS:
                raise LivecodeError(f"there is no .{shaper}(){did_you_mean(shaper, SHAPERS)}")
            shaped = getattr(as_value(_evaluate(of)), shaper)
            return shaped(*map(_evaluate, args), **_named(keywords))
    raise LivecodeError(
        f"{ast.unparse(node)} is none of curves, units, numbers and arithmetic, {EXAMPLE}"
    )


def _named(keywords: list[ast.keyword]) -> dict[str, Any]:
    if any(keyword.arg is None for keyword in keywords):
        raise LivecodeError("** does not unpack here; write each argument out")
    return {str(keyword.arg): _evaluate(keyword.value) for keyword in keywords}


def _word(word: str, called: bool = False) -> Any:
    if word in CURVES and called:
        return CURVES[word]
    if word in UNITS and not called:
        return UNITS[word]
    if word in CURVES:
        raise LivecodeError(f"{word} takes its numbers in brackets, {EXAMPLE}")
    guess = did_you_mean(word, [*CURVES, *UNITS])
    raise LivecodeError(f"{word} is neither a curve nor a unit{guess}")
