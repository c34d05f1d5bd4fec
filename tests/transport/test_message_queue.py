"""Queues of messages: order and wholeness between two processes, and against a plain list."""

import random
import time
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from livecode.transport import CACHE_LINE, Arena, MessageQueue, messages
from livecode.transport.messages import Fade, Note, OpenGate, PlayBuffer
from tests.transport.partner import LAYOUT, message, partner, send_messages


def receive_on(buffer: MessageQueue, number: int, count: int) -> int:
    """Receive `count` messages from `number` on, comparing each. Return the next number."""
    for expected in range(number, number + count):
        while (received := buffer.receive()) is None:
            time.sleep(2e-5)
        assert received == message(expected)
    return number + count


def small_queue(size: int) -> MessageQueue:
    return MessageQueue(memoryview(bytearray(2 * CACHE_LINE + size)), size)


def test_messages_of_all_lengths_arrive_whole_and_in_order(arena: Arena):
    with partner(arena, send_messages, 0):
        receive_on(arena.messages["mind", "engine"], 0, 20_000)


def test_a_writer_that_is_killed_leaves_no_half_message(arena: Arena):
    buffer, rng = arena.messages["mind", "engine"], random.Random(1)
    number = 0
    for _ in range(5):
        with partner(arena, send_messages, number) as writer:
            number = receive_on(buffer, number, rng.randrange(1, 3000))
            writer.kill()
            writer.join()
            while (received := buffer.receive()) is not None:
                assert received == message(number)
                number += 1


@given(st.lists(st.one_of(st.none(), st.binary(max_size=12))))
def test_a_queue_does_what_a_list_would(steps: list[bytes | None]):
    """Compare with a list; bytes are sent, and None receives."""
    buffer, expected = small_queue(20), deque[bytes]()
    for sent in steps:
        if sent is None:
            assert buffer.receive() == (expected.popleft() if expected else None)
        else:
            room = 20 - sum(4 + len(waiting) for waiting in expected)
            assert buffer.send(sent) == (4 + len(sent) <= room)
            if 4 + len(sent) <= room:
                expected.append(sent)
    assert [buffer.receive() for _ in expected] == list(expected)


def test_a_full_queue_refuses_and_what_waits_in_it_stays(arena: Arena):
    buffer = arena.messages["terminal", "engine"]
    sent = 0
    while buffer.send(message(sent)):
        sent += 1
    assert not buffer.send(bytes(LAYOUT.message_bytes)), "longer than the whole buffer"
    receive_on(buffer, 0, sent)
    assert buffer.receive() is None
    assert buffer.send(message(0)), "there is room again"


def test_a_receiver_that_starts_afresh_can_drop_what_waits():
    buffer = small_queue(100)
    buffer.send(b"old")
    buffer.discard()
    assert buffer.receive() is None
    buffer.send(b"new")
    assert buffer.receive() == b"new"


def test_structs_come_back_as_what_they_were():
    sent = [
        PlayBuffer(name="égo", generation=3, buffer=1, at=4800, fade_s=0.05),
        Fade(name="ego", fade_s=2.0),
        OpenGate(panics=1),
        Note(text="ego had a gap", at=1),
    ]
    buffer = small_queue(1000)
    for each in sent:
        assert messages.send(buffer, each)
    assert list(messages.receive(buffer)) == sent


def test_no_more_messages_are_taken_at_once_than_asked_for():
    buffer = small_queue(1000)
    for _ in range(5):
        messages.send(buffer, OpenGate(panics=1))
    assert len(list(messages.receive(buffer, most=3))) == 3
    assert len(list(messages.receive(buffer, most=3))) == 2
