"""Settings that take a name, or a pattern of names: `r7.model = pattern("<chorale piano>")`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.patterns.pattern import Pattern
from livecode.language.things import Setting, Thing

#: Where a thing keeps what its settings go by: setting -> turns.
_TURNS = "turns"


@dataclass(frozen=True, eq=False)
class Turns:
    """A setting that goes by a pattern: which of its choices it is when."""

    pattern: Pattern
    choices: Mapping[str, Any]  # what each word stands for, as the setting checked it

    def at(self, bar: float, frame: int | None = None) -> Any:
        """What it is at a bar, in fractions; None before its first word, and for a word unknown.

        `frame`: as the pattern is heard at that sample time; None: as it is described.
        """
        word = self.pattern.word_at(bar, frame)
        return None if word is None else self.choices.get(word)

    def since(self, bar: float, frame: int | None = None) -> float:
        """Since which bar, in fractions, it has been what it is at that bar; see `at`."""
        return self.pattern.word_since(bar, frame)


class NamingSetting(Setting):
    """A setting that takes a name or something of its own, or a pattern of names.

    Its value is what it is now: at first what the pattern begins with.
    """

    def __set__(self, thing: Thing, value: Any) -> None:
        turns = {each: by for each, by in turns_of(thing).items() if each != self.name}
        if isinstance(value, Pattern):
            made = self._turns(thing, value)
            first = made.at(0.0)
            super().__set__(thing, next(iter(made.choices)) if first is None else first)
            turns = {**turns, self.name: made}
        else:
            super().__set__(thing, value)
        if turns or _TURNS in thing.settings:
            thing.settings[_TURNS] = turns

    def _turns(self, thing: Thing, by: Pattern) -> Turns:
        try:
            words = by.words()
            if not words:
                raise LivecodeError(f"{by} says no name")
            return Turns(by, {word: self.check(thing, word) for word in words})
        except LivecodeError as error:
            raise LivecodeError(f"{thing}.{self.name}: {error}") from None


def turns_of(thing: Thing) -> Mapping[str, Turns]:
    """The settings of a thing that go by patterns: setting -> turns."""
    found: Mapping[str, Turns] = thing.settings.get(_TURNS, {})
    return found
