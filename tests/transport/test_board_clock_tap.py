"""What is shared by being overwritten: the board, the clock and the tap."""

import random
import time
from collections.abc import Callable

import numpy as np
import pytest

from livecode.transport import CACHE_LINE, Arena, Board, TapBuffer
from tests.transport.partner import (
    LAYOUT,
    PRIME,
    document,
    partner,
    post_documents,
    samples,
    tick_clock,
    write_tap,
)


def await_(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


def is_whole(posted: bytes) -> bool:
    """Whether these bytes are one of the partner's documents, whose numbers repeat."""
    of_this_byte = range(posted[0], posted[0] + 251 * LAYOUT.board_bytes, 251)
    return len(set(posted)) == 1 and any(document(n) == posted for n in of_this_byte)


def test_a_look_at_the_board_gives_one_document_and_never_two_mixed(arena: Arena):
    with partner(arena, post_documents, 0):
        await_(arena.board.look)
        seen = set()
        while len(seen) < 200:
            posted = arena.board.look()
            assert len(set(posted)) == 1
            seen.add(posted)
    assert all(is_whole(posted) for posted in random.Random(1).sample(sorted(seen), 20))


def test_a_poster_that_is_killed_half_way_leaves_a_whole_document(arena: Arena):
    for number in range(5):
        with partner(arena, post_documents, 1000 * number) as poster:
            before = arena.board.look()
            await_(lambda before=before: arena.board.look() != before)
            poster.kill()
            poster.join()
        assert is_whole(arena.board.look())
    arena.board.post(b"next")
    assert arena.board.look() == b"next"


def test_an_empty_board_is_empty_and_a_document_too_large_is_not_posted():
    board = Board(memoryview(bytearray(CACHE_LINE + 20)), 10)
    assert board.look() == b""
    board.post(b"0123456789")
    board.post(b"0123456789+")
    assert board.look() == b"0123456789"
    board.post(b"")
    assert board.look() == b""


def test_the_clock_never_mixes_two_ticks(arena: Arena):
    with partner(arena, tick_clock, 10):
        await_(lambda: arena.header.clock()[0] >= 10)
        last = 0
        while last < 20_000:
            frames, now_ns = arena.header.clock()
            assert now_ns == 3 * frames
            assert frames >= last
            last = frames


@pytest.mark.timeout(20)
def test_the_clock_can_be_read_when_the_engine_was_killed_in_a_tick(arena: Arena):
    for number in range(10, 60, 10):
        with partner(arena, tick_clock, number * 10**6) as engine:
            await_(lambda number=number: arena.header.clock()[0] >= number * 10**6)
            engine.kill()
            engine.join()
        frames, now_ns = arena.header.clock()
        assert now_ns == 3 * frames


def test_the_sample_time_goes_on_between_two_blocks(arena: Arena):
    arena.header.tick_clock(4800, now_ns=10**9)
    assert arena.header.clock() == (4800, 10**9)
    assert arena.header.now(10**9 + 5_000_000) == pytest.approx(4800 + 240)


def test_listeners_get_the_newest_frames_in_a_row_and_never_a_mixture(arena: Arena):
    most = LAYOUT.tap_frames // 2
    with partner(arena, write_tap, 0):
        await_(lambda: arena.tap.written > most)
        for _ in range(500):
            frames = arena.tap.latest(most).astype(np.float64)
            assert (frames[:, 1] == -frames[:, 0]).all()
            assert (np.diff(frames[:, 0]) % PRIME == 1).all()


def test_a_listener_who_keeps_up_hears_every_frame_once(arena: Arena):
    with partner(arena, write_tap, 0):
        await_(lambda: arena.tap.written)
        followed = 0
        position = arena.tap.written
        while followed < 300:
            before = position
            frames, position = arena.tap.since(before)
            assert np.array_equal(frames, samples(position - len(frames), len(frames), 2))
            followed += 0 < len(frames) == position - before


def test_what_has_not_been_written_yet_is_silence():
    tap = TapBuffer(memoryview(bytearray(TapBuffer.size(64))), 64)
    assert not tap.latest(32).any()
    tap.write(samples(1, 5, 2))
    assert tap.latest(8)[:, 0].tolist() == [0, 0, 0, 1, 2, 3, 4, 5]
    for start in range(6, 200, 5):
        tap.write(samples(start, 5, 2))
    assert np.array_equal(tap.latest(32), samples(200 + 1 - 32, 32, 2))


def test_more_than_half_of_the_tap_is_refused(arena: Arena):
    with pytest.raises(ValueError, match="more than half"):
        arena.tap.latest(LAYOUT.tap_frames // 2 + 1)
