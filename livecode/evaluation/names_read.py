"""Which variables a function of the performer may read: its globals, and those of what it calls."""

from collections.abc import Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any


def names_read(function: Any, variables: Mapping[str, Any]) -> set[str]:
    """Return the names that a function of the performer's may read among `variables`, or some more.

    What it reads by other ways than names, such as `globals()`, is not among them.
    """
    found: set[str] = set()
    waiting, seen = [function], set()
    while waiting:
        code = _code_of(waiting.pop())
        if code is None or code in seen:
            continue
        seen.add(code)
        new = {name for part in _parts(code) for name in part.co_names} - found
        found |= new
        waiting += [variables[name] for name in new if name in variables]
    return found


def _code_of(function: Any) -> CodeType | None:
    while isinstance(function, partial | MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    return function.__code__ if isinstance(function, FunctionType) else None


def _parts(code: CodeType) -> Iterator[CodeType]:
    """Yield code, and that of all functions within it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _parts(part)
