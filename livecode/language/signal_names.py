"""The signals that a performer's function asks for: the names of its parameters."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from livecode.errors import LivecodeError, NothingCalled, did_you_mean


def called(function: Callable[..., Any]) -> str:
    """Return the name of a function for a sentence."""
    return str(getattr(function, "__name__", type(function).__name__))


def signal_names(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters; LivecodeError if a signal cannot fill one."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some functions that are written in C do not tell
        raise LivecodeError(
            f"{called(function)} does not say which signals it takes; wrap it: lambda rings: …"
        ) from None
    names = []
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise LivecodeError(f"{called(function)} names its signals one by one, without * or **")
        if parameter.default is parameter.empty:
            names.append(parameter.name)
    return names


def pick(names: list[str], signals: Mapping[str, Any], asker: str) -> list[Any]:
    """Return the signals of those names; NothingCalled, with the nearest names, if one is unknown."""
    for name in names:
        if name not in signals:
            near = did_you_mean(name, signals, list_all=False)
            raise NothingCalled(
                name,
                f"{asker} asks for {name!r}, which is no signal"
                + (near or f": nothing called {name} sounds yet"),
            )
    return [signals[name] for name in names]
