"""Events as they are asked for: from when to when, what, and where they are written; values at a time."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.patterns.cycle import Fragment, Marks
from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.numbers import exact
from livecode.language.patterns.played import number_of, plain

#: More cycles than these are not listed at once.
MOST_CYCLES = 10_000
#: A value that lasts is looked for in so many cycles before.
_LOOK_BACK = 64
#: Two times this near, in cycles, are the same: beats are floats.
_NEAR = 1e-9


class PatternEvent(tuple[Fraction, Fraction, Any]):
    """`(begin, end, value)` in cycles; `marks` says which tokens of which notations it is from.

    Each mark is `(text, start, end)`: the event is written at `text[start:end]`.
    """

    marks: Marks

    def __new__(
        cls, begin: Fraction, end: Fraction, value: Any, marks: Marks = ()
    ) -> "PatternEvent":
        """An event; `marks` are no part of what it is compared by."""
        made = super().__new__(cls, (begin, end, value))
        made.marks = marks
        return made

    @property
    def begin(self) -> Fraction:
        """When it begins, in cycles."""
        return self[0]

    @property
    def end(self) -> Fraction:
        """When it ends, in cycles."""
        return self[1]

    @property
    def value(self) -> Any:
        """What it says."""
        return self[2]


def events_between(
    cycles: Cycles, begin: float | Fraction, end: float | Fraction, seed: int
) -> list[PatternEvent]:
    """Events that begin from `begin` on and before `end`, in the order in which they begin."""
    first, last = exact(begin), exact(end)
    if last - first > MOST_CYCLES:
        raise LivecodeError(f"events of at most {MOST_CYCLES:,} cycles are listed at once")
    found: list[PatternEvent] = []
    for number in range(math.floor(first), math.ceil(last)):
        grid, onsets, begins = _onsets(cycles, *cycles.alike(number, seed))
        low = bisect_left(begins, math.ceil((first - number) * grid))
        high = bisect_left(begins, math.ceil((last - number) * grid))
        zero = number * grid
        found += [
            PatternEvent(Fraction(zero + b, grid), Fraction(zero + e, grid), value, marks)
            for b, e, _, _, value, marks in onsets[low:high]
        ]
    return found


@lru_cache(maxsize=256)
def _onsets(cycles: Cycles, number: int, seed: int) -> tuple[int, list[Fragment], list[int]]:
    """The grid of a cycle, what begins in it in order, and when."""
    grid, fragments = cycles.cycle(number, seed)
    onsets = sorted((f for f in fragments if f[0] == f[2]), key=lambda f: (f[0], f[1]))
    return grid, onsets, [fragment[0] for fragment in onsets]


def value_at(cycles: Cycles, at: float, read: Callable[[Any], Any], seed: int = 0) -> Any:
    """What `read` makes of the event that began last, in rests too; None if there is none.

    Of several that began together it is the first; values of which `read` makes None are passed.
    """
    found = _last(cycles, at, read, seed)
    return None if found is None else found[1]


def since_at(cycles: Cycles, at: float, read: Callable[[Any], Any], seed: int = 0) -> float | None:
    """When the event began whose value `value_at` gives, in cycles; None if there is none."""
    found = _last(cycles, at, read, seed)
    return None if found is None else found[0]


def _last(
    cycles: Cycles, at: float, read: Callable[[Any], Any], seed: int
) -> tuple[float, Any] | None:
    number = math.floor(at)
    place = at - number + _NEAR
    for earlier in range(_LOOK_BACK):
        onsets, said = _track(cycles, *cycles.alike(number - earlier, seed), read)
        index = bisect_right(onsets, place) - 1
        if index >= 0:
            return number - earlier + onsets[index], said[index]
        place = 1.0
    return None


@lru_cache(maxsize=256)
def _track(
    cycles: Cycles, number: int, seed: int, read: Callable[[Any], Any]
) -> tuple[list[float], list[Any]]:
    """When each value of a cycle begins, and what it is."""
    grid, fragments = cycles.cycle(number, seed)
    found: dict[int, Any] = {}
    for begin, _, start, _, value, _ in fragments:
        if begin == start and begin not in found and (said := read(value)) is not None:
            found[begin] = said
    onsets = sorted(found)
    return [begin / grid for begin in onsets], [found[begin] for begin in onsets]


def as_float(value: Any) -> float | None:
    """The value as a float, for what takes numbers; None if it is none."""
    number = number_of(value)
    return None if number is None else float(number)


def as_word(value: Any) -> str | None:
    """The value as text, for what takes names."""
    said = plain(value)
    return said if isinstance(said, str) else None


def marks_at(cycles: Cycles, at: float, seed: int = 0) -> Marks:
    """Tokens of what sounds at a time, for a front end that lights them up."""
    number = math.floor(at)
    grid, fragments = cycles.cycle(number, seed)
    place = (at - number + _NEAR) * grid
    sounding = [marks for _, _, start, stop, _, marks in fragments if start <= place < stop]
    return tuple(dict.fromkeys(mark for marks in sounding for mark in marks))
