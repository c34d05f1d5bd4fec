"""Curves: their shapes at known times, in seconds and in beats, and what they refuse."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language.curves import env, hold, noise, ramp, saw, sine, square, steps, tri
from livecode.language.units import bars, beats, ms, s
from livecode.language.values import Moment, Value

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
LENGTHS = st.floats(0.001, 1e6)
TIMES = st.lists(st.floats(0, 1e7), min_size=1, max_size=20).map(sorted)


def moment(t: float, bpm: float = 120.0, **signals: Any) -> Moment:
    """A point in time of a performance that has always gone at that tempo."""
    return Moment(t, t * bpm / 60, {"tempo": bpm, **signals}, lambda value: value.function())


def played(value: Value, times: list[float], bpm: float = 120.0) -> list[float]:
    """The value at times since it began; it began at second 7."""
    value.sample(moment(7.0, bpm))
    return [value.sample(moment(7.0 + t, bpm)) for t in times]


@pytest.mark.parametrize(
    ("curve", "shape"),
    [
        (lambda: ramp(1, 3, over=4 * s), {0: 1, 1: 1.5, 4: 3, 100: 3}),
        (lambda: ramp(0, 1, 0, over=2 * s), {0.5: 0.5, 1: 1, 1.5: 0.5, 2: 0, 9: 0}),
        (lambda: sine(-1, 1, period=4 * s), {0: 0, 1: 1, 2: 0, 3: -1, 4: 0, 401: 1}),
        (lambda: tri(0, 2, period=4 * s), {0: 0, 1: 1, 2: 2, 3: 1, 4: 0}),
        (lambda: saw(0, 2, period=4 * s), {0: 0, 1: 0.5, 3: 1.5, 4: 0}),
        (lambda: saw(1, 0, period=4 * s), {0: 1, 1: 0.75, 3: 0.25}),
        (lambda: square(0, 1, period=4 * s), {0: 1, 1.9: 1, 2.1: 0, 3.9: 0, 4.1: 1}),
        (lambda: square(0, 1, period=4 * s, width=0.25), {0.9: 1, 1.1: 0}),
        (lambda: steps(5, 6, 7, every=1 * s), {0: 5, 0.9: 5, 1: 6, 2.5: 7, 3: 5, 301: 6}),
        (lambda: env(1 * s, 2 * s), {0: 0, 0.5: 0.5, 1: 1, 2: 0.5, 3: 0, 50: 0}),
        (lambda: env(1 * s, 1 * s, level=4, sustain=2 * s), {0.5: 2, 1: 4, 3: 4, 3.5: 2, 4: 0}),
        (lambda: env(0, 1 * s, every=4 * s), {0.5: 0.5, 2: 0, 4.5: 0.5, 8.25: 0.75}),
        (
            lambda: hold(saw(0, 8, period=8 * s), every=2 * s),
            {0: 0, 1.9: 0, 2: 2, 3: 2, 4: 4, 5: 4},
        ),
    ],
)
def test_a_curve_has_its_shape(curve: Callable[[], Value], shape: dict[float, float]):
    assert played(curve(), list(shape)) == pytest.approx(list(shape.values()), abs=1e-6)


@pytest.mark.parametrize("bpm", [60.0, 90.0, 240.0])
@pytest.mark.parametrize(
    "curve",
    [
        lambda length: ramp(0, 1, over=4 * length),
        lambda length: sine(period=4 * length),
        lambda length: tri(period=4 * length),
        lambda length: saw(period=4 * length),
        lambda length: square(period=4 * length),
        lambda length: steps(1, 2, 3, every=length),
        lambda length: noise(every=length),
        lambda length: env(1 * length, 2 * length, every=4 * length),
        lambda length: hold(saw(period=8 * length), every=length),
    ],
)
def test_in_beats_every_curve_follows_the_tempo(curve, bpm: float):
    beat_s = 60 / bpm
    places = [0.1, 0.4, 1.3, 2.2, 3.7, 9.1]
    in_beats = played(curve(beats), [place * beat_s for place in places], bpm)
    assert in_beats == pytest.approx(played(curve(s), places), abs=1e-6)


def test_a_curve_in_beats_goes_on_smoothly_when_the_tempo_changes(session: Session):
    session.eval("x = ramp(0, 8, over=8*beats)\nr7 = stream(level=x)")
    session.advance(1.0)
    session.eval("tempo(60)")
    session.advance(1.0)
    level = session.get("r7").player.controls["level"].automation.now
    at_120 = session.performance.tempo.horizon / 48000  # voices have been told of these seconds
    told = 2 * (1 + at_120) + (1 - at_120)
    assert level == pytest.approx(told, abs=0.01), "two beats at 120 and one at 60"


def test_noise_stays_between_its_bounds_wanders_and_can_be_had_again():
    times = list(np.arange(0, 200, 0.05))
    first = played(noise(2, 3, every=1 * s, seed=4), times)
    assert min(first) >= 2
    assert max(first) <= 3
    assert np.std(first) > 0.1
    assert max(abs(np.diff(first))) < 0.1, "smooth"
    assert first == played(noise(2, 3, every=1 * s, seed=4), times)
    assert first != played(noise(2, 3, every=1 * s, seed=5), times)


@pytest.mark.parametrize(
    "curve",
    [
        lambda a, b, length: ramp(a, b, over=length),
        lambda a, b, length: sine(a, b, period=length),
        lambda a, b, length: tri(a, b, period=length),
        lambda a, b, length: saw(a, b, period=length),
        lambda a, b, length: square(a, b, period=length),
        lambda a, b, length: steps(a, b, every=length),
        lambda a, b, length: noise(a, b, every=length),
    ],
)
@given(a=NUMBERS, b=NUMBERS, length=LENGTHS, times=TIMES)
def test_no_curve_ever_leaves_its_bounds(curve, a, b, length, times):
    slack = 1e-6 * max(abs(a), abs(b), 1.0)
    for number in played(curve(a, b, length), times):
        assert min(a, b) - slack <= number <= max(a, b) + slack


@given(up=st.floats(0, 1e3), held=st.floats(0, 1e3), down=st.floats(0.001, 1e3), times=TIMES)
def test_an_envelope_stays_between_0_and_its_level(up, held, down, times):
    assert all(0 <= x <= 1 for x in played(env(up, down, sustain=held), times))


@pytest.mark.parametrize(
    ("curve", "drawn"),
    [
        (lambda: ramp(0, 1, over=8 * s), "▁▁▂▂▂▃▃▃▃▄▄▄▅▅▅▆▆▆▆▇▇▇██ 0 … 1"),
        (lambda: steps(1, 2, every=2 * s), "▁▁▁▁▁▁▁▁▁▁▁▁███████████▁ 1 … 2"),
        (lambda: 3 * ramp(0, 1, over=8 * s) + 1, "▁▁▂▂▂▃▃▃▃▄▄▄▅▅▅▆▆▆▆▇▇▇██ 1 … 4"),
        (lambda: ramp(2, 2, over=8 * s), "▁" * 24 + " 2 … 2"),
        (lambda: sine(0, 1, period=1 * s).lag(1 * s), ""),
    ],
)
def test_a_curve_is_drawn_as_a_sparkline(curve, drawn: str):
    assert curve().sparkline() == drawn


def test_a_curve_shows_itself_by_name_definition_and_shape(session: Session):
    shown = session.eval("swell = ramp(0.875, 1.15, over=45*s)\nswell").value
    assert shown.startswith("swell = ramp(0.875, 1.15, over=45*s) ▁▁▂")
    assert shown.endswith("█ 0.875 … 1.15")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ramp(1, over=2 * s), "two numbers or more"),
        (lambda: ramp(0, "a", over=2 * s), "takes numbers, not 'a'"),
        (lambda: ramp(0, math.nan, over=2 * s), "takes numbers, not nan"),
        (lambda: ramp(0, sine(), over=2 * s), "takes numbers"),
        (lambda: ramp(0, 1, over=0), "1\\*ms or longer, not 0\\*s"),
        (lambda: sine(period=-1 * bars), "1\\*ms or longer"),
        (lambda: sine(0, 1, period="2"), "not a length of time"),
        (lambda: sine(0, 1, period=1 * s + 1 * beats), "mixes seconds and beats"),
        (lambda: steps(every=1 * s), "steps takes numbers"),
        (lambda: square(width="a"), "square takes numbers"),
        (lambda: noise(seed=-1), "whole number from 0 up"),
        (lambda: noise(seed=0.5), "whole number from 0 up"),
        (lambda: env(-1 * s, 3 * s), "env takes some time"),
        (lambda: env(0, 0), "env takes some time"),
        (lambda: hold("a"), "neither a number, a curve"),
        (lambda: hold(1.0, every=0), "1\\*ms or longer"),
        (lambda: sine(True, 1), "takes numbers, not True"),
    ],
)
def test_what_is_no_curve_is_refused_with_a_sentence(wrong, says: str):
    with pytest.raises(LivecodeError, match=says):
        wrong()


def test_a_curve_begins_when_its_block_is_evaluated_not_when_its_agent_next_steps(session: Session):
    session.advance(1.0)
    session.eval("ego = agent(space('additive'), every=1*s, reward=ramp(0, 1, over=2*s))")
    session.advance(0.5)
    session.eval("up = ramp(0, 1, over=1*s)\nego.level = up")
    session.advance(0.5)
    level = session.get("ego").player.controls["level"].automation.now
    assert level == pytest.approx(0.5, abs=2 * 256 / 48000)


def test_the_shortest_curve_there_is_can_be_played(session: Session):
    session.eval("ego = agent(space('additive'))\nego.level = square(0.5, 1, period=1*ms)")
    assert np.isfinite(session.advance(0.5)).all()
    assert session.eval("ego.level = tri(0.5, 1, period=0.5*ms)").error is not None
    assert ms.at(120) == 0.001
