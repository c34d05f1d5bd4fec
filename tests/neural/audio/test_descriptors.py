"""Descriptors of timbre, on spectra whose descriptors are known."""

import numpy as np
import pytest

from livecode.neural.audio.descriptors import DESCRIPTORS, described
from livecode.neural.audio.spectrum import bin_frequencies

FREQ_HZ = bin_frequencies(2048, 44100)


def _one(name: str, mags: np.ndarray) -> float:
    return float(described(name, mags[None].astype(np.float32), FREQ_HZ)[0])


def _sines(*bins: int) -> np.ndarray:
    mags = np.zeros(1024)
    mags[list(bins)] = 0.5
    return mags


def test_the_centroid_of_two_equal_sines_lies_between_them() -> None:
    middle = 0.5 * (FREQ_HZ[50] + FREQ_HZ[150])
    assert _one("centroid", _sines(50, 150)) == pytest.approx(np.log2(middle), abs=1e-3)


def test_their_spread_is_half_their_distance() -> None:
    assert 2 ** _one("spread", _sines(50, 150)) == pytest.approx(50 * FREQ_HZ[0], rel=0.01)


def test_an_even_spectrum_is_flat_and_a_sine_is_not() -> None:
    assert _one("flatness", np.full(1024, 0.1)) == pytest.approx(0, abs=0.01)
    assert _one("flatness", _sines(50)) < -40


def test_a_slope_of_six_decibels_an_octave_is_found() -> None:
    assert _one("slope", 100 / FREQ_HZ) == pytest.approx(-6.02, abs=0.05)


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_silence_has_finite_descriptors_and_loudness_changes_none(name: str) -> None:
    assert np.isfinite(_one(name, np.zeros(1024)))
    mags = 0.2 * np.exp(-np.arange(1024) / 300)
    assert _one(name, mags) == pytest.approx(_one(name, 0.5 * mags), abs=0.01)
