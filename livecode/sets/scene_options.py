"""Reads the options of a scene: `for=90*s then="coda" when=… fade=2*s quant=1*bars loop=True`."""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from livecode.errors import LivecodeError
from livecode.language import units
from livecode.language.units import Span, span
from livecode.sets.cells import Option

#: A length is made of numbers, units, and * / + - between them: reading a set runs no code.
_LENGTH = re.compile(r"(?!.*\*\*)[\w\s.*/+-]{1,40}")
_UNITS = ("ms", "s", "minutes", "hours", "beats", "bars")
LONGEST_FADE_S = 60.0
LONGEST_QUANT_S = 300.0


def wrong(option: Option, what: str) -> LivecodeError:
    """Return the error that refuses an option."""
    shown = option.text if len(option.text) <= 40 else option.text[:39] + "…"
    return LivecodeError(f"{option.key}={shown} {what}")


def _span(option: Option, example: str) -> Span:
    known: dict[str, Any] = {name: getattr(units, name) for name in _UNITS}
    try:
        if not _LENGTH.fullmatch(option.text):
            raise ValueError
        return span(eval(option.text, {"__builtins__": {}}, known))
    except Exception:
        raise wrong(option, f"is not a length such as {example}") from None


def _lasts(option: Option) -> Span:
    lasts = _span(option, "90*s or 16*bars")
    if lasts.plain_s <= 0:
        raise wrong(option, f"is nothing: a scene lasts longer than {lasts}; without for= it waits")
    return lasts


def _within(longest_s: float, example: str) -> Callable[[Option], Span]:
    def read(option: Option) -> Span:
        length = _span(option, example)
        if not 0 <= length.plain_s <= longest_s:
            raise wrong(option, f"is not a length from 0 to {longest_s:g}*s")
        return length

    return read


def _then(option: Option) -> str:
    name = _literal(option)
    if not isinstance(name, str):
        raise wrong(option, 'is not the name of a scene in quotes, as then="coda"')
    return name


def _loop(option: Option) -> bool:
    loop = _literal(option)
    if not isinstance(loop, bool):
        raise wrong(option, "is neither True nor False")
    return loop


def _ends(option: Option) -> tuple[str, ...]:
    """Read one name or a list of names, with quotes or without."""
    try:
        tree = ast.parse(option.text, mode="eval").body
        each = tree.elts if isinstance(tree, (ast.List, ast.Tuple)) else [tree]
        names = [e.id if isinstance(e, ast.Name) else ast.literal_eval(e) for e in each]
        if all(isinstance(name, str) and name.isidentifier() for name in names):
            return tuple(names)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise wrong(option, 'is not a list of names, as ends=["r7", "ego"]')


def _when(option: Option) -> tuple[str, int]:
    try:
        ast.parse(option.text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise wrong(option, "is not Python, as when=lambda rings: rings.left.energy > 2") from None
    return option.text, option.line


def _literal(option: Option) -> Any:
    try:
        return ast.literal_eval(option.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError):
        return None


#: For each key, reads the value of an option; raises LivecodeError if the text is no such value.
READERS: Mapping[str, Callable[[Option], Any]] = {
    "for": _lasts,
    "then": _then,
    "when": _when,
    "fade": _within(LONGEST_FADE_S, "2*s"),
    "quant": _within(LONGEST_QUANT_S, "1*bars"),
    "loop": _loop,
    "ends": _ends,
}
