"""What is done to a pattern in time: faster, later, backwards, in part, now and then."""

import math
from fractions import Fraction
from typing import Any

from livecode.language.patterns.combining import (
    Divided,
    Paired,
    switched,
    vary,
)
from livecode.language.patterns.cycle import MOST_EVENTS, TooMuch
from livecode.language.patterns.cycles import (
    Cycles,
    InTurn,
    Meanwhile,
    Pure,
    Reversed,
    Row,
    Silence,
    Squeezed,
    Stack,
    Steps,
    Window,
    Zoom,
)
from livecode.language.patterns.euclid import euclid
from livecode.language.patterns.numbers import exact
from livecode.language.patterns.played import number_of, truth


def time(value: Any) -> Fraction:
    """A value as a number of cycles; what is no number is 0."""
    number = None if isinstance(value, str) else number_of(value)
    return Fraction(0) if number is None else exact(number)


def whole(value: Any) -> int:
    """A value as a whole number."""
    return math.floor(time(value))


def fast(part: Cycles, factor: Any) -> Cycles:
    """So many times as fast; backwards for numbers below 0, nothing for 0."""
    speed = time(factor)
    if speed == 0 or isinstance(part, Silence):
        return Silence()
    if speed < 0:
        return Reversed(fast(part, -speed))
    if isinstance(part, Window) and part.offset == 0:
        return fast(part.part, part.speed * speed)
    return part if speed == 1 else Window(part, speed, Fraction(0))


def slow(part: Cycles, factor: Any) -> Cycles:
    """So many times as slow."""
    length = time(factor)
    return Silence() if length == 0 else fast(part, 1 / length)


def late(part: Cycles, cycles: Any) -> Cycles:
    """Later by so many cycles."""
    shift = time(cycles)
    return part if shift == 0 else Window(part, Fraction(1), -shift)


def early(part: Cycles, cycles: Any) -> Cycles:
    """Sooner by so many cycles."""
    return late(part, -time(cycles))


def reverse(part: Cycles) -> Cycles:
    """Each cycle backwards."""
    return Reversed(part)


def zoom(part: Cycles, begin: Any, end: Any) -> Cycles:
    """What lies between two points of each cycle, as long as a cycle."""
    low, high = time(begin), time(end)
    return Silence() if low >= high else Zoom(part, low, high)


def compress(part: Cycles, begin: Any, end: Any) -> Cycles:
    """Each cycle between two points of it."""
    low, high = time(begin), time(end)
    return Squeezed(part, low, high) if 0 <= low < high <= 1 else Silence()


def fast_gap(part: Cycles, factor: Any) -> Cycles:
    """Each cycle so many times as fast, and silence for the rest of it."""
    speed = time(factor)
    if speed <= 0:
        return Silence()
    return Squeezed(part, Fraction(0), 1 / speed) if speed >= 1 else Zoom(part, Fraction(0), speed)


def in_turn(*parts: Cycles) -> Cycles:
    """One a cycle."""
    return InTurn(parts)


def in_one_cycle(*parts: Cycles) -> Cycles:
    """One after the other within each cycle."""
    return Steps(parts, (1,) * len(parts))


def at_once(*parts: Cycles) -> Cycles:
    """All together."""
    return Stack(parts)


def every(part: Cycles, changed: Cycles, cycles: Any) -> Cycles:
    """The changed one in the first of so many cycles."""
    count = counted(cycles)
    return part if count < 1 else Meanwhile((changed, *(part,) * (count - 1)))


def last_of(part: Cycles, changed: Cycles, cycles: Any) -> Cycles:
    """The changed one in the last of so many cycles."""
    count = counted(cycles)
    return part if count < 1 else Meanwhile((*(part,) * (count - 1), changed))


def counted(value: Any) -> int:
    """A value as a whole number of cycles, steps or slices."""
    count = whole(value)
    if abs(count) > MOST_EVENTS:
        raise TooMuch(f"it takes a number up to {MOST_EVENTS:,}, not {count:,}")
    return count


