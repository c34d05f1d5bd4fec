"""Lengths of time as values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.language.units import Span, bars, beats, is_number, ms, s, span

SECONDS = st.floats(-1e6, 1e6, allow_nan=False)
TEMPI = st.floats(20, 400)


def test_seconds_stay_and_beats_follow_the_tempo():
    assert (50 * ms).at(120) == (50 * ms).at(60) == pytest.approx(0.05)
    assert (2 * bars).at(120) == pytest.approx(4.0)
    assert (2 * bars).at(60) == pytest.approx(8.0)


@given(SECONDS, SECONDS, TEMPI)
def test_lengths_add_up_at_every_tempo(a: float, b: float, bpm: float):
    both = a * s + b * beats
    assert both.at(bpm) == pytest.approx((a * s).at(bpm) + (b * beats).at(bpm))
    assert (both - b * beats).at(bpm) == pytest.approx(a, abs=1e-6)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (50 * ms, "50*ms"),
        (2 * s, "2*s"),
        (bars, "1*bars"),
        (beats / 2, "0.5*beats"),
        (1 * beats + 1, "1*beats + 1*s"),
        (span(0), "0*s"),
        (np.float32(2) * s, "2*s"),
        (s * np.int64(3), "3*s"),
    ],
)
def test_a_length_is_shown_as_it_is_typed(length: Span, shown: str):
    assert repr(length) == shown
    assert eval(shown, {"ms": ms, "s": s, "beats": beats, "bars": bars}) == length


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ms * s, "multiplied by a number"),
        (lambda: 2 * s * "a", "multiplied by a number"),
        (lambda: s / 0, "divided by a number"),
        (lambda: bars / beats, "divided by a number"),
        (lambda: float("nan") * s, "finite number"),
        (lambda: span(float("inf")), "finite number"),
        (lambda: span("2 s"), "write it like 50\\*ms"),
        (lambda: span(True), "write it like 50\\*ms"),
    ],
)
def test_what_is_no_length_is_refused_with_a_sentence(wrong, says: str):
    with pytest.raises(LivecodeError, match=says):
        wrong()


def test_numbers_are_plain_ones_and_numpy_s_but_not_truth_values():
    assert all(map(is_number, (1, 0.5, np.float32(1), np.int64(1))))
    assert not any(map(is_number, (True, "1", None, np.ones(1), 1j)))
