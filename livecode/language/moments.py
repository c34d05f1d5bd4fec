"""Moments at which values are read, and nodes: the ways of computing a number from moment to moment."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from livecode.language.units import BEATS_PER_BAR, Span
from livecode.signals.groove import Groove
from livecode.signals.tempo import Tempo

#: The beat clock, or as one name has it.
BeatClock = Tempo | Groove


class Moment(NamedTuple):
    """A point in time, and what can be read then."""

    t: float  # seconds of sample time
    beat: float
    signals: Mapping[str, Any]
    call: Callable[[Any], float]  # a guarded call of a value that is a function
    #: The beat clock. None: there is none, and curves count from their beginning.
    tempo: BeatClock | None = None
    frame: int = 0  # sample time
    #: How far ahead of its tick the moment lies, in frames. Values are read with several leads; what
    #: a value remembers it remembers for each lead.
    lead: int = 0

    @property
    def bar(self) -> float:
        """The bar, in fractions."""
        if self.tempo is not None:
            return self.tempo.bar_at(self.frame)
        return float(self.signals.get("bar", self.beat / BEATS_PER_BAR))

    def at(self, frame: int, lead: int) -> "Moment":
        """Return the moment of another sample time, at which the same signals are read."""
        if self.tempo is None:
            return self
        tempo = self.tempo
        t, beat = frame / tempo.sample_rate, tempo.beat_at(frame)
        return Moment(t, beat, self.signals, self.call, tempo, frame, lead)


class Corner(NamedTuple):
    """A sample time at which a value turns a corner, or jumps."""

    frame: int
    jump: bool = False


class Node:
    """One way of computing a number."""

    parts: tuple[Any, ...] = ()  # values that it is made of
    #: Whether the node, apart from its parts, depends on time alone.
    of_time = True

    @property
    def timed(self) -> bool:
        """Whether the number depends on time alone: then it is known ahead."""
        return self.of_time and all(part.is_timed() for part in self.parts)

    def over(self, moment: Moment) -> bool:
        """Whether the number stays as it is at `moment` while the tempo and the meter do."""
        return False

    def begin(self, moment: Moment) -> None:
        """Count from this moment on, if the node counts from its beginning and has not begun."""

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        """Yield the corners from sample time `begin` on and before `end`, in any order.

        Between two corners the number moves in a line, or nearly.
        """
        for part in self.parts:
            yield from part.corners(begin, end, tempo)

    def sample(self, moment: Moment) -> float:
        """Return the number at `moment`; moments of one lead never go back far."""
        raise NotImplementedError

    def drawn(self, seconds: float, beat: float) -> float | None:
        """Return the number `seconds` and `beat` after the beginning; None if only playing can tell."""
        return None

    def shown(self) -> Span | None:
        """Return the stretch of time that a drawing shows; None if there is nothing to draw."""
        stretches = [stretch for part in self.parts if (stretch := part.node.shown()) is not None]
        return max(stretches, key=lambda stretch: stretch.plain_s, default=None)
