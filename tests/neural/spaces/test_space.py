"""A small space with random weights, at play: conventions, limits and the fast path."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from livecode.neural.audio import spectrum
from livecode.neural.spaces.space import KNOTS, LatentSpace
from livecode.neural.spaces.space_file import space_shapes

SIZES = {"latent": 3, "n_fft": 2048, "hidden": 16, "encoder_hidden": 16}
SERIES = {"partials": 6, "bands": 0}
FREE = {"partials": 0, "bands": 1024}
BOTH = {"partials": 6, "bands": 20}


def _space(shape: dict[str, int], **fixed: Any) -> LatentSpace:
    rng = np.random.default_rng(0)
    config: dict[str, Any] = SIZES | shape
    tensors = {
        name: rng.normal(0, 0.3, size).astype(np.float32)
        for name, size in space_shapes(config).items()
    }
    bend = np.linspace(-1, 1, KNOTS) ** 3
    tensors["axes"] = np.stack([bend, 2 * bend, 3 * bend + 1]).astype(np.float32)
    tensors |= {name.replace("__", "."): np.array(v, np.float32) for name, v in fixed.items()}
    return LatentSpace("small", 44100, config | {"axis_names": ["a", "b", "c"]}, tensors)


@pytest.mark.parametrize("shape", [SERIES, FREE, BOTH])
def test_shapes_follow_those_given(shape: dict[str, int]) -> None:
    space = _space(shape)
    assert space.bins == 1024
    assert space.frequencies_hz.shape == (1024,)
    assert space.decode(np.zeros(3)).shape == (1024,)
    assert space.decode(np.zeros((2, 5, 3))).shape == (2, 5, 1024)
    assert space.decode(np.zeros((0, 3))).shape == (0, 1024)
    assert space.decode(np.zeros(3)).dtype == np.float32
    assert space.encode(np.zeros(44100), search=0).shape == ((44100 - 2048) // 512 + 1, 3)
    assert space.encode(np.zeros(0)).shape == (0, 3)
    assert space.place(np.zeros((4, 2))).shape == (4, 3)


@pytest.mark.parametrize("shape", [SERIES, FREE, BOTH])
@pytest.mark.parametrize("value", [0.0, 1e30, -1e30, np.inf, -np.inf, np.nan])
def test_any_latent_point_is_finite_and_as_loud_as_all_others(
    shape: dict[str, int], value: float
) -> None:
    space = _space(shape)
    mags = space.decode(np.full(3, value, np.float32))
    weighting = spectrum.k_weighting(space.frequencies_hz)
    assert spectrum.loudness(mags, weighting)[0] == pytest.approx(spectrum.LEVEL, rel=1e-3)
    assert np.isfinite(mags).all()
    assert (mags >= 0).all()


def test_what_is_not_a_number_counts_as_the_lower_end() -> None:
    space = _space(SERIES)
    nowhere, lowest = space.decode(np.array([[np.nan] * 3, [-np.inf] * 3]))
    np.testing.assert_array_equal(nowhere, lowest)


def test_a_decoder_without_outputs_still_sounds() -> None:
    silent = _space(FREE, decoder__head__bias=np.full(1024, -1e6))
    assert silent.decode(np.zeros(3)).min() > 0


def test_a_partial_is_drawn_as_its_window_would_show_it() -> None:
    outputs = np.full(8, -14.0)
    outputs[:3] = np.log2(1003.7), 0.0, 0.0  # one partial, between bins, unstretched
    zero = np.zeros((8, 16)), np.zeros((8, 3))
    space = _space(
        SERIES,
        decoder__head__weight=zero[0],
        decoder__skip__weight=zero[1],
        decoder__head__bias=outputs,
    )
    wave = np.cos(2 * np.pi * 1003.7 * np.arange(2048) / 44100).astype(np.float32)
    mags = spectrum.magnitudes(wave)
    real = spectrum.normalised(mags, spectrum.k_weighting(space.frequencies_hz))
    np.testing.assert_allclose(space.decode(np.zeros(3)), real, atol=1e-3)


def test_bins_of_a_sine_are_worth_its_loudness() -> None:
    space = _space(SERIES)
    wave = 0.2 * np.cos(2 * np.pi * 1000 * np.arange(44100) / 44100)
    loud, quiet = (space.encode(level * wave, search=0) for level in (1, 0.001))
    np.testing.assert_allclose(loud, quiet, atol=1e-3)


@pytest.mark.parametrize("shape", [SERIES, FREE, BOTH])
def test_one_frame_is_decoded_without_new_arrays(shape: dict[str, int]) -> None:
    space = _space(shape)
    z, out = np.zeros(3, np.float32), np.empty(1024, np.float32)
    space.decode_into(z, out)
    np.testing.assert_array_equal(out, space.decode(z))
    tracemalloc.start()
    for _ in range(100):
        space.decode_into(z, out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8192  # less than two arrays of bins: numpy's own scratch, given back at once


def test_positions_are_placed_and_found_again() -> None:
    space = _space(SERIES)
    position = np.random.default_rng(1).random((50, 3))
    np.testing.assert_allclose(space.position(space.place(position)), position, atol=1e-5)


def test_axes_that_are_not_given_sit_at_their_median() -> None:
    space = _space(SERIES)
    np.testing.assert_allclose(space.place(np.array([1.0])), [1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(space.place(np.zeros(0)), [0, 0, 1], atol=1e-6)


def test_positions_outside_are_held_at_the_ends() -> None:
    space = _space(SERIES)
    held = space.place(np.array([-7.0, 7.0, np.nan]))
    np.testing.assert_allclose(held, space.place(np.array([0.0, 1.0, 0.5])))
    np.testing.assert_allclose(space.position(np.array([-9.0, 9.0, 1.0])), [0, 1, 0.5])
