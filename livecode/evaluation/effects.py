"""Whether running a block again could matter: whether it left anything behind in the mind."""

import builtins
import io
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from livecode.language.signal_words import SignalWord
from livecode.syntax.names import names_of

#: Objects of these types keep nothing of what is done with them, or keep it outside of the mind.
_PLAIN = (
    bool, int, float, complex, str, bytes, frozenset, range, slice, type, type(None), type(...),
    BuiltinFunctionType, ModuleType, io.IOBase,
)  # fmt: skip


def bound_anew(before: Mapping[str, Any], variables: Mapping[str, Any]) -> bool:
    """Return whether any variable is there, gone, or bound to another object than `before`."""
    names = {name for name in (*before, *variables) if not name.startswith("__")}
    return any(before.get(name, _GONE) is not variables.get(name, _GONE) for name in names)


def touches_state(code: str, variables: Mapping[str, Any]) -> bool:
    """Return whether a block reads a name whose object may have been changed by that.

    A list, an agent or an object of the performer's own class may; a number, a module or an open
    file may not. A function may if anything that it reads may.
    """
    return _any_may_change(names_of(code).needs, variables, set())


def _any_may_change(names: Iterable[str], variables: Mapping[str, Any], seen: set[str]) -> bool:
    for name in names:
        if name in seen or name not in variables or hasattr(builtins, name):
            continue
        seen.add(name)
        if _may_change(variables[name], variables, seen):
            return True
    return False


def _may_change(value: Any, variables: Mapping[str, Any], seen: set[str]) -> bool:
    if isinstance(value, FunctionType):
        if value.__globals__ is not variables:
            return False  # a word of the language, or of a library
        return bool(value.__closure__) or _any_may_change(value.__code__.co_names, variables, seen)
    if isinstance(value, MethodType):
        return _may_change(value.__self__, variables, seen)
    if isinstance(value, tuple):
        return any(_may_change(each, variables, seen) for each in value)
    return not (isinstance(value, _PLAIN) or type(value) is SignalWord)


_GONE = object()
