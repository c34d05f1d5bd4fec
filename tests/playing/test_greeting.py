"""An engine and voices that come up while a mind takes over are told what sounded."""

from collections.abc import Iterator

import pytest

from livecode.playing.greeting import EarlyGreeting
from livecode.transport import Arena
from livecode.transport.messages import (
    GraphSource,
    LatentSource,
    PlayBuffer,
    PlayGraph,
    StartVoice,
    receive,
)
from livecode.transport.status import NO_BUFFER, Generation, Status, encode

AGENT = LatentSource("additive", 1)
GRAPH = GraphSource("def tone(): return Sine()", "tone", 1, (), {})


@pytest.fixture
def arena() -> Iterator[Arena]:
    """The arena of a performance in which an agent and a graph sounded, and a former sound was leaving."""
    made = Arena.create(48_000, 512)
    playing = (
        Generation("old", 1, 0, 0, AGENT, 0.1, leaving=True),
        Generation("ego", 2, 1, 0, AGENT, 0.1),
        Generation("tone", 3, NO_BUFFER, 0, GRAPH, 0.1),
    )
    made.board.post(encode(Status(playing=playing, epochs=(1, 1))))
    made.header.engine_epoch = made.header.voices_epoch = 1
    yield made
    made.remove()


def told(arena: Arena, whom: str) -> list[tuple[type, int]]:
    return [(type(m), m.generation) for m in receive(arena.messages["mind", whom])]


def test_those_that_the_former_mind_knew_are_told_nothing(arena: Arena) -> None:
    EarlyGreeting(arena).look()
    assert told(arena, "engine") == told(arena, "voices") == []


def test_newcomers_are_told_once_what_sounded_and_not_what_was_leaving(arena: Arena) -> None:
    greeting = EarlyGreeting(arena)
    arena.header.engine_epoch = 2
    greeting.look()
    greeting.look()
    assert told(arena, "engine") == [(PlayBuffer, 2), (PlayGraph, 3)]
    assert told(arena, "voices") == []
    arena.header.voices_epoch = 2
    greeting.look()
    assert told(arena, "voices") == [(StartVoice, 2)]
    assert told(arena, "engine") == []


def test_what_may_have_killed_them_waits_for_the_mind(arena: Arena) -> None:
    arena.header.engine_epoch = arena.header.voices_epoch = 2
    arena.header.suspect = 3
    arena.suspects[0] = 2
    EarlyGreeting(arena).look()
    assert told(arena, "engine") == [(PlayBuffer, 2)]
    assert told(arena, "voices") == []


def test_a_thread_looks_until_the_mind_sends_messages_itself(arena: Arena) -> None:
    greeting = EarlyGreeting(arena)
    greeting.start()
    arena.header.engine_epoch = 2
    while not (heard := told(arena, "engine")):
        pass
    assert heard[0] == (PlayBuffer, 2)
    greeting.end()
    arena.header.voices_epoch = 2
    assert told(arena, "voices") == []
