"""Preferences: rewards that grow from which of two stretches of a sound was the better one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from livecode.agents.taste import FEATURES, Comparison, Taste, features_of, load, path_of
from livecode.errors import LivecodeError
from livecode.language.things import Thing
from livecode.language.values import Function, Value

#: How a taste is kept under a name: by writing it, but not in a replay.
Keep = Callable[[Taste, str], None]


class Preference(Value):
    """What you like, learned from comparisons: a reward like any other, `r7.tilt = mine`."""

    kept = Value.kept | {"taste", "answered"}
    told = ("save",)

    @property
    def taste(self) -> Taste:
        """What the comparisons have taught."""
        taste: Taste = self.settings.get("taste", Taste())
        return taste

    @property
    def of(self) -> str:  # type: ignore[override]
        """The name whose sound is compared."""
        return str(self.settings.get("of", ""))

    @property
    def comparisons(self) -> int:
        """How many comparisons it has learned from."""
        return len(self.taste.comparisons)

    def learn(self, pair: int, comparison: Comparison) -> None:
        """Learn from an answer about the pair of that number; a second answer replaces the first."""
        told = self.taste.comparisons
        answered = dict(self.settings.get("answered", ()))
        if answered.get(comparison.teacher) == pair:
            mine = [n for n, each in enumerate(told) if each.teacher == comparison.teacher]
            told = tuple(each for n, each in enumerate(told) if n != mine[-1])
        self._become(replace(self.taste, comparisons=told).taught(comparison))
        self.settings["answered"] = tuple({**answered, comparison.teacher: pair}.items())

    def save(self, name: str) -> None:
        """Keep what it has learned, for another evening: `mine.save("warm")`."""
        path_of(name)  # raises if the name is no name for a file
        self.settings["keep"](self.taste, name)

    def adopt(self, other: Thing) -> None:
        """Become what `other` describes, with what has been learned, unless that brings its own."""
        super().adopt(other)
        self._become(self.taste)

    def _become(self, taste: Taste) -> None:
        self.settings.update(taste=taste, node=_node(taste))

    def __repr__(self) -> str:
        count = self.comparisons
        text = f"{self.name or 'prefer'}: learned from {count} comparison{'s' * (count != 1)} of {self.of}"
        teachers = sorted({each.teacher for each in self.taste.comparisons})
        if len(teachers) > 1:
            shares = (f"{each} {self.taste.consistency(each):.0%}" for each in teachers)
            text += f"; so much each teacher counts: {', '.join(shares)}"
        liked = self.taste.weights
        if liked.any():
            strongest = sorted(range(len(FEATURES)), key=lambda n: -abs(liked[n]))[:3]
            text += "; " + ", ".join(f"{FEATURES[n]} {liked[n]:+.1f}" for n in strongest)
        return text


def preference(of: str, keep: Keep, saved: str | None = None) -> Preference:
    """Make a preference of the sound of a name, from a saved one if `saved` names that.

    Raises LivecodeError if there is no such taste, or its file is damaged.
    """
    taste = None if saved is None else load(saved)
    made = Preference()
    made.settings.update(node=_node(taste or Taste()), size=1, of=of, keep=keep)
    if taste is not None:
        made.settings["taste"] = taste
    return made


def comparison_of(
    pair: tuple[tuple[float, ...], tuple[float, ...]], better: int, teacher: str
) -> Comparison:
    """Return the answer that the first (1) or the second (2) of a pair was the better one."""
    if isinstance(better, bool) or better not in (1, 2):
        raise LivecodeError(f"better takes 1 for the first or 2 for the second, not {better!r}")
    if not isinstance(teacher, str) or not teacher or "\n" in teacher or len(teacher) > 60:
        raise LivecodeError(f"by= is the name of a teacher, as 'ana', not {teacher!r}")
    return Comparison(pair[2 - better], pair[better - 1], teacher)


def _node(taste: Taste) -> Function:
    """Return what computes a taste: another one for each taste, as if its function were evaluated anew."""

    def preferred(sound: Any) -> float:
        return taste.worth(features_of(sound))

    return Function(preferred)
