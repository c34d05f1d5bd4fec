"""The word `@layer`: a function of signals whose number the stage page draws."""

from collections.abc import Callable

from livecode.errors import LivecodeError
from livecode.language.values import Value, as_value, is_function

#: The setting of a value that the page draws.
DRAWN = "drawn"


def layer(function: Callable[..., float]) -> Value:
    """Let the stage page draw what a function returns as a curve: `@layer` above `def left(rings): …`.

    It asks for signals by parameter name, is called ten times a second, and returns one number. It is a
    value as well, so `ego.level = left` goes by it. Evaluated again, it is drawn on; `del left` ends it.
    """
    if not is_function(function):
        raise LivecodeError(f"@layer stands above a function, not above {function!r}")
    made = as_value(function)
    made.settings[DRAWN] = True
    return made


def is_drawn(thing: object) -> bool:
    """Return whether a thing is a value that the page draws."""
    return isinstance(thing, Value) and bool(thing.settings.get(DRAWN))
