"""The event log of a performance: what happened and when; a front end is told of each event."""

import math
import threading
from collections.abc import Callable

from livecode.errors import Problem
from livecode.playing.clock import PerformanceClock
from livecode.transport.events import Event, Kind
from livecode.transport.messages import Note

#: A note is logged again only when it did not come for this long, in seconds.
NOTE_AGAIN_S = 10


class EventLog:
    """Keeps the events of a performance, and tells a front end of each, in their order.

    A front end that comes later is told of all that happened before it came.
    """

    def __init__(self, clock: PerformanceClock):
        self._clock = clock
        self.events: list[Event] = []
        self._on_event: Callable[[Event], None] | None = None
        self._telling = threading.RLock()  # ticks say something while a front end comes
        self._noted: dict[str, float] = {}  # note -> sample time until which it is not logged again

    @property
    def on_event(self) -> Callable[[Event], None] | None:
        """Called with each event as it happens, and at first with those that happened before."""
        return self._on_event

    @on_event.setter
    def on_event(self, listener: Callable[[Event], None] | None) -> None:
        with self._telling:
            if self._on_event is None and listener is not None:
                for event in self.events:
                    listener(event)
            self._on_event = listener

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
        with self._telling:
            self.events.append(event)
            if self._on_event is not None:
                self._on_event(event)

    def say_problem(self, kind: Kind, problem: Problem) -> None:
        """Log a problem of the performer's code."""
        self.say(kind, problem.text, problem.names, problem.line, traceback=problem.traceback)

    def note(self, note: Note) -> None:
        """Log a note of the engine or the voices, unless the same note came within moments.

        A note that is told once is not logged again.
        """
        frame = self._clock.frame
        if frame >= self._noted.get(note.text, 0):
            self.say("note", note.text, (note.name,) if note.name else ())
        again_s = math.inf if note.once else NOTE_AGAIN_S
        self._noted[note.text] = frame + again_s * self._clock.sample_rate
