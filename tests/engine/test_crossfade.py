"""Generations of one name: exact samples, equal power, no clicks, underruns, broken sources."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.engine.crossfade import Feed
from livecode.transport import SampleBuffer
from tests.sound import jump, rms

RATE, BLOCK, AHEAD = 48000, 256, 1024
Signal = Callable[[np.ndarray], np.ndarray]  # positions in frames (n,) -> samples (n,) or (n, 2)


def sine(freq_hz: float, amplitude: float = 0.3, phase: float = 0.0) -> Signal:
    return lambda at: amplitude * np.sin(2 * np.pi * (freq_hz / RATE * at + phase))


def steady_jump(freq_hz: float, amplitude: float = 0.3) -> float:
    """Return the largest difference between neighbouring samples of a steady sine."""
    return amplitude * 2 * np.sin(np.pi * freq_hz / RATE)


def counter(at: np.ndarray) -> np.ndarray:
    return (at + 1) / 2**20


def noise(seed: int) -> Signal:
    samples = 0.2 * np.random.default_rng(seed).standard_normal(RATE * 4)
    return lambda at: samples[at]


class Source:
    """A buffer and its producer, which writes `until` frames, or without end."""

    def __init__(self, signal: Signal, channels: int = 1, until: int | None = None):
        self.buffer = SampleBuffer(memoryview(bytearray(SampleBuffer.size(4096))), 4096)
        self.buffer.reset(channels)
        self.signal, self.until = signal, until

    def fill(self) -> None:
        start = self.buffer.written
        end = start + max(0, AHEAD - self.buffer.available)
        if self.until is not None:
            end = min(end, self.until)
        self.buffer.write(self.signal(np.arange(start, end)).astype(np.float32))


class Player:
    """Plays a feed block by block."""

    def __init__(self) -> None:
        self.feed = Feed(BLOCK)
        self.sources: list[Source] = []
        self.frame = 0

    def add(self, source: Source, fade: float = 0.0, at: int = 0) -> int:
        self.sources.append(source)
        number = len(self.sources)
        self.feed.add(number, source.buffer, at, fade)
        return number

    def run(self, blocks: int) -> np.ndarray:
        heard = [np.zeros((0, 2))]
        for _ in range(blocks):
            for source in self.sources:
                source.fill()
            heard.append(self.feed.block(self.frame).copy())
            self.frame += BLOCK
        return np.concatenate(heard)


@pytest.mark.parametrize("fade", [0, BLOCK, 1000])
def test_what_is_written_is_heard_from_the_first_sample_on_after_the_fade_exactly(fade: int):
    player = Player()
    player.add(Source(counter), fade)
    heard = player.run(40)
    written = counter(np.arange(len(heard))).astype(np.float32)
    fade = max(fade, BLOCK)
    assert np.array_equal(heard[fade:, 0], written[fade:])
    assert np.array_equal(heard[:, 0], heard[:, 1]), "one channel goes to both sides"
    x = np.arange(1, fade + 1) / fade
    assert heard[:fade, 0] == pytest.approx(written[:fade] * np.sin(np.pi / 2 * x), abs=1e-6)


def test_two_channels_stay_apart():
    player = Player()
    player.add(Source(lambda at: np.stack([counter(at), -2 * counter(at)], axis=1), channels=2))
    heard = player.run(8)[BLOCK:]
    assert np.array_equal(heard[:, 1], -2 * heard[:, 0])


@pytest.mark.parametrize("fade", [BLOCK, 480, 2400, 20_000])
def test_the_squares_of_the_gains_of_a_swap_add_up_to_one(fade: int):
    player = Player()
    left = Source(lambda at: np.stack([np.ones(len(at)), np.zeros(len(at))], axis=1), 2)
    right = Source(lambda at: np.stack([np.zeros(len(at)), np.ones(len(at))], axis=1), 2)
    player.add(left)
    player.run(4)
    player.add(right, fade)
    gains = player.run(fade // BLOCK + 4)
    assert gains[0, 0] > 0.99
    assert gains[-1].tolist() == [0.0, 1.0]
    assert np.abs(np.square(gains).sum(axis=1) - 1).max() < 1e-3
    assert (np.diff(gains[:, 1]) >= 0).all()


def test_noise_keeps_its_loudness_through_a_swap():
    player = Player()
    player.add(Source(noise(1)))
    player.run(10)
    before = rms(player.run(90))
    player.add(Source(noise(2)), fade=90 * BLOCK)
    thirds = np.split(player.run(90), 3)
    for part in thirds:
        assert abs(20 * np.log10(rms(part) / before)) < 0.5


swaps = st.lists(
    st.tuples(
        st.integers(0, 12),  # blocks until it happens
        st.sampled_from(["swap", "swap", "swap", "fade out"]),
        st.one_of(st.just(0.0), st.floats(1, 6000)),  # frames
        st.floats(100, 4000),  # Hz
        st.floats(0, 1),  # phase, turns
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(swaps)
def test_swaps_that_overlap_in_any_way_never_click(plan: list[tuple]):
    player = Player()
    loudest: dict[int, float] = {}  # generation -> the jump of its steady sine
    sounding: set[int] = set()
    last = np.zeros((1, 2))

    def run(blocks: int) -> None:
        nonlocal last
        for _ in range(blocks):
            heard = player.run(1)
            sounding.update(player.feed.began)
            allowed = sum(loudest[number] for number in sounding)
            assert jump(np.concatenate([last, heard])) <= allowed + 1e-6
            sounding.difference_update(player.feed.ended)
            player.feed.began.clear()
            player.feed.ended.clear()
            last = heard[-1:]

    for wait, what, fade, freq_hz, phase in plan:
        run(wait)
        if what == "swap":
            loudest[player.add(Source(sine(freq_hz, phase=phase)), fade)] = steady_jump(freq_hz)
        else:
            player.feed.fade_out(fade)
    player.feed.fade_out(0)
    run(3)
    assert player.feed.empty
    assert not last.any()


def test_after_all_swaps_only_the_last_generation_sounds_and_the_others_have_ended():
    player = Player()
    for n in range(5):
        player.add(Source(sine(200 * (n + 1))), fade=2000)
        player.run(2)
    heard = player.run(20)[-BLOCK:]
    assert player.feed.ended == [1, 2, 3, 4]
    assert player.feed.began == [1, 2, 3, 4, 5]
    start = player.sources[-1].buffer.consumed - 2 * BLOCK  # one block is held ahead
    expected = sine(1000)(np.arange(start, start + BLOCK))
    assert heard[:, 0] == pytest.approx(expected, abs=1e-6)


def test_a_source_that_runs_dry_fades_out_and_in_again_and_is_counted_once():
    player = Player()
    source = Source(sine(300, phase=0.25), until=20 * BLOCK + 100)  # loudest where it comes back
    player.add(source)
    heard = player.run(30)
    assert np.abs(heard[: 19 * BLOCK]).max() > 0.29, "all whole blocks are played"
    assert not heard[20 * BLOCK :].any()
    assert jump(heard) <= steady_jump(300) + 0.3 * np.pi / 2 / BLOCK
    assert player.feed.underruns == 1
    assert not player.feed.ended, "the name goes on when its source does"

    source.until = None
    again = player.run(10)
    assert jump(np.concatenate([heard[-1:], again])) <= steady_jump(300) + 0.3 * np.pi / 2 / BLOCK
    assert np.abs(again[4 * BLOCK :]).max() > 0.29
    assert player.feed.underruns == 1


def test_a_source_that_gives_no_whole_block_at_a_time_waits_until_two_are_there():
    player = Player()
    source = Source(sine(300), until=2 * BLOCK - 1)
    player.add(source)
    assert not player.run(5).any()
    assert not player.feed.began
    source.until = None
    player.run(1)
    assert player.feed.began == [1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", [0, 100, 300, 5000, 5119])
def test_a_source_that_gives_no_number_is_faded_out_before_that_is_heard(bad: float, where: int):
    def signal(at: np.ndarray) -> np.ndarray:
        return np.where(at == where, bad, sine(300)(at))

    player = Player()
    player.add(Source(signal))
    heard = player.run(30)
    assert np.isfinite(heard).all()
    assert jump(heard) <= steady_jump(300) + 1e-6
    assert not heard[where // BLOCK * BLOCK :].any()
    assert (player.feed.broken, player.feed.ended) == ([1], [1])
    assert player.feed.underruns == 0
    assert player.feed.empty


def test_only_the_broken_generation_is_taken_out():
    player = Player()
    player.add(Source(sine(500)))
    player.run(4)
    player.add(Source(lambda at: np.where(at < 1000, sine(700)(at), np.nan)), fade=10_000)
    player.run(10)
    assert player.feed.broken == player.feed.ended == [2]
    assert not player.feed.empty, "the one before is still on its way out"


def test_a_generation_begins_no_earlier_than_at_its_time():
    player = Player()
    player.add(Source(sine(300)), at=3 * BLOCK + 1)
    heard = player.run(10)
    assert not heard[: 4 * BLOCK].any()
    assert heard[4 * BLOCK : 5 * BLOCK].any()


def test_a_new_source_that_never_comes_leaves_the_old_one_sounding():
    player = Player()
    player.add(Source(sine(300)))
    player.run(4)
    player.add(Source(sine(400), until=0))
    heard = player.run(50)
    assert np.abs(heard[-BLOCK:]).max() > 0.29


def test_a_generation_told_of_twice_is_one():
    player = Player()
    player.add(Source(counter))
    player.feed.add(1, player.sources[0].buffer, 0, 0)
    heard = player.run(5)
    player.feed.add(1, player.sources[0].buffer, 0, 0)
    heard = np.concatenate([heard, player.run(5)])
    assert np.array_equal(heard[BLOCK:, 0], counter(np.arange(BLOCK, 10 * BLOCK)).astype("f4"))


def test_a_ring_that_is_given_away_is_read_no_more():
    player = Player()
    source = Source(sine(300), until=10 * BLOCK)
    player.add(source)
    player.run(30)  # its voice has stopped: it is empty, and would read whatever is written next
    player.feed.release(source.buffer, but=1)
    player.run(1)
    assert not player.feed.ended, "the buffer's own generation keeps it"
    player.feed.release(source.buffer, but=2)
    player.run(1)
    assert player.feed.ended == [1]
    before = source.buffer.consumed
    source.until = None
    player.run(5)
    assert source.buffer.consumed == before


def test_a_longer_fade_does_not_hold_up_what_is_leaving_already():
    player = Player()
    player.add(Source(sine(300)))
    player.run(4)
    player.feed.fade_out(4 * BLOCK)
    player.run(1)
    player.feed.fade_out(100 * BLOCK)
    player.run(3)
    assert player.feed.ended == [1]
