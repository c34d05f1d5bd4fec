"""A small full-band SampleRNN of random weights for tests."""

from pathlib import Path

import numpy as np

from livecode.neural.model_file import ModelMeta, Tensors, write_model
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.config import FullbandConfig

RATE_HZ = 16_000
CONFIG = FullbandConfig(
    dim=16,
    frame_sizes=(4, 4),
    levels=64,
    order=32,
    hop=32,
    outline_hop=256,
    outline_window=1024,
    bands=76,
    stages=2,
    entries=8,
    outline_dim=12,
    outline_layers=2,
)


def fullband_tensors(config: FullbandConfig = CONFIG, seed: int = 0) -> Tensors:
    """Random weights; outlines of about −40 dB in each band."""
    rng = np.random.default_rng(seed)
    tensors = {
        key: (0.3 * rng.standard_normal(shape)).astype(np.float32)
        for key, shape in config.shapes().items()
    }
    tensors["outline.mean"][:] = -40.0
    tensors["outline.scale"][:] = 20.0
    return tensors


def write_fullband(folder: Path, name: str = "wide", seed: int = 0, **facts: float) -> Path:
    """A model file."""
    path = folder / name / f"{name}.safetensors"
    meta = ModelMeta(KIND, CONFIG.json(), RATE_HZ, facts={"rms": 0.1} | facts)
    write_model(path, fullband_tensors(seed=seed), meta)
    return path
