"""When a frame is computed, from blocks that come unevenly."""

import random

import pytest

from livecode.sending.heard_clock import HeardClock

SR, BLOCK = 48_000, 256


def blocks(seconds: float, rate: float = SR, late_s: float = 0.0, seed: int = 1, first: int = 0):
    """Yield (frame, ns) of blocks, most of them a little late, and one in twenty very late."""
    chance = random.Random(seed)
    for frame in range(first, first + int(seconds * rate), BLOCK):
        late = late_s * (0.05 + 0.2 * chance.random() + 4 * (chance.random() < 0.05))
        yield frame, round((5.0 + frame / rate + late) * 1e9)


def test_even_blocks_give_the_time_of_every_frame_exactly() -> None:
    clock = HeardClock(SR)
    for frame, ns in blocks(3):
        clock.hear(frame, ns)
    for frame in (0.0, 777.0, 3.5 * SR):
        assert clock.ns_of(frame) == pytest.approx((5.0 + frame / SR) * 1e9, abs=2)
        assert clock.frame_at(clock.ns_of(frame)) == pytest.approx(frame, abs=1e-3)


def test_blocks_that_are_late_move_the_time_of_a_frame_by_less_than_a_sample() -> None:
    clock = HeardClock(SR)
    times = []
    for frame, ns in blocks(30, late_s=0.001):
        clock.hear(frame, ns)
        times.append(clock.ns_of(frame + SR // 4) - (5.0 + (frame + SR // 4) / SR) * 1e9)
    settled = times[len(times) // 5 :]
    assert max(settled) - min(settled) < 1e9 / SR
    assert max(settled) < 0.0003e9


def test_a_card_that_runs_at_another_rate_than_it_says_is_followed() -> None:
    clock, rate = HeardClock(SR), SR * (1 + 80e-6)
    for frame, ns in blocks(40, rate, late_s=0.0005):
        clock.hear(frame, ns)
    ahead = 40.5 * SR
    assert clock.ns_of(ahead) == pytest.approx((5.0 + ahead / rate) * 1e9, abs=0.0002e9)


@pytest.mark.parametrize("jump_s", [-0.05, 0.5])
def test_after_a_jump_of_the_frames_the_clock_has_it_within_a_second(jump_s: float) -> None:
    """The machine was asleep, or another engine has come."""
    clock = HeardClock(SR)
    for frame, ns in blocks(10):
        clock.hear(frame, ns)
    for frame, ns in blocks(1, first=10 * SR):
        clock.hear(frame, ns + round(jump_s * 1e9))
    assert clock.ns_of(11.0 * SR) == pytest.approx((16.0 + jump_s) * 1e9, abs=1e5)


def test_before_the_first_block_it_knows_nothing() -> None:
    assert HeardClock(SR).ns_of(100) == HeardClock(SR).frame_at(100) == 0.0
