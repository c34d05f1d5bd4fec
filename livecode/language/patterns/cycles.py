"""A pattern as a pure function from a cycle's number to what sounds in it, and what all are made of."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from livecode.language.patterns.cycle import (
    MOST_EVENTS,
    NOTHING,
    Cycle,
    Fragment,
    Marks,
    TooMuch,
    marked,
    one_after_the_other,
    settled,
    stretched,
    together,
)

#: A pattern repeats itself after so many cycles at most, or is taken not to.
LONGEST_PERIOD = 4096
#: So many steps can be taken on one another: each is a few calls deep.
DEEPEST = 120
#: So many cycles are kept by each part of a pattern: of one that repeats itself, and of another.
_KEPT, _KEPT_OF_OTHERS = 64, 8


class Interned(type):
    """Parts of patterns that are made of the same are the same, and so is what they have computed.

    With this a pattern can be compared and hashed at no cost, however it is nested.
    """

    _known: ClassVar["WeakValueDictionary[Any, Any]"] = WeakValueDictionary()
    _lock: ClassVar[Any] = Lock()

    def __call__(cls, *made_of: Any) -> Any:
        key = (cls, *((type(each), each) for each in made_of))  # 1, 1.0 and True are not the same
        with Interned._lock:
            found = Interned._known.get(key)
            if found is None:
                found = super().__call__(*made_of)
                if found.depth > DEEPEST:
                    raise TooMuch(f"a pattern is made in at most {DEEPEST} steps on one another")
                Interned._known[key] = found
            return found


@dataclass(frozen=True, eq=False)
class Cycles(metaclass=Interned):
    """An endless row of cycles, numbered from 0 on and below; immutable, and equal if alike."""

    def compute(self, number: int, seed: int) -> Cycle:
        """The cycle of that number; use `cycle`, which remembers."""
        raise NotImplementedError

    @property
    def own_period(self) -> int | None:
        """After how many cycles it repeats itself, as far as known; None if chance is in it."""
        return period(self.parts)

    @property
    def own_steady(self) -> int:
        """From which cycle on it repeats itself; what comes before cycle 0 can be otherwise."""
        return steady(self.parts)

    #: Whether chance decides here.
    by_chance: ClassVar[bool] = False

    @cached_property
    def parts(self) -> "tuple[Cycles, ...]":
        """What it is made of."""
        return tuple(_cycles_in(getattr(self, field.name) for field in fields(self)))

    @cached_property
    def depth(self) -> int:
        """How many steps it was made in."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def chances(self) -> int:
        """How many steps of chance lie on one another in it: what chance decides differs by it."""
        return self.by_chance + max((part.chances for part in self.parts), default=0)

    @cached_property
    def period(self) -> int | None:
        """As `own_period`, but None where that is very long."""
        own = None if self.by_chance else self.own_period
        return own if own is not None and own <= LONGEST_PERIOD else None

    @cached_property
    def steady(self) -> int:
        """As `own_steady`."""
        return self.own_steady

    @cached_property
    def _known(self) -> dict[tuple[int, int], Cycle]:
        return {}

    def cycle(self, number: int, seed: int = 0) -> Cycle:
        """What sounds in the cycle of that number."""
        key = number, seed = self.alike(number, seed)
        found = self._known.get(key)
        if found is None:
            found = self.compute(number, seed)
            if len(self._known) >= (_KEPT_OF_OTHERS if self.period is None else _KEPT):
                self._known.clear()  # at once, since another thread may be reading
            self._known[key] = found
        return found

    def alike(self, number: int, seed: int) -> tuple[int, int]:
        """The number and seed of the first cycle that is the same."""
        if self.period is None:
            return number, seed
        if number < self.steady:
            return number, 0
        return self.steady + (number - self.steady) % self.period, 0


def period(parts: "tuple[Cycles, ...]") -> int | None:
    """After how many cycles all of these repeat themselves together."""
    periods = [part.period for part in parts]
    return None if None in periods else math.lcm(*(each for each in periods if each))


def steady(parts: "tuple[Cycles, ...]") -> int:
    """From which cycle on all of these repeat themselves."""
    return max((part.steady for part in parts), default=0)


def _cycles_in(values: Iterator[Any]) -> "Iterator[Cycles]":
    for value in values:
        if isinstance(value, Cycles):
            yield value
        elif isinstance(value, tuple):
            yield from _cycles_in(iter(value))


class Leaf(Cycles):
    """What is made of no other pattern, and is the same in each cycle."""

    parts = ()
    depth = 1
    chances = 0
    period = 1
    steady = 0

    def cycle(self, number: int, seed: int = 0) -> Cycle:
        return self.compute(number, seed)

    def alike(self, number: int, seed: int) -> tuple[int, int]:
        return 0, 0


@dataclass(frozen=True, eq=False)
class Silence(Leaf):
    """Nothing, ever."""

    def compute(self, number: int, seed: int) -> Cycle:
        return NOTHING


@dataclass(frozen=True, eq=False)
class Pure(Leaf):
    """One event a cycle, always of the same value."""

    value: Any
    marks: Marks = ()

    def compute(self, number: int, seed: int) -> Cycle:
        return Cycle(1, ((0, 1, 0, 1, self.value, self.marks),))


