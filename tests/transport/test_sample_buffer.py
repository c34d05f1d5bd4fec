"""Buffers of samples: between two processes, when one of them is killed, and against a plain list."""

import random
import time
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.transport import Arena, SampleBuffer
from tests.transport.partner import (
    LAYOUT,
    partner,
    read_on,
    read_samples,
    samples,
    write_on,
    write_samples,
)

SEEDS = range(5)


def read_for(buffer: SampleBuffer, frames: int, rng: random.Random) -> None:
    """Read `frames` more frames as they come, and compare all of them."""
    end = buffer.consumed + frames
    while buffer.consumed < end:
        if not read_on(buffer, rng):
            time.sleep(2e-5)


@pytest.mark.parametrize("channels", [1, 2])
def test_ten_million_samples_pass_whole_and_in_order(arena: Arena, channels: int):
    buffer = arena.buffers[1]
    buffer.reset(channels)
    with partner(arena, write_samples, seed := 3):
        read_for(buffer, 10_000_000 // channels, random.Random(seed + 1))


def test_when_the_writer_is_killed_the_reader_sees_nothing_torn_and_the_next_writer_goes_on(
    arena: Arena,
):
    buffer, rng = arena.buffers[1], random.Random(1)
    buffer.reset(2)
    for seed in SEEDS:
        with partner(arena, write_samples, seed) as writer:
            read_for(buffer, rng.randrange(1, 200_000), rng)
            writer.kill()
            writer.join()
            while read_on(buffer, rng):
                pass
    assert buffer.available == 0


def test_when_the_reader_is_killed_the_next_reader_goes_on_where_it_was(arena: Arena):
    buffer, rng = arena.buffers[1], random.Random(2)
    buffer.reset(2)
    for seed in SEEDS:
        with partner(arena, read_samples, seed) as reader:
            end = buffer.consumed + rng.randrange(1, 200_000)
            while buffer.consumed < end:
                write_on(buffer, rng)
            reader.kill()
            reader.join()
            while write_on(buffer, rng):
                pass
    assert buffer.room == 0
    read_for(buffer, buffer.available, rng)


@given(
    st.lists(st.tuples(st.sampled_from(["write", "read"]), st.integers(0, 24))),
    st.integers(1, 2),
)
def test_a_buffer_does_what_a_list_would(steps: list[tuple[str, int]], channels: int):
    buffer = SampleBuffer(memoryview(bytearray(SampleBuffer.size(16))), 16)
    buffer.reset(channels)
    expected: deque[np.ndarray] = deque()
    for what, count in steps:
        if what == "write":
            frames = samples(buffer.written, count, channels)
            written = buffer.write(frames)
            assert written == min(count, 16 - len(expected))
            expected.extend(frames[:written])
        else:
            out = np.full((count, channels), np.nan, np.float32)
            got = buffer.read_into(out)
            assert got == min(count, len(expected))
            assert all(np.array_equal(frame, expected.popleft()) for frame in out[:got])
            assert np.isnan(out[got:]).all(), "what was not read is left as it was"
        assert (buffer.available, buffer.room) == (len(expected), 16 - len(expected))
        assert buffer.written - buffer.consumed == len(expected)


def test_a_full_buffer_takes_no_more_and_loses_nothing(arena: Arena):
    buffer = arena.buffers[0]
    buffer.reset(1)
    capacity = LAYOUT.buffer_frames
    assert buffer.write(samples(0, capacity + 1, 1)) == capacity
    assert buffer.write(samples(capacity, 1, 1)) == 0
    out = np.zeros((capacity, 1), np.float32)
    assert buffer.read_into(out) == capacity
    assert np.array_equal(out, samples(0, capacity, 1))


def test_one_channel_may_be_written_as_a_plain_row(arena: Arena):
    buffer = arena.buffers[0]
    buffer.reset(1)
    buffer.write(np.array([1, 2, 3], np.float32))
    out = np.zeros((3, 1), np.float32)
    buffer.read_into(out)
    assert out[:, 0].tolist() == [1, 2, 3]


def test_a_buffer_that_is_reset_is_empty_and_may_have_other_channels(arena: Arena):
    buffer = arena.buffers[0]
    buffer.reset(1)
    buffer.write(samples(0, 100, 1))
    buffer.reset(2)
    assert (buffer.available, buffer.written, buffer.channels) == (0, 0, 2)


def test_a_capacity_that_is_not_a_power_of_two_is_refused():
    with pytest.raises(ValueError, match="power of two"):
        SampleBuffer(memoryview(bytearray(SampleBuffer.size(1000))), 1000)
