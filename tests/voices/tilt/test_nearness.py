"""What a tilt may cost in likelihood, and candidates that differ in temperature."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.candidates import candidates_of
from livecode.voices.tilt.nearness import ALLOWED_BITS, Nearness
from livecode.voices.tilt.particles import ParticleFilter
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn

USUAL_BITS, CHUNK_S, CANDIDATES = 3.0, 0.125, 8


def heard(
    strength: float, usual_bits: float, chunks: int = 1500, alike: float = 0.8
) -> tuple[float, float]:
    """Return the mean score and surprise of what is heard where what scores well surprises, too.

    alike: how far scores correlate with surprise.
    """
    random, filter_, nearness = (
        np.random.default_rng(1),
        ParticleFilter(CANDIDATES, 1, 0),
        Nearness(usual_bits),
    )
    got, bits = [], []
    for _ in range(chunks):
        surprise = random.standard_normal(CANDIDATES)
        apart = np.sqrt(1 - alike**2)
        scores = alike * surprise + apart * random.standard_normal(CANDIDATES)
        sample_bits = USUAL_BITS + 0.5 * surprise
        decided = filter_.score(nearness.worth(2 * strength * scores, sample_bits))
        assert decided.heard is not None
        got.append(scores[decided.heard])
        bits.append(sample_bits[decided.heard])
        nearness.take(bits[-1], CHUNK_S, 1.0, strength)
    return float(np.mean(got)), float(np.mean(bits)) - USUAL_BITS


def test_what_is_heard_surprises_no_more_than_is_allowed_and_scores_as_well_as_that_lets_it() -> (
    None
):
    free, dear = heard(1.0, math.nan)
    held, near = heard(1.0, USUAL_BITS)
    assert dear > 1.4 * ALLOWED_BITS, "without a price it surprises more"
    assert near == pytest.approx(ALLOWED_BITS, abs=0.05)
    assert 0.6 * free < held < free


def test_where_the_reward_is_what_surprises_it_costs_at_once_and_is_heard_none_the_less() -> None:
    score, bits = heard(1.0, USUAL_BITS, chunks=40, alike=1.0)  # the first five seconds
    assert bits < ALLOWED_BITS + 0.1
    assert score > 0.2


def test_a_greater_strength_may_surprise_more_and_a_hotter_stream_is_not_blamed_for_its_heat() -> (
    None
):
    assert heard(2.0, USUAL_BITS)[1] > 1.4 * ALLOWED_BITS
    hot, cold = Nearness(USUAL_BITS), Nearness(USUAL_BITS)
    for _ in range(50):
        hot.take(USUAL_BITS + 0.4, CHUNK_S, 1.2, 1.0)
        cold.take(USUAL_BITS + 0.4, CHUNK_S, 1.0, 1.0)
    assert hot.state().price == 0.0 < cold.state().price


def test_the_price_is_gone_when_what_is_heard_is_usual_again() -> None:
    nearness = Nearness(USUAL_BITS)
    for _ in range(80):
        nearness.take(USUAL_BITS + 1.0, CHUNK_S, 1.0, 1.0)
    assert nearness.state().price > 2.0
    for _ in range(800):
        nearness.take(USUAL_BITS - 0.2, CHUNK_S, 1.0, 1.0)
    assert nearness.state().price == 0.0


@pytest.mark.parametrize("make", [write_samplernn, write_fullband])
def test_a_warm_candidate_surprises_more_and_the_first_is_the_streams_own(
    tmp_path: Path, make: Callable[..., Path]
) -> None:
    loaded = Loaded(make(tmp_path, "any", lufs=-20.0))
    ones, warmth = np.ones(640, np.float32), np.array([1.0, 0.5, 2.0], np.float32)
    plain, warm = (candidates_of(loaded.drawing(1), [0, 5, 5]) for _ in range(2))
    usual = plain.draw(ones, Held(), False)
    drawn = warm.draw(ones, Held(), False, warmth)
    assert (drawn.audio[0] == usual.audio[0]).all()
    assert drawn.surprise[1] < drawn.surprise[2]