@dataclass(frozen=True, eq=False)
class Row(Leaf):
    """These values in steps of the same length in each cycle; None is a rest."""

    values: tuple[Any, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        return Cycle(
            max(len(self.values), 1),
            tuple(
                (step, step + 1, step, step + 1, value, ())
                for step, value in enumerate(self.values)
                if value is not None
            ),
        )


@dataclass(frozen=True, eq=False)
class Marked(Cycles):
    """The same, written at these places, too."""

    part: Cycles
    marks: Marks

    def compute(self, number: int, seed: int) -> Cycle:
        return marked(self.part.cycle(number, seed), self.marks)


@dataclass(frozen=True, eq=False)
class Steps(Cycles):
    """Its parts one after the other within each cycle, each as long as its weight."""

    steps: tuple[Cycles, ...]
    weights: tuple[int, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        return one_after_the_other([step.cycle(number, seed) for step in self.steps], self.weights)


@dataclass(frozen=True, eq=False)
class Stack(Cycles):
    """Its parts at once."""

    layers: tuple[Cycles, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        return together(layer.cycle(number, seed) for layer in self.layers)


@dataclass(frozen=True, eq=False)
class InTurn(Cycles):
    """One of its parts in each cycle; each goes on where it was when its turn comes again."""

    turns: tuple[Cycles, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        round_number, turn = divmod(number, len(self.turns))
        return self.turns[turn].cycle(round_number, seed)

    @property
    def own_period(self) -> int | None:
        whole = period(self.turns)
        return None if whole is None else whole * len(self.turns)

    @property
    def own_steady(self) -> int:
        return steady(self.turns) * len(self.turns)


@dataclass(frozen=True, eq=False)
class Meanwhile(Cycles):
    """One of its parts in each cycle; the others go on meanwhile.

    Before cycle 0 only the first has turns, so that nothing of the others is heard in cycle 0 where
    they are late.
    """

    turns: tuple[Cycles, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        if number < 0 and number % len(self.turns):
            return NOTHING
        return self.turns[number % len(self.turns)].cycle(number, seed)

    @property
    def own_period(self) -> int | None:
        whole = period(self.turns)
        return None if whole is None else math.lcm(whole, len(self.turns))


@dataclass(frozen=True, eq=False)
class Window(Cycles):
    """Another pattern `speed` times as fast, read from `offset` of its cycles on."""

    part: Cycles
    speed: Fraction
    offset: Fraction

    def compute(self, number: int, seed: int) -> Cycle:
        begin = number * self.speed + self.offset
        return stretched(window(self.part, begin, begin + self.speed, seed), 1 / self.speed)

    @property
    def own_steady(self) -> int:
        return max(math.ceil((self.part.steady - self.offset) / self.speed), 0)

    @property
    def own_period(self) -> int | None:
        whole = self.part.period
        if whole is None:
            return None
        above, below = self.speed.numerator, self.speed.denominator
        return below * whole // math.gcd(above, below * whole)


@dataclass(frozen=True, eq=False)
class Zoom(Cycles):
    """What lies between two points of each cycle, stretched to the whole cycle."""

    part: Cycles
    begin: Fraction
    end: Fraction

    def compute(self, number: int, seed: int) -> Cycle:
        found = window(self.part, number + self.begin, number + self.end, seed)
        return stretched(found, 1 / (self.end - self.begin))

    @property
    def own_steady(self) -> int:
        return max(math.ceil(self.part.steady - self.begin), 0)


@dataclass(frozen=True, eq=False)
class Squeezed(Cycles):
    """Each cycle within a part of the cycle, and nothing besides."""

    part: Cycles
    begin: Fraction
    end: Fraction

    def compute(self, number: int, seed: int) -> Cycle:
        return stretched(self.part.cycle(number, seed), self.end - self.begin, self.begin)


@dataclass(frozen=True, eq=False)
class Reversed(Cycles):
    """Each cycle backwards."""

    part: Cycles

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        return Cycle(
            grid,
            tuple(
                (grid - e, grid - b, grid - t, grid - s, value, marks)
                for b, e, s, t, value, marks in reversed(fragments)
            ),
        )


@dataclass(frozen=True, eq=False)
class Repeated(Cycles):
    """Each cycle so many times."""

    part: Cycles
    times: int

    def compute(self, number: int, seed: int) -> Cycle:
        return self.part.cycle(number // self.times, seed)

    @property
    def own_period(self) -> int | None:
        return None if self.part.period is None else self.part.period * self.times

    @property
    def own_steady(self) -> int:
        return self.part.steady * self.times


def window(part: Cycles, begin: Fraction, end: Fraction, seed: int) -> Cycle:
    """What sounds between two points in time, with times from `begin` on; its grid is of cycles."""
    first, last = math.floor(begin), math.ceil(end)
    if last - first > MOST_EVENTS:
        raise TooMuch(f"a pattern goes through at most {MOST_EVENTS:,} cycles within one")
    found = [(number, part.cycle(number, seed)) for number in range(first, last)]
    grid = math.lcm(begin.denominator, end.denominator, *(cycle.grid for _, cycle in found))
    zero = begin.numerator * (grid // begin.denominator)
    length = end.numerator * (grid // end.denominator) - zero
    fragments: list[Fragment] = []
    for number, cycle in found:
        step, shift = grid // cycle.grid, number * grid - zero
        for b, e, s, t, value, marks in cycle.fragments:
            start, stop = max(s * step + shift, 0), min(t * step + shift, length)
            if start < stop:
                fragments.append((b * step + shift, e * step + shift, start, stop, value, marks))
    return settled(grid, fragments)


@dataclass(frozen=True, eq=False)
class Mapped(Cycles):
    """`function` of each value and the arguments; there is no event where that is None."""

    part: Cycles
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        function, arguments = self.function, self.arguments
        return Cycle(
            grid,
            tuple(
                (b, e, s, t, made, marks)
                for b, e, s, t, value, marks in fragments
                if (made := function(value, *arguments)) is not None
            ),
        )
