"""Lengths of time, such as `50*ms`, `2*s` and `8*bars`, and checks of plain numbers."""

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeGuard

from livecode.errors import LivecodeError

BEATS_PER_BAR = 4
#: The tempo where no beat is at hand: in limits, in drawings, and in takes.
PLAIN_BPM = 120.0


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether something is a number of Python or numpy; True and False are not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def finite(value: Any, where: str) -> float:
    """Return `value` as a float; raises LivecodeError if it is not a finite number."""
    if not is_number(value) or not math.isfinite(value):
        raise LivecodeError(f"{where} takes numbers, not {value!r}")
    return float(value)


@dataclass(frozen=True)
class Span:
    """A length of time: `50*ms`, `2*s`, `4*beats`, `8*bars`; the last two follow the tempo."""

    seconds: float = 0.0
    beats: float = 0.0
    bars: float = 0.0  # as long as the metre says where it is played

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.seconds, self.beats, self.bars))):
            raise LivecodeError("a length of time is a finite number of seconds or beats")

    def at(self, tempo_bpm: float, beats_per_bar: float = BEATS_PER_BAR) -> float:
        """Return the length in seconds at a tempo in beats a minute, in a metre."""
        return self.seconds + self.in_beats(beats_per_bar) * 60 / tempo_bpm

    @property
    def plain_s(self) -> float:
        """The length in seconds where no beat is at hand: four beats a bar, at `PLAIN_BPM`."""
        return self.at(PLAIN_BPM)

    def in_beats(self, beats_per_bar: float = BEATS_PER_BAR) -> float:
        """Return the part that is counted in beats and bars, in beats of a metre."""
        return self.beats + self.bars * beats_per_bar

    def __mul__(self, factor: float) -> "Span":
        if callable(getattr(factor, "_value", None)):
            return NotImplemented  # what varies in time says what it makes of a length
        if not is_number(factor):
            raise LivecodeError(
                f"a length of time is multiplied by a number, as in 2*bars, not by {factor!r}"
            )
        factor = float(factor)
        return Span(self.seconds * factor, self.beats * factor, self.bars * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> "Span":
        if not is_number(divisor) or divisor == 0:
            raise LivecodeError(
                f"a length of time is divided by a number, as in bars/2, not by {divisor!r}"
            )
        return self * (1 / divisor)

    def __add__(self, other: "Span | float") -> "Span":
        other = span(other)
        return Span(self.seconds + other.seconds, self.beats + other.beats, self.bars + other.bars)

    __radd__ = __add__

    def __neg__(self) -> "Span":
        return self * -1

    def __sub__(self, other: "Span | float") -> "Span":
        return self + -span(other)

    def __repr__(self) -> str:
        parts = []
        if self.bars:
            parts.append(f"{self.bars:g}*bars")
        if self.beats:
            parts.append(f"{self.beats:g}*beats")
        if self.seconds or not parts:
            short = 0 < abs(self.seconds) < 1
            hours = self.seconds / 3600
            if hours >= 1 and hours.is_integer():
                parts.append(f"{hours:g}*hours")
            else:
                parts.append(f"{self.seconds * 1000:g}*ms" if short else f"{self.seconds:g}*s")
        return " + ".join(parts)


def span(length: "Span | float") -> Span:
    """Return `length` as a Span; a plain number is seconds. Raises LivecodeError for anything else."""
    if isinstance(length, Span):
        return length
    if is_number(length):
        return Span(seconds=float(length))
    raise LivecodeError(f"{length!r} is not a length of time; write it like 50*ms, 2*s or 4*beats")


ms = Span(seconds=0.001)
s = Span(seconds=1.0)
minutes = Span(seconds=60.0)
hours = Span(seconds=3600.0)
beats = Span(beats=1.0)
bars = Span(bars=1.0)
