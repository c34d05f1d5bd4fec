"""What sounds in one cycle of a pattern, on a grid of whole numbers: exact like fractions, but quick."""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from livecode.errors import LivecodeError

#: A cycle has no more events than this, nor does a query look through more cycles at once.
MOST_EVENTS = 1000
#: A grid that is finer than this is made as coarse as its times allow.
_FINE = 1 << 24


class TooMuch(LivecodeError):
    """A pattern that would take too long to compute."""


class Mark(NamedTuple):
    """Where an event is written: `text[start:end]` of a notation."""

    text: str
    start: int
    end: int


Marks = tuple[Mark, ...]

#: An event as far as it lies in one cycle: (begin, end, start, stop, value, marks).  The event lasts
#: from `begin` to `end`, of which `start` to `stop` lies in the cycle; it sounds in the cycle where
#: its `begin` is its `start`.  Times are in steps of the grid, from the beginning of the cycle.
Fragment = tuple[int, int, int, int, Any, Marks]


class Cycle(NamedTuple):
    """The fragments of one cycle; `grid` steps make a cycle."""

    grid: int
    fragments: tuple[Fragment, ...]


NOTHING = Cycle(1, ())


def settled(grid: int, fragments: Sequence[Fragment]) -> Cycle:
    """A cycle of these fragments, on a grid that is not needlessly fine."""
    if len(fragments) > MOST_EVENTS and (
        len(fragments) > MOST_EVENTS * 2  # each can lie on both sides of something
        or sum(start == begin for begin, _, start, _, _, _ in fragments) > MOST_EVENTS
    ):
        raise TooMuch(f"a pattern has at most {MOST_EVENTS:,} events in a cycle")
    if grid > _FINE and fragments:
        common = grid
        for begin, end, start, stop, _, _ in fragments:
            common = math.gcd(common, begin, end, start, stop)
            if common == 1:
                break
        if common > 1:
            return Cycle(
                grid // common,
                tuple(
                    (b // common, e // common, s // common, t // common, value, marks)
                    for b, e, s, t, value, marks in fragments
                ),
            )
    return Cycle(grid, tuple(fragments))


def stretched(cycle: Cycle, factor: Fraction, offset: Fraction = Fraction(0)) -> Cycle:
    """All times multiplied by `factor`, which is above 0, and moved by `offset` cycles."""
    grid, fragments = cycle
    step = factor.numerator * offset.denominator
    shift = offset.numerator * factor.denominator * grid
    return settled(
        grid * factor.denominator * offset.denominator,
        [
            (b * step + shift, e * step + shift, s * step + shift, t * step + shift, value, marks)
            for b, e, s, t, value, marks in fragments
        ],
    )


def clipped(cycle: Cycle, begin: Fraction, end: Fraction) -> Cycle:
    """What lies between two points of the cycle."""
    grid, fragments = cycle
    finer = math.lcm(grid, begin.denominator, end.denominator)
    step = finer // grid
    low = begin.numerator * (finer // begin.denominator)
    high = end.numerator * (finer // end.denominator)
    return settled(
        finer,
        [
            (b * step, e * step, max(s * step, low), min(t * step, high), value, marks)
            for b, e, s, t, value, marks in fragments
            if s * step < high and t * step > low
        ],
    )


def together(cycles: Iterable[Cycle]) -> Cycle:
    """All at once."""
    cycles = [cycle for cycle in cycles if cycle.fragments]
    if len(cycles) < 2:
        return cycles[0] if cycles else NOTHING
    grid = math.lcm(*(cycle.grid for cycle in cycles))
    fragments: list[Fragment] = []
    for cycle in cycles:
        fragments += _on(grid, cycle)
    return settled(grid, fragments)


def _on(grid: int, cycle: Cycle) -> Sequence[Fragment]:
    """Its fragments on a finer grid."""
    step = grid // cycle.grid
    if step == 1:
        return cycle.fragments
    return [
        (b * step, e * step, s * step, t * step, value, marks)
        for b, e, s, t, value, marks in cycle.fragments
    ]


def one_after_the_other(cycles: Sequence[Cycle], weights: Sequence[int]) -> Cycle:
    """Each squeezed into a share of the cycle as large as its weight."""
    finest = math.lcm(*(cycle.grid for cycle in cycles))
    fragments: list[Fragment] = []
    place = 0
    for cycle, weight in zip(cycles, weights, strict=True):
        step, shift = finest // cycle.grid * weight, place * finest
        fragments += [
            (b * step + shift, e * step + shift, s * step + shift, t * step + shift, value, marks)
            for b, e, s, t, value, marks in cycle.fragments
        ]
        place += weight
    return settled(finest * place, fragments)


def marked(cycle: Cycle, marks: Marks) -> Cycle:
    """The same, written where it was and at these places."""
    if not marks:
        return cycle
    return Cycle(cycle.grid, tuple((*each[:5], each[5] + marks) for each in cycle.fragments))


def paired(
    left: Cycle, right: Cycle, function: Callable[[Any, Any], Any], *, whole_of_right: bool = False
) -> Cycle:
    """`function` of every two values that sound at once, None for no event.

    The events are those of the left, or of the right, as far as the other sounds.
    """
    grid = math.lcm(left.grid, right.grid)
    lefts = sorted(enumerate(_on(grid, left)), key=lambda each: each[1][2])
    rights = sorted(enumerate(_on(grid, right)), key=lambda each: each[1][2])
    made: list[tuple[int, int, Fragment]] = []
    sounding: list[tuple[int, Fragment]] = []
    coming = 0
    for at, (begin, end, start, stop, value, marks) in lefts:
        while coming < len(rights) and rights[coming][1][2] < stop:
            sounding.append(rights[coming])
            coming += 1
        sounding = [each for each in sounding if each[1][3] > start]  # the next begin no sooner
        for other, (b, e, s, t, v, more) in sounding:
            if s >= stop:
                continue
            result = function(value, v)
            if result is not None:
                whole = (b, e) if whole_of_right else (begin, end)
                both = marks if more == marks else marks + more
                made.append((at, other, (*whole, max(start, s), min(stop, t), result, both)))
        if len(made) > MOST_EVENTS * 2:
            raise TooMuch(f"a pattern has at most {MOST_EVENTS:,} events in a cycle")
    made.sort(key=lambda each: (each[1], each[0]) if whole_of_right else (each[0], each[1]))
    return settled(grid, [fragment for _, _, fragment in made])
