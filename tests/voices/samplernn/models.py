"""Models and audio for the tests of the sampling kernel."""

import numpy as np

from livecode.bench.samplernn import plausible_tensors
from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.neural.samplernn.quantise import quantised

SHAPES = {
    "as published": {"frame_sizes": (16, 4)},
    "one tier": {"frame_sizes": (4,)},
    "three tiers": {"frame_sizes": (2, 3, 2)},
    "two layers": {"frame_sizes": (4, 2), "layers": 2},
    "three layers, summed": {"frame_sizes": (4, 2), "layers": 3, "skip": True},
    "lstm": {"frame_sizes": (4, 4), "cell": "lstm"},
    "two layers of lstm, summed": {"frame_sizes": (4,), "cell": "lstm", "layers": 2, "skip": True},
    "three-layer sample tier": {"frame_sizes": (8, 2), "sample_tier": "three-layer"},
    "odd sizes": {"frame_sizes": (3, 5), "dim": 37, "levels": 301, "embedding": 5},
    "wide enough for whole panels": {"frame_sizes": (4, 2), "dim": 256},
    "sixteen bits": {"frame_sizes": (2, 2), "dim": 12, "levels": 65_536, "embedding": 3},
}


def model(dim: int = 32, **changes) -> tuple[SampleRNNConfig, Tensors]:
    """A random model that behaves as a trained one does."""
    config = SampleRNNConfig(**{"dim": dim, "frame_sizes": (16, 4), "embedding": 32, **changes})
    return config, plausible_tensors(config, seed=1)


def chords(config: SampleRNNConfig, count: int) -> np.ndarray:
    """Codes (count,) of chords that fade, with a little noise, as 16 kHz audio has them."""
    t = np.arange(count) / 16_000
    rng = np.random.default_rng(2)
    audio = 0.003 * rng.standard_normal(count)
    for begin in np.arange(0, t[-1], 0.25):
        at = np.maximum(t - begin, 0)
        for freq_hz in 110 * 2 ** (rng.integers(0, 36, 3) / 12):
            audio += 0.15 * np.exp(-6 * at) * (t >= begin) * np.sin(2 * np.pi * freq_hz * at)
    return quantised(audio.clip(-1, 1).astype(np.float32), config.levels, config.quantiser)
