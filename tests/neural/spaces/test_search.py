"""The search for the nearest point of a space: better than the guess, and exact where possible."""

import numpy as np
import pytest

from livecode.neural.audio import spectrum
from livecode.neural.spaces.load import load_space
from livecode.neural.spaces.search import nearest
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.synthetic import FACTORS, synthesise, tones_of


@pytest.fixture(scope="module")
def additive() -> LatentSpace:
    return load_space("additive")


def _tones(n: int) -> np.ndarray:
    """Return magnitudes (n, bins) of generated tones."""
    rng = np.random.default_rng(3)
    tones = tones_of(0.2 + 0.6 * rng.random((n, len(FACTORS))))
    return spectrum.magnitudes(synthesise(tones, 2048, 44100, rng))


def _distance_db(space: LatentSpace, mags: np.ndarray, points: np.ndarray) -> np.ndarray:
    weighting = spectrum.k_weighting(space.frequencies_hz)
    return spectrum.log_spectral_distance_db(
        space.decode(points), spectrum.normalised(mags, weighting)
    )


def test_no_frame_comes_out_farther_than_its_guess(additive: LatentSpace) -> None:
    mags = _tones(20)
    guess = additive.encode_magnitudes(mags, search=0)
    found = additive.encode_magnitudes(mags)
    before, after = (_distance_db(additive, mags, points) for points in (guess, found))
    assert (after <= before + 1e-3).all()
    assert after.mean() < 0.8 * before.mean()


def test_a_spectrum_of_the_space_is_found_nearly_exactly(additive: LatentSpace) -> None:
    points = additive.place(0.3 + 0.4 * np.random.default_rng(1).random((10, additive.latent)))
    mags = additive.decode(points)
    found = additive.encode_magnitudes(mags, search=15)
    assert np.median(_distance_db(additive, mags, found)) < 0.5


@pytest.mark.parametrize("semitones", [-7, 5])
def test_a_guess_at_a_wrong_pitch_is_put_right(additive: LatentSpace, semitones: int) -> None:
    axis = additive.axis_names.index("pitch")
    point = additive.place(np.full(1, 0.5))
    mags = additive.decode(point[None])
    wrong = point.copy()
    wrong[axis] += semitones * (additive.high - additive.low)[axis] / 90
    found = nearest(additive, mags, wrong[None], additive.latent, 8)
    cents = 1200 * (additive.log2_f0(found) - additive.log2_f0(point[None]))
    assert abs(cents[0]) < 3


def test_closed_axes_stay_at_rest(additive: LatentSpace) -> None:
    mags = _tones(4)
    found = nearest(additive, mags, additive.guess(mags), 2)
    rest = additive.place(np.zeros(0))
    np.testing.assert_array_equal(found[:, 2:], np.tile(rest[2:], (4, 1)))
    assert (found[:, 0] != rest[0]).all()


def test_silence_and_noise_end_somewhere_in_the_space(additive: LatentSpace) -> None:
    rng = np.random.default_rng(0)
    mags = np.stack([np.zeros(1024), rng.random(1024)]).astype(np.float32)
    found = additive.encode_magnitudes(mags)
    assert np.isfinite(found).all()
    assert ((found >= additive.low) & (found <= additive.high)).all()
