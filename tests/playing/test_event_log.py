"""The event log: whoever comes late is told of all that happened, in order and once."""

from livecode import Session
from livecode.transport.events import Event


def test_a_front_end_is_told_of_what_was_said_before_it_came() -> None:
    with Session() as session:
        log, told = session.performance.log, []
        log.say("note", "before")
        log.on_event = told.append
        log.say("note", "after")
        assert [event.text for event in told] == ["before", "after"]
        again: list[Event] = []
        log.on_event = again.append  # takes the place of the first, which has told them
        log.say("note", "at last")
        assert [event.text for event in again] == ["at last"]
