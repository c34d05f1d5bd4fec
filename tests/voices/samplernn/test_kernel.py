"""The kernel draws what the model says: against plain numpy and torch, for every make of model."""

import numpy as np
import pytest

from livecode.neural.samplernn.model import SampleRNN
from livecode.voices.samplernn import Sampler
from livecode.voices.samplernn.divergence import divergence_bits
from livecode.voices.samplernn.processor import PLAIN, available_dots
from livecode.voices.samplernn.sampler import WIDE
from tests.voices.samplernn.models import SHAPES, chords, model
from tests.voices.samplernn.reference import Reference

CLOSE = 1e-4
WEIGHTS = ["float32"] if available_dots() == [PLAIN] else ["float32", "int8"]


@pytest.mark.parametrize("shape", SHAPES)
def test_float32_gives_the_log_probabilities_of_the_reference(shape: str):
    config, tensors = model(**SHAPES[shape])
    count = 60 if config.levels > 1000 else 150
    codes = chords(config, config.lookback + count)
    expected = Reference(config, tensors).log_probs(codes)
    assert expected.shape == (count, config.levels)
    heard = Sampler(config, tensors, weights="float32").log_probs(codes)
    assert np.abs(heard - expected).max() < CLOSE


@pytest.mark.parametrize("shape", ["as published", "odd sizes"])
def test_without_a_table_the_embedding_is_convolved_to_the_same_sum(shape: str):
    config, tensors = model(**SHAPES[shape])
    codes = chords(config, 200)
    expected = Reference(config, tensors).log_probs(codes)
    heard = Sampler(config, tensors, weights="float32", table_bytes=0).log_probs(codes)
    assert np.abs(heard - expected).max() < CLOSE


def test_float32_stays_with_torch_for_ten_thousand_samples():
    torch = pytest.importorskip("torch")
    from livecode.bench.samplernn_plain import PlainLoop

    torch.set_num_threads(1)
    config, tensors = model(dim=64)
    codes = chords(config, 10_000 + config.lookback)
    expected = PlainLoop(config, tensors).log_probs(codes)
    heard = Sampler(config, tensors, weights="float32").log_probs(codes)
    assert np.abs(heard - expected).max() < CLOSE


@pytest.mark.skipif(len(WEIGHTS) == 1, reason="no int8 products on this processor")
@pytest.mark.parametrize("shape", SHAPES)
def test_int8_weights_say_nearly_the_same(shape: str):
    config, tensors = model(**{"dim": 128, **SHAPES[shape]})
    codes = chords(config, config.lookback + (60 if config.levels > 1000 else 1000))
    exact = Sampler(config, tensors, weights="float32").log_probs(codes)
    small = Sampler(config, tensors, weights="int8")
    assert small.bits == 8
    assert 0 < divergence_bits(exact, small.log_probs(codes)) <= 0.004


@pytest.mark.slow
@pytest.mark.skipif(len(WEIGHTS) == 1, reason="no int8 products on this processor")
def test_wide_models_have_tiers_of_5_bits_only_where_that_says_nearly_the_same():
    config, tensors = model(dim=WIDE, frame_sizes=(4, 2))
    tensors["tiers.0.up.weight"] *= 0.5
    codes = chords(config, 500)
    exact = Sampler(config, tensors, weights="float32")
    small = Sampler(config, tensors, weights="int8")
    assert small.bits == 5
    assert 0 < divergence_bits(exact.log_probs(codes), small.log_probs(codes)) <= 0.01
    tensors["tiers.0.up.weight"][:, :, 0] *= (
        40  # one that is far out leaves no steps for the others
    )
    assert Sampler(config, tensors, weights="int8").bits == 8


def uniform_if_drawn_right(
    log_probs: np.ndarray, codes: np.ndarray, temperatures: np.ndarray, seed: int
) -> np.ndarray:
    """Numbers (n,) that are uniform if the codes follow their probabilities (Smith 1985)."""
    tempered = np.exp(log_probs.astype(np.float64) / temperatures[:, None])
    cumulated = np.cumsum(tempered / tempered.sum(axis=1, keepdims=True), axis=1)
    rows = np.arange(len(codes))
    above = cumulated[rows, codes]
    below = np.where(codes > 0, cumulated[rows, codes - 1], 0.0)
    return below + (above - below) * np.random.default_rng(seed).random(len(codes))


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3, "changing"])
def test_what_is_drawn_follows_the_probabilities(weights, temperature):
    config, tensors = model()
    sampler = Sampler(config, tensors, weights=weights, seeds=[3])
    count, bins = 20_000, 50
    if temperature == "changing":  # from sample to sample
        temperatures = np.tile(np.float32([0.5, 1.0, 1.3, 0.8]), count // 4)
    else:
        temperatures = np.full(count, temperature, np.float32)
    codes = sampler.step_block(temperatures[None]).codes[0]
    heard = np.concatenate([np.full(config.lookback, config.silence), codes])
    uniform = uniform_if_drawn_right(sampler.log_probs(heard), codes, temperatures, seed=4)
    found = np.histogram(uniform, bins, (0, 1))[0]
    chi_square = np.square(found - count / bins).sum() / (count / bins)
    # 99.9 % of chi-square with 49 degrees of freedom lies below
    assert chi_square < 85.4
    wrong = uniform_if_drawn_right(sampler.log_probs(heard), codes, temperatures * 1.2, seed=4)
    found = np.histogram(wrong, bins, (0, 1))[0]
    assert np.square(found - count / bins).sum() / (count / bins) > 85.4, "the test is blunt"


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("temperature", [0.5, 1.5])
def test_what_is_unlikely_is_never_drawn_and_the_rest_as_its_plain_reference_says(
    weights, temperature
):
    config, tensors = model()
    sampler = Sampler(config, tensors, weights=weights, seeds=[3])
    least = 0.3
    hot = np.full((1, 4000), temperature, np.float32)
    codes = sampler.step_block(hot, unlikely=least).codes[0]
    look = config.lookback
    said = sampler.log_probs(np.concatenate([np.full(look, config.silence), codes]))
    below = said[np.arange(len(codes)), codes] - said.max(axis=1)
    assert (below >= np.log(least) - 1e-3).all()
    free = sampler.step_block(hot).codes[0]
    assert len(np.unique(free)) > len(np.unique(codes)), "the test is blunt"
    plain = SampleRNN("tiny", 16_000, config, tensors)
    taken = plain.quantise(plain.generate(0.05, temperature, seed=1, unlikely=least))
    said = plain.log_probs(np.concatenate([np.full(look, config.silence), taken]))
    below = said[np.arange(len(taken)), taken] - said.max(axis=1)
    assert (below >= np.log(least) - 1e-3).all()


def test_sixteen_bits_are_drawn_from_all_levels():
    config, tensors = model(**SHAPES["sixteen bits"])
    tensors["sample.output.weight"][:] = 0
    tensors["sample.output.bias"][:] = 0
    codes = Sampler(config, tensors, weights="float32").step_block(np.ones((1, 4000))).codes[0]
    found = np.histogram(codes, 20, (0, 65_536))[0]
    assert np.square(found - 200).sum() / 200 < 43.8  # 99.9 % of chi-square, 19 degrees
    assert codes.max() > 65_000
    assert len(np.unique(codes % 16)) == 16
