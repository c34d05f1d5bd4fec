"""The word `@every`: a function that runs on the line, again and again."""

from collections.abc import Callable
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.signal_names import signal_names
from livecode.language.things import Thing
from livecode.language.units import Span, span
from livecode.language.values import is_function

#: The shortest and the longest time between two turns, in seconds at 120 beats a minute.
SHORTEST_S, LONGEST_S = 0.05, 3600.0


class Every(Thing):
    """A function that runs every so often, ahead of its line: `del fill` ends it."""

    kind = "every"
    order = 4
    told = ("turn",)

    def __init__(self, function: Callable[..., Any], length: Span):
        super().__init__()
        signal_names(function)
        self.settings["function"] = function
        self.settings["length"] = length

    @property
    def length(self) -> Span:
        """The time from one turn to the next."""
        length: Span = self.settings["length"]
        return length

    def turn(self, number: int) -> None:
        """Run it for the line of that number; livecode does this by itself, on time."""
        if self.player is not None:
            self.player.turn(number)  # type: ignore[attr-defined]

    def fall_back(self) -> None:
        """Go back to the last function that worked; livecode does this by itself."""
        if self.player is not None and self.player.worked is not None:  # type: ignore[attr-defined]
            self.settings["function"] = self.player.worked  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"@every({self.length}) {self}"


def every(length: Span | float) -> Callable[[Callable[..., Any]], Every]:
    """Run a function on the line, every so often: `@every(4*bars)` above `def fill(bar): …`.

    It asks for signals by parameter name and may do what a block may: set names and patterns, cue
    scenes. It runs a little ahead, and what it sets is heard from the line on. If it raises, or comes
    too late, it loses that turn and nothing is changed. `free(fill)` or `del fill` ends it.
    """
    if is_function(length):
        raise LivecodeError("@every takes a length of time, as in @every(1*bars)")
    checked = span(length)
    if not SHORTEST_S <= checked.plain_s <= LONGEST_S:
        raise LivecodeError(f"@every takes {span(SHORTEST_S)} to {span(LONGEST_S)}, not {checked}")
    if bool(checked.seconds) + bool(checked.beats) + bool(checked.bars) != 1:
        raise LivecodeError(f"@every takes seconds, beats or bars, not {checked}")

    def above(function: Callable[..., Any]) -> Every:
        if not is_function(function):
            raise LivecodeError(f"@every stands above a function, not above {function!r}")
        return Every(function, checked)

    return above
