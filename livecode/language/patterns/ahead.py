"""Events of a pattern by their sample times, read some time ahead and kept until they are due."""

from bisect import bisect_left
from typing import NamedTuple

from livecode.errors import LivecodeError
from livecode.language.moments import BeatClock
from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.events import PatternEvent, events_between

#: Events are read so far beyond what is asked for, in seconds: a tick asks for a few milliseconds.
AHEAD_S = 0.25

#: An event and the first sample time at or after its beginning: there it begins.
Timed = tuple[int, PatternEvent]


class _Stretch(NamedTuple):
    """What was read of a pattern: all events from one sample time on and before another."""

    cycles: Cycles
    clock: BeatClock
    version: int  # of the clock
    begin: int
    end: int
    events: list[Timed]
    frames: list[int]

    def covers(self, cycles: Cycles, clock: BeatClock, begin: int, end: int) -> bool:
        """Tell whether it says all that is asked for."""
        return (
            self.begin <= begin
            and end <= self.end
            and self.cycles is cycles
            and (self.clock is clock or self.clock == clock)
            and self.version == clock.version
        )


class EventsAhead:
    """Tells which events begin between two sample times. Asked again and again, it reads seldom."""

    def __init__(self) -> None:
        self._read: _Stretch | None = None

    def between(self, cycles: Cycles, clock: BeatClock, begin: int, end: int) -> list[Timed]:
        """Return the events that begin from sample time `begin` on and before `end`, in order.

        Raises LivecodeError if there are too many.
        """
        read = self._read
        if read is None or not read.covers(cycles, clock, begin, end):
            self._read = read = _stretch(cycles, clock, begin, end)
        if not read.frames or read.frames[-1] < begin:
            return []
        low = bisect_left(read.frames, begin)
        return read.events[low : bisect_left(read.frames, end, low)]


def _stretch(cycles: Cycles, clock: BeatClock, begin: int, end: int) -> _Stretch:
    until = max(end, begin + round(AHEAD_S * clock.sample_rate))
    try:
        events = timed(cycles, clock, begin, until)
    except LivecodeError:  # what lies ahead does not matter yet
        until = end
        events = timed(cycles, clock, begin, until)
    frames = [frame for frame, _ in events]
    return _Stretch(cycles, clock, clock.version, begin, until, events, frames)


def timed(cycles: Cycles, clock: BeatClock, begin: int, end: int) -> list[Timed]:
    """Return the events that begin from sample time `begin` on and before `end`, in order."""
    # what is on a bar begins at the first frame at or after it
    found = events_between(cycles, clock.bar_of_frame(begin - 1), clock.bar_of_frame(end), 0)
    at = [(clock.frame_of_bar(event.begin), event) for event in found]
    return [(frame, event) for frame, event in at if begin <= frame < end]
