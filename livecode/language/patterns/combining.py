"""Patterns that say something of other patterns: their values, their rhythm, and when what is done."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from livecode.language.patterns.cycle import (
    MOST_EVENTS,
    Cycle,
    Fragment,
    TooMuch,
    clipped,
    marked,
    paired,
    settled,
    together,
)
from livecode.language.patterns.cycles import Cycles, Pure, Silence, period, steady
from livecode.language.patterns.played import truth

#: Arguments that are patterns are read for so many cycles where all that they say is needed.
READ_CYCLES = 64


@dataclass(frozen=True, eq=False)
class Paired(Cycles):
    """`function` of the values of two patterns; the rhythm is the left's, or the right's."""

    left: Cycles
    right: Cycles
    function: Callable[[Any, Any], Any]
    whole_of_right: bool = False

    def compute(self, number: int, seed: int) -> Cycle:
        return paired(
            self.left.cycle(number, seed),
            self.right.cycle(number, seed),
            self.function,
            whole_of_right=self.whole_of_right,
        )


@dataclass(frozen=True, eq=False)
class Varied(Cycles):
    """`make(*sources, *values)`, where the values go by patterns: each holds while it sounds."""

    make: Callable[..., Cycles]
    sources: tuple[Cycles, ...]
    arguments: tuple[Cycles, ...]

    @property
    def own_period(self) -> int | None:
        whole = period(self.arguments)
        if whole is None or whole > READ_CYCLES:
            return None
        made = period(self._made)
        return None if made is None else math.lcm(whole, made)

    @property
    def own_steady(self) -> int:
        return max(steady(self.parts), steady(self._made))

    @cached_property
    def _made(self) -> tuple[Cycles, ...]:
        """All that is made of it, where the arguments repeat themselves soon."""
        whole = period(self.arguments)
        if whole is None or whole > READ_CYCLES:
            return ()
        first = steady(self.arguments)
        said = {
            each[4]
            for number in range(first, first + whole)
            for each in self._said(number, 0).fragments
        }
        return tuple(self.make(*self.sources, *values) for values in said)

    def _said(self, number: int, seed: int) -> Cycle:
        """What the arguments say together in a cycle."""
        said = self.arguments[0].cycle(number, seed)
        said = Cycle(said.grid, tuple((*each[:4], (each[4],), each[5]) for each in said.fragments))
        for argument in self.arguments[1:]:
            said = paired(said, argument.cycle(number, seed), lambda all, one: (*all, one))
        return said

    def compute(self, number: int, seed: int) -> Cycle:
        said = self._said(number, seed)
        found = []
        for _, _, start, stop, values, marks in said.fragments:
            made = self.make(*self.sources, *values).cycle(number, seed)
            part = clipped(made, Fraction(start, said.grid), Fraction(stop, said.grid))
            found.append(marked(part, marks))
        return together(found)


def vary(
    make: Callable[..., Cycles], sources: tuple[Cycles, ...], arguments: tuple[Cycles, ...]
) -> Cycles:
    """`make(*sources, *values)`, with arguments that are numbers or patterns of them."""
    values = [argument.value for argument in arguments if isinstance(argument, Pure)]
    if len(values) == len(arguments):
        return make(*sources, *values)
    if any(isinstance(argument, Silence) for argument in arguments):
        return Silence()
    return Varied(make, sources, arguments)


@dataclass(frozen=True, eq=False)
class Chosen(Cycles):
    """The pattern that belongs to the value of another one, while that sounds."""

    by: Cycles
    values: tuple[Any, ...]
    choices: tuple[Cycles, ...]

    def compute(self, number: int, seed: int) -> Cycle:
        known = dict(zip(self.values, self.choices, strict=True))
        grid, fragments = self.by.cycle(number, seed)
        found = []
        for _, _, start, stop, value, marks in fragments:
            if value in known:
                part = known[value].cycle(number, seed)
                part = clipped(part, Fraction(start, grid), Fraction(stop, grid))
                found.append(marked(part, marks))
        return together(found)


def said(by: Cycles) -> tuple[Any, ...]:
    """All values that a pattern has, as far ahead as it is read."""
    cycles = range(min(by.period or READ_CYCLES, READ_CYCLES))
    return tuple(dict.fromkeys(each[4] for number in cycles for each in by.cycle(number).fragments))


@dataclass(frozen=True, eq=False)
class Divided(Cycles):
    """Each event divided: it is played in each of these stretches of its own length, 0 to 1.

    `function(value, index, count)` is the value of one of them.
    """

    part: Cycles
    stretches: tuple[tuple[Fraction, Fraction], ...]
    function: Callable[[Any, int, int], Any] | None = None

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        if len(fragments) * len(self.stretches) > MOST_EVENTS * 2:
            raise TooMuch(f"a pattern has at most {MOST_EVENTS:,} events in a cycle")
        fine = math.lcm(*(edge.denominator for stretch in self.stretches for edge in stretch))
        places = [(int(begin * fine), int(end * fine)) for begin, end in self.stretches]
        made: list[Fragment] = []
        for begin, end, start, stop, value, marks in fragments:
            length = end - begin
            for index, (low, high) in enumerate(places):
                b, e = begin * fine + length * low, begin * fine + length * high
                s, t = max(b, start * fine), min(e, stop * fine)
                if s < t:
                    said = (
                        value if self.function is None else self.function(value, index, len(places))
                    )
                    made.append((b, e, s, t, said, marks))
        return settled(grid * fine, made)


@dataclass(frozen=True, eq=False)
class Chords(Cycles):
    """What begins and ends together, taken together.

    `function(values, argument)` gives rows of values: the rows sound one after the other, the
    values in a row at once.
    """

    part: Cycles
    function: Callable[[list[Any], Any], list[list[Any]]]
    argument: Any

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        groups: dict[tuple[int, int, int, int], list[Fragment]] = {}
        for fragment in fragments:
            groups.setdefault(fragment[:4], []).append(fragment)
        rows = {
            where: self.function([each[4] for each in group], self.argument)
            for where, group in groups.items()
        }
        fine = math.lcm(*(len(each) for each in rows.values() if each))
        made: list[Fragment] = []
        for (begin, end, start, stop), each in rows.items():
            marks = tuple(dict.fromkeys(
                mark for fragment in groups[begin, end, start, stop] for mark in fragment[5]
            ))  # fmt: skip
            for index, values in enumerate(each):
                length = (end - begin) * fine // len(each)
                b = begin * fine + index * length
                s, t = max(b, start * fine), min(b + length, stop * fine)
                if s < t:
                    made += [(b, b + length, s, t, value, marks) for value in values]
        return settled(grid * fine, made)


@dataclass(frozen=True, eq=False)
class Timed(Cycles):
    """`function(value, length, argument)` of each value, and of its event's length in cycles."""

    part: Cycles
    function: Callable[[Any, Fraction, Any], Any]
    argument: Any

    def compute(self, number: int, seed: int) -> Cycle:
        grid, fragments = self.part.cycle(number, seed)
        return Cycle(
            grid,
            tuple(
                (b, e, s, t, self.function(value, Fraction(e - b, grid), self.argument), marks)
                for b, e, s, t, value, marks in fragments
            ),
        )


def switched(on: Cycles, yes: Cycles, no: Cycles) -> Cycles:
    """One pattern while `on` is true, another while it is not."""
    return vary(_either, (yes, no), (on,))


def _either(yes: Cycles, no: Cycles, on: Any) -> Cycles:
    return yes if truth(on) else no
