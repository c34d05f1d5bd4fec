"""Chance as a function of a seed and a point in time: asked again, it says the same."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from livecode.language.patterns.cycle import Cycle, Marks, one_after_the_other, stretched
from livecode.language.patterns.cycles import Cycles, window

_MASK = (1 << 64) - 1


def _mixed(word: int) -> int:
    """64 bits, each of which depends on each of the word's: the finaliser of SplitMix64
    (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014)."""
    word = (word + 0x9E3779B97F4A7C15) & _MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    return word ^ (word >> 31)


def chance(seed: int, salt: int, above: int, below: int) -> float:
    """A number from 0 to 1, by the seed and the time `above / below`, in lowest terms.

    `salt` tells apart what is decided at the same time for different things.
    """
    word = seed & _MASK
    for each in (salt, above, below):
        word = _mixed(word ^ (each & _MASK))
    return (word >> 11) / (1 << 53)


def _at(grid: int, number: int, begin: int, seed: int, salt: int) -> float:
    time = Fraction(number * grid + begin, grid)
    return chance(seed, salt, time.numerator, time.denominator)


@dataclass(frozen=True, eq=False)
class Kept(Cycles):
    """Events whose chance, at their beginning, is from `low` on and below `high`."""

    part: Cycles
    low: float
    high: float
    salt: int
    by_chance: ClassVar[bool] = True

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        chances = {
            begin: _at(grid, number, begin, seed, self.salt)
            for begin in {fragment[0] for fragment in fragments}
        }
        return Cycle(grid, tuple(f for f in fragments if self.low <= chances[f[0]] < self.high))


@dataclass(frozen=True, eq=False)
class OneOf(Cycles):
    """One of its parts in each cycle, by chance; the others go on meanwhile."""

    choices: tuple[Cycles, ...]
    salt: int
    by_chance: ClassVar[bool] = True

    def compute(self, number: int, seed: int) -> Cycle:
        drawn = int(chance(seed, self.salt, number, 1) * len(self.choices))
        return self.choices[drawn].cycle(number, seed)


@dataclass(frozen=True, eq=False)
class Drawn(Cycles):
    """Each event with the value of one of several patterns, drawn at its beginning."""

    part: Cycles
    choices: tuple[Cycles, ...]
    function: Callable[[Any, Any], Any]
    salt: int
    by_chance: ClassVar[bool] = True

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        made = []
        for b, e, s, t, value, marks in fragments:
            drawn = int(_at(grid, number, b, seed, self.salt) * len(self.choices))
            found = self._said(drawn, Fraction(number * grid + s, grid), seed)
            if found is not None:
                made.append((b, e, s, t, self.function(value, found[0]), marks + found[1]))
        return Cycle(grid, tuple(made))

    def _said(self, drawn: int, time: Fraction, seed: int) -> tuple[Any, Marks] | None:
        """What that choice says at a time."""
        number = time.numerator // time.denominator
        grid, fragments = self.choices[drawn].cycle(number, seed)
        place = (time - number) * grid
        return next(((f[4], f[5]) for f in fragments if f[2] <= place < f[3]), None)


@dataclass(frozen=True, eq=False)
class Shuffled(Cycles):
    """Each cycle in so many slices, in an order by chance; `again`: a slice can come repeatedly."""

    part: Cycles
    slices: int
    again: bool
    salt: int
    by_chance: ClassVar[bool] = True

    def compute(self, number: int, seed: int) -> Cycle:
        count = self.slices
        draws = [chance(seed, self.salt, number, slot + 1) for slot in range(count)]
        if self.again:
            order = [int(draw * count) for draw in draws]
        else:
            order = sorted(range(count), key=lambda slot: draws[slot])
        cycles = []
        for which in order:
            begin = Fraction(number * count + which, count)
            found = window(self.part, begin, begin + Fraction(1, count), seed)
            cycles.append(stretched(found, Fraction(count)))
        return one_after_the_other(cycles, [1] * count)
