"""The shipped space `additive`: the promises of its card, measured."""

import numpy as np
import pytest

from livecode.neural.load import load_model
from livecode.neural.model_file import find_model, read_model
from livecode.neural.spaces.axes import audible_change
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.figures import (
    axis_steps,
    distance_db,
    pca_reconstructed,
    reconstructed,
    step_ratios,
)
from livecode.neural.spaces.training.frames import AdditiveFrames
from livecode.neural.spaces.training.synthetic import FACTORS, synthesise, tones_of

UNSEEN_SEED = 1234


@pytest.fixture(scope="module")
def additive() -> LatentSpace:
    return load_model("additive")


def _positions(n: int) -> np.ndarray:
    return np.random.default_rng(UNSEEN_SEED).random((n, 8))


def test_it_is_small_and_says_where_it_is_from() -> None:
    path = find_model("additive")
    meta, _ = read_model(path, "space")
    assert path.stat().st_size < 8e6
    assert meta.licence == "Apache-2.0"
    assert "synthetic" in meta.data
    assert "--synthetic additive" in meta.command
    assert path.with_name("README.md").exists()


@pytest.mark.slow
def test_it_reconstructs_unseen_tones_better_than_eight_principal_components(
    additive: LatentSpace,
) -> None:
    frames = AdditiveFrames(8, 44100, 2048, UNSEEN_SEED)
    held_out = frames.held_out().levels[:100]
    train = frames.draw(4096, np.random.default_rng(UNSEEN_SEED)).levels
    pca_db = distance_db(pca_reconstructed(train, held_out, 8), held_out)
    assert distance_db(reconstructed(additive, held_out), held_out) < 0.5 * pca_db
    assert distance_db(reconstructed(additive, held_out, search=0), held_out) < 0.8 * pca_db


def test_any_number_of_its_axes_is_nearer_than_as_many_principal_components() -> None:
    rows = read_model(find_model("additive"))[0].facts["figures"]["by_dimensions"]
    assert [row["dimensions"] for row in rows] == [1, 2, 4, 8, 16]
    assert all(row["space_db"] < row["pca_db"] for row in rows)


def test_every_point_sounds_as_distinct_partials(additive: LatentSpace) -> None:
    mags = additive.decode(additive.place(_positions(300)))
    inner = mags[:, 2:-2]
    peak = (inner > mags[:, 1:-3]) & (inner >= mags[:, 3:-1])
    peak &= inner > 0.01 * mags.max(1, keepdims=True)
    near = np.zeros_like(mags, bool)
    for offset in range(-2, 3):
        near[:, 2 + offset : additive.bins - 2 + offset] |= peak
    assert np.square(mags * near).sum() > 0.98 * np.square(mags).sum()
    assert 1 <= np.median(peak.sum(1)) <= 24


def _lowest_partial_hz(space: LatentSpace, mags: np.ndarray) -> np.ndarray:
    """Return the frequency of the first peak within 20 dB of the highest, of magnitudes (n, bins)."""
    peak = (mags[:, 1:-1] > mags[:, :-2]) & (mags[:, 1:-1] >= mags[:, 2:])
    peak &= mags[:, 1:-1] > 0.1 * mags.max(1, keepdims=True)
    return space.frequencies_hz[1 + peak.argmax(1)]


def test_the_strongest_axis_is_pitch_over_more_than_four_octaves(additive: LatentSpace) -> None:
    assert additive.axis_names[:2] == ("pitch", "partials")
    mags = additive.decode(additive.place(np.linspace(0, 1, 9)[:, None]))
    pitch_hz = _lowest_partial_hz(additive, mags)
    assert (np.diff(pitch_hz) > 0).all()
    assert pitch_hz[-1] / pitch_hz[0] > 16


def test_every_axis_is_audible_in_nearly_even_steps(additive: LatentSpace) -> None:
    quarters = axis_steps(additive, 4, np.random.default_rng(UNSEEN_SEED))
    assert quarters.min() > 0.004  # a third of a decibel in every half critical band
    steps = axis_steps(additive, 20, np.random.default_rng(UNSEEN_SEED))
    assert step_ratios(steps).max() < 3


def test_the_corners_of_the_two_strongest_axes_are_far_apart(additive: LatentSpace) -> None:
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    change = audible_change(additive, additive.decode(additive.place(corners)))
    assert change.min() > 0.05  # 4 dB in every half critical band


def test_a_played_tone_is_found_at_its_pitch(additive: LatentSpace) -> None:
    for pitch in (0.2, 0.5, 0.8):
        factors = np.full((1, len(FACTORS)), 0.5)
        factors[0, FACTORS.index("pitch")] = pitch
        tones = tones_of(factors)
        audio = synthesise(tones, 16384, 44100, np.random.default_rng(0))[0]
        pitch_hz = _lowest_partial_hz(additive, additive.decode(additive.encode(audio)))
        np.testing.assert_allclose(pitch_hz, tones.f0_hz[0], atol=25)  # a bin is 21.5 Hz


def test_a_decoded_point_is_encoded_near_where_it_was(additive: LatentSpace) -> None:
    position = _positions(300)
    back = additive.position(additive.encode_magnitudes(additive.decode(additive.place(position))))
    assert np.median(np.abs(back - position)[:, 0]) < 0.01  # of five octaves
    assert np.median(np.abs(back - position)[:, 1]) < 0.1
