"""Chance in patterns: the same when it is asked again, in the share that was said."""

import subprocess
import sys
from typing import Any

import pytest

from livecode import pattern
from livecode.language.patterns.pattern import Pattern


def values(made: Pattern) -> list[Any]:
    return [event.value for event in made.events()]


def test_chance_is_a_function_of_seed_and_time() -> None:
    made = pattern("hh*16? | sn*8").degrade().shuffle(4).sometimes(pattern.ply(2)).choose("a", "b")
    late_first = [made.events(bar, bar + 1) for bar in (7, 3, 0)]
    assert late_first[::-1] == [made.events(bar, bar + 1) for bar in (0, 3, 7)]
    program = (
        "from livecode import pattern; made = pattern('hh*16? | sn*8').degrade().shuffle(4)"
        ".sometimes(pattern.ply(2)).choose('a', 'b'); print(made.events(0, 8))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == str(made.events(0, 8))


def test_another_seed_is_other_luck() -> None:
    made = pattern("hh*16").degrade()
    assert made.seed(1).events(0, 4) != made.events(0, 4) != made.seed(2).events(0, 4)
    assert made.seed(1).events(0, 4) == made.seed(1).events(0, 4)
    assert made.events(0, 4, seed=5) != made.events(0, 4)


@pytest.mark.parametrize(
    ("made", "share"),
    [
        (lambda: pattern("0*64?"), 0.5),
        (lambda: pattern("0*64?0.2"), 0.8),
        (lambda: pattern("0*64").degrade(), 0.5),
        (lambda: pattern("0*64").degrade_by(0.1), 0.9),
        (lambda: pattern("0*64").degrade().degrade(), 0.25),
        (lambda: pattern("0*64").sometimes(pattern.fast(0)), 0.5),
        (lambda: pattern("0*64").often(pattern.fast(0)), 0.25),
        (lambda: pattern("0*64").rarely(pattern.fast(0)), 0.75),
        (lambda: pattern("0*64").sometimes_by(0.9, pattern.fast(0)), 0.1),
        (lambda: pattern("[0 | ~]*64"), 0.5),
    ],
)
def test_chance_keeps_that_share(made: Any, share: float) -> None:
    count = len(made().events(0, 32))
    assert count == pytest.approx(32 * 64 * share, abs=4 * (32 * 64 * share * (1 - share)) ** 0.5)


def test_what_is_done_sometimes_is_done_to_events_that_are_then_not_as_they_were() -> None:
    made = pattern("0*16").sometimes(pattern.add(1))
    assert [event.begin * 16 for event in made.events()] == list(range(16))
    assert set(values(made)) == {0, 1}


def in_64_bars(made: Pattern) -> set[tuple[Any, ...]]:
    return {tuple(event.value for event in made.events(i, i + 1)) for i in range(64)}


def test_shuffle_plays_each_slice_once_and_scramble_draws_them() -> None:
    orders = {
        tuple(e.value for e in pattern("0 1 2 3").shuffle(4).events(i, i + 1)) for i in range(64)
    }
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders)
    assert len(orders) > 12
    drawn = {
        tuple(e.value for e in pattern("0 1 2 3").scramble(4).events(i, i + 1)) for i in range(64)
    }
    assert any(len(set(order)) < 4 for order in drawn)


def test_choose_draws_a_value_for_each_event_at_its_time() -> None:
    made = pattern("x*8").choose("bd", "<cp sn>")
    assert set(values(made)) == {"bd", "cp"}
    assert {event.value for event in made.events(1, 2)} == {"bd", "sn"}
