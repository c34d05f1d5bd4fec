"""What an event says: a value, and how it is to be played."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from livecode.language.patterns.notes import note_number
from livecode.language.units import is_number

#: Words that are read as no, where a pattern says when.
_NO = ("f", "false")


@dataclass(frozen=True)
class Control:
    """One way in which an event can be played otherwise than it is."""

    name: str
    low: float
    high: float
    plain: float  # what it is where nothing is said
    doc: str


#: What can be said of an event beside its value.
CONTROLS: Mapping[str, Control] = {
    control.name: control
    for control in (
        Control("n", 0, 10_000, 0, "which sound of its name, from 0"),
        Control("gain", 0, 4, 1, "loudness: 1 as it is, 2 is 6 dB more"),
        Control("pan", -1, 1, 0, "place: −1 left, 0 middle, 1 right"),
        Control("speed", -64, 64, 1, "1 as recorded, 2 an octave up, −1 backwards"),
        Control("begin", 0, 1, 0, "where in the sound it begins: 0.5 is the middle"),
        Control("end", 0, 1, 1, "where in the sound it ends"),
        Control("attack", 0, 60, 0, "seconds to full loudness"),
        Control("release", 0, 60, 0, "seconds from its end to silence"),
        Control("cut", 0, 10_000, 0, "a group in which a new sound ends the one before; 0: none"),
        Control("reverse", 0, 1, 0, "1: backwards"),
        Control(
            "fit", 0, 1_000, 0, "so many cycles for the whole sound, by its speed; 0: as it is"
        ),
    )
}


class Played(Mapping[str, float]):
    """A value and how it is played: `Played("bd", gain=0.5)`; a mapping of its controls."""

    __slots__ = ("_hash", "_how", "value")

    def __init__(self, value: Any, **how: float):
        self.value = value
        self._how = how
        self._hash = hash((value, frozenset(how.items())))

    def __getitem__(self, control: str) -> float:
        return self._how[control]

    def __iter__(self) -> Iterator[str]:
        return iter(self._how)

    def __len__(self) -> int:
        return len(self._how)

    def of(self, control: str) -> float:
        """What is said of that control, or what it is where nothing is said."""
        return self._how.get(control, CONTROLS[control].plain)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Played):
            return NotImplemented
        return self.value == other.value and self._how == other._how

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        how = ", ".join(f"{name}={number:g}" for name, number in self._how.items())
        return f"{self.value}({how})"


def plain(value: Any) -> Any:
    """The value alone."""
    return value.value if isinstance(value, Played) else value


def told(value: Any, **how: float) -> Played:
    """The value, played as before but for what is said now."""
    if isinstance(value, Played):
        return Played(value.value, **{**value._how, **_held(how)})
    return Played(value, **_held(how))


def control_of(value: Any, control: str) -> float:
    """How it is played in one respect."""
    return value.of(control) if isinstance(value, Played) else CONTROLS[control].plain


def of_value(value: Any, function: Callable[[Any], Any]) -> Any:
    """`function` of the value, played as before."""
    if isinstance(value, Played):
        return Played(function(value.value), **value._how)
    return function(value)


def _held(how: dict[str, float]) -> dict[str, float]:
    """Controls within their bounds."""
    return {
        name: min(max(number, CONTROLS[name].low), CONTROLS[name].high)
        for name, number in how.items()
    }


def number_of(value: Any) -> float | Fraction | None:
    """The value as a number: that of a note is its MIDI number; None if it is none."""
    value = plain(value)
    if isinstance(value, bool):
        return int(value)
    if is_number(value):
        return value if isinstance(value, Fraction) or math.isfinite(value) else None
    return note_number(value) if isinstance(value, str) else None


def truth(value: Any) -> bool:
    """Whether it says yes: all but 0, False, and the words f and false."""
    value = plain(value)
    return value not in _NO if isinstance(value, str) else bool(value)
