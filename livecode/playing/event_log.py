"""The event log of a performance: what happened and when; a front end is told of each event."""

from collections.abc import Callable

from livecode.errors import Problem
from livecode.playing.clock import PerformanceClock
from livecode.transport.events import Event, Kind

#: A note is logged again only when it did not come for this long, in seconds.
NOTE_AGAIN_S = 10


class EventLog:
    """Keeps the events of a performance, and tells a front end of each."""

    def __init__(self, clock: PerformanceClock):
        self._clock = clock
        self.events: list[Event] = []
        #: Called with each event as it happens.
        self.on_event: Callable[[Event], None] = lambda event: None
        self._noted: dict[str, int] = {}  # note -> sample time until which it is not logged again

    def say(
        self,
        kind: Kind,
        text: str = "",
        names: tuple[str, ...] = (),
        line: int | None = None,
        file: str = "",
        traceback: str | None = None,
    ) -> None:
        """Log an event of this moment, and tell the front end."""
        event = Event(self._clock.frame, kind, names, line, text, file, traceback)
        self.events.append(event)
        self.on_event(event)

    def say_problem(self, kind: Kind, problem: Problem) -> None:
        """Log a problem of the performer's code."""
        self.say(kind, problem.text, problem.names, problem.line, traceback=problem.traceback)

    def note(self, text: str) -> None:
        """Log a note of the engine or the voices, unless the same note came within moments."""
        frame = self._clock.frame
        if frame >= self._noted.get(text, 0):
            self.say("note", text)
        self._noted[text] = frame + NOTE_AGAIN_S * self._clock.sample_rate
