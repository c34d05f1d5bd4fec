"""Which names share a delay, as times in seconds are told block by block."""

import numpy as np

from livecode.engine.delay_times import DelayTimes

ONE, TWO = "delay-return", "delay-return-2"


def after(delays: DelayTimes, *blocks: dict[str, float]) -> dict[str, str]:
    of: dict[str, str] = {}
    for times in blocks:
        of = delays.advance(times)
    return of


def test_names_of_one_time_share_a_delay_and_others_have_another() -> None:
    delays = DelayTimes()
    of = delays.advance({"a": 0.375, "b": 0.25, "c": 0.3751})
    assert of == {"a": ONE, "b": TWO, "c": ONE}
    assert delays.times == {ONE: 0.375, TWO: 0.25}


def test_a_delay_goes_along_with_the_tempo_whether_it_ramps_or_jumps() -> None:
    delays = DelayTimes()
    for time_s in (*np.linspace(0.375, 0.5, 1000), 0.4, 0.2):
        of = delays.advance({"a": time_s, "b": time_s + 1e-9})
        assert of == {"a": ONE, "b": ONE}
        assert delays.times == {ONE: time_s}


def test_a_name_with_a_new_time_leaves_the_others_once_it_is_there() -> None:
    delays = DelayTimes()
    delays.advance({"a": 0.375, "b": 0.375})
    assert after(delays, {"a": 0.3, "b": 0.375}) == {"a": ONE, "b": ONE}, "it is on its way"
    assert after(delays, *[{"a": 0.25, "b": 0.375}] * 2) == {"a": TWO, "b": ONE}
    assert delays.times == {ONE: 0.375, TWO: 0.25}
    assert after(delays, *[{"a": 0.375, "b": 0.375}] * 2) == {"a": ONE, "b": ONE}
    assert TWO in delays.times, "it rings on"


def test_delays_that_come_to_have_one_time_become_one() -> None:
    delays = DelayTimes()
    delays.advance({"a": 0.375, "b": 0.25})
    assert after(delays, *[{"a": 0.25, "b": 0.25}] * 2) == {"a": ONE, "b": ONE}


def test_a_name_that_comes_back_finds_the_delay_that_still_rings() -> None:
    delays = DelayTimes()
    delays.advance({"a": 0.375})
    delays.advance({})
    assert delays.advance({"b": 0.375}) == {"b": ONE}
    delays.forget(ONE)
    assert delays.advance({"a": 0.25, "b": 0.375}) == {"a": ONE, "b": TWO}
