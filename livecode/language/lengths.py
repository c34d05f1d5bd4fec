"""Lengths of time that vary: a number of beats, bars or seconds, as in `pattern("1 0.5") * beats`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from livecode.language.moments import BeatClock, Corner, Moment, Node
from livecode.language.units import PLAIN_BPM, Span


class Sampled(Protocol):
    """A number that varies in time."""

    @property
    def node(self) -> Node:
        """The node that computes it as it is described."""

    def sample(self, moment: Moment) -> float:
        """Return the number at `moment`."""

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        """Yield the corners from sample time `begin` on and before `end`, in any order."""


@dataclass(eq=False)
class Lengths(Node):
    """So many times a length of time, as seconds at the tempo of the moment."""

    count: Sampled
    unit: Span
    of_time = False  # the tempo may change at any moment

    @property
    def parts(self) -> tuple[Any, ...]:  # type: ignore[override]
        return (self.count,)

    def length(self, moment: Moment) -> Span:
        """Return the length at `moment`, in the units in which it was written."""
        return self.unit * self.count.sample(moment)

    def sample(self, moment: Moment) -> float:
        return self.length(moment).at(moment.signals.get("tempo", PLAIN_BPM))

    def drawn(self, seconds: float, beat: float) -> float | None:
        count = self.count.node.drawn(seconds, beat)
        return None if count is None else (self.unit * count).plain_s

    def __str__(self) -> str:
        return f"{self.count} * {self.unit}"
