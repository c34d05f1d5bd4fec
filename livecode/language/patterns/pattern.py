"""The pattern of the performer: everything that can be asked of it and done to it, in one class."""

from fractions import Fraction
from typing import Any

from livecode.language.patterns.chain import notation
from livecode.language.patterns.cycle import Marks
from livecode.language.patterns.events import PatternEvent, events_between, marks_at
from livecode.language.patterns.in_chance import InChance
from livecode.language.patterns.in_notes import InNotes
from livecode.language.patterns.in_sound import InSound
from livecode.language.patterns.in_time import InTime
from livecode.language.patterns.in_values import InValues
from livecode.language.patterns.meaning import cycles_of
from livecode.language.patterns.picture import bar_picture
from livecode.language.text import Text

_KINDS = (InTime, InValues, InNotes, InSound, InChance)


class Pattern(InTime, InNotes, InSound, InChance):
    """What happens in each bar: `groove = pattern("bd [sn sn]*2 <hh oh>(3,8)")`.

    It goes wherever a number goes, as a curve does, and wherever a rhythm does. What is done to it
    makes another one: `groove.every(4, pattern.fast(2))`.
    """

    def events(
        self, begin: float | Fraction = 0, end: float | Fraction = 1, seed: int = 0
    ) -> list[PatternEvent]:
        """What begins from one point on and before another, in bars: `(begin, end, value)` each.

        `pattern("bd sn").events(0, 1)`; the times are fractions. Each event has `marks`, which say
        where in the text it is written: `(text, start, end)`.
        """
        return events_between(self.cycles, begin, end, seed)

    def picture(self, bar: int = 0) -> Text:
        """Draw a bar: a row for each value, with marks where it begins: `groove.picture()`."""
        return Text("\n".join(bar_picture(self.cycles, bar)))

    def marks_at(self, bar: float) -> Marks:
        """Where in their texts the events are written that sound at a bar: `(text, start, end)` each."""
        return marks_at(self.cycles, bar)


#: What can be done to a pattern, in the order of the reference.
OPERATIONS = tuple(name for kind in _KINDS for name in vars(kind) if not name.startswith("_"))


def pattern_of(given: Any) -> Pattern:
    """A pattern of a notation, a number, or a pattern."""
    if isinstance(given, Pattern):
        return given
    if not isinstance(given, str):
        argument = notation(given, "pattern")
        return Pattern.made(f"pattern({argument.text})", lambda cycles: cycles, argument.sources)
    cycles = cycles_of(given)
    return Pattern.made(f"pattern({given!r})", lambda: cycles, ())