def turned(part: Cycles, steps: Any) -> Cycles:
    """Each cycle begins one step further on."""
    count = counted(steps)
    if count == 0:
        return Silence()
    sign, count = (1, count) if count > 0 else (-1, -count)
    return InTurn(tuple(early(part, Fraction(sign * i, count)) for i in range(count)))


def turned_back(part: Cycles, steps: Any) -> Cycles:
    """Each cycle begins one step sooner."""
    return turned(part, -counted(steps))


def ply(part: Cycles, times: Any) -> Cycles:
    """Each event so many times in its own time."""
    often = time(times)
    if often <= 0:
        return Silence()
    if often > MOST_EVENTS:
        raise TooMuch(f"a pattern has at most {MOST_EVENTS:,} events in a cycle")
    count = math.ceil(often)
    stretches = tuple((i / often, min((i + 1) / often, Fraction(1))) for i in range(count))
    return Divided(part, stretches)


def press(part: Cycles, by: Any = Fraction(1, 2)) -> Cycles:
    """Events begin when that much of them is over."""
    share = time(by)
    return Divided(part, ((share, Fraction(1)),)) if 0 <= share < 1 else Silence()


def segment(part: Cycles, times: Any) -> Cycles:
    """So many events a cycle, each of the value that there is at its beginning."""
    return struct(part, fast(Pure(True), times))


def struct(part: Cycles, onsets: Cycles) -> Cycles:
    """Values of the one, rhythm of the other."""
    return Paired(part, onsets, _if, True)


def mask(part: Cycles, on: Cycles) -> Cycles:
    """Events only where the other is true."""
    return Paired(part, on, _if)


def _if(value: Any, on: Any) -> Any:
    return value if truth(on) else None


def rhythm(part: Cycles, onsets: Cycles, steps: Cycles, rotation: Cycles | None = None) -> Cycles:
    """Its values in a rhythm of Euclid's."""
    arguments = (onsets, steps) if rotation is None else (onsets, steps, rotation)
    return struct(part, vary(_euclid, (), arguments))


def _euclid(onsets: Any, steps: Any, rotation: Any = 0) -> Cycles:
    struck = euclid(whole(onsets), whole(steps), whole(rotation))
    return Row(tuple(True if each else None for each in struck))


def linger(part: Cycles, cycles: Any) -> Cycles:
    """The beginning of each cycle, repeated; the end of it for numbers below 0."""
    length = time(cycles)
    if length == 0:
        return Silence()
    if length < 0:
        return slow(zoom(part, length + 1, 1), -length)
    return slow(zoom(part, 0, length), length)


def swing_by(part: Cycles, share: Any, slices: Any) -> Cycles:
    """The second half of each slice later, by that share of the half."""
    count = time(slices)
    if count == 0:
        return Silence()
    delay = Row((Fraction(0), time(share) / 2))
    return fast(vary(late, (slow(part, count),), (delay,)), count)


def brak(part: Cycles) -> Cycles:
    """Every second cycle squeezed into its first half, and a quarter late."""
    squeezed = late(fast(InTurn((part, Silence())), 2), Fraction(1, 4))
    return switched(InTurn((Pure(False), Pure(True))), squeezed, part)


def when(part: Cycles, changed: Cycles, on: Cycles) -> Cycles:
    """The changed one where `on` is true."""
    return switched(on, changed, part)


def chunked(changed: Cycles, repeated: Cycles, slices: int) -> Cycles:
    """The changed one in one of so many slices, in the next one in each cycle."""
    count = abs(slices)
    first = Row(tuple(i == 0 for i in range(count)))
    turns = (Fraction(i if slices < 0 else -i, count) for i in range(count))
    return switched(InTurn(tuple(early(first, turn) for turn in turns)), changed, repeated)
