"""What a SampleRNN in training reads in the place of its sound."""

import numpy as np
import pytest
import torch

from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.quantise import dequantised, quantised
from livecode.neural.samplernn.training.disturbance import DOUBLINGS, Disturbance
from livecode.neural.samplernn.training.ranks import Ranks

STREAMS, LENGTH = 2000, 256


def tone(config: SampleRNNConfig, peak: float = 0.1) -> torch.Tensor:
    wave = peak * np.sin(np.arange(LENGTH) / 7, dtype=np.float32)
    return torch.from_numpy(np.tile(quantised(wave, 256, config.quantiser), (STREAMS, 1)))


def read(how: Disturbance, codes: torch.Tensor, config: SampleRNNConfig, ranks: Ranks = Ranks()):
    return how.read(codes, config, torch.Generator().manual_seed(1), ranks)


def test_without_any_the_sound_is_read_as_it_is():
    config = SampleRNNConfig()
    assert read(Disturbance(), tone(config), config) is None


def test_a_quarter_is_clean_half_is_a_little_noisy_and_some_are_drowned():
    config = SampleRNNConfig()
    codes = tone(config)
    off = read(Disturbance(noise=2.5), codes, config)
    spread = (off - codes).float().std(dim=1).numpy()
    assert (spread == 0).mean() > 0.25
    assert np.median(spread) < 2.5
    assert 0.02 < (spread > 20).mean() < 0.08
    assert off.min() >= 0
    assert off.max() <= 255


@pytest.mark.parametrize("quantiser", ["linear", "mu-law"])
def test_the_share_of_streams_whose_level_is_off_and_by_how_much(quantiser):
    config = SampleRNNConfig(quantiser=quantiser)
    codes = tone(config)
    off = read(Disturbance(level=0.3), codes, config)
    level = dequantised(off.numpy(), 256, quantiser).std(axis=1)
    doublings = np.log2(level / dequantised(codes.numpy(), 256, quantiser).std(axis=1))
    changed = (off != codes).any(dim=1).numpy()
    assert 0.26 < changed.mean() < 0.33
    low, high = DOUBLINGS
    assert low - 0.3 < doublings.min() < low + 0.4
    assert high - 0.2 < doublings.max() < high + 0.2
    assert abs(doublings[changed].mean() - (low + high) / 2) < 0.2


def test_processes_that_train_together_read_what_one_would():
    config = SampleRNNConfig()
    codes, how = tone(config), Disturbance(noise=2.5, level=0.3)
    whole = read(how, codes, config)
    halves = [read(how, codes[: STREAMS // 2], config, Ranks(rank, 2)) for rank in range(2)]
    assert torch.equal(torch.cat(halves), whole)
    assert torch.equal(read(how, codes, config), whole), "a function of the step alone"
