"""Small SampleRNNs with random weights, in files, for whoever makes takes of them."""

from pathlib import Path

import numpy as np
import pytest

from livecode.neural.files import ModelMeta, write_model
from livecode.neural.samplernn_config import SampleRNNConfig

RATE = 8000


def random_tensors(config: SampleRNNConfig, seed: int = 3) -> dict[str, np.ndarray]:
    """Weights that give noise of some colour, none of them zero."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) * 1.5 / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in config.shapes().items()
    }


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file: dim 16, three tiers, 256 levels, 8 kHz."""
    config = SampleRNNConfig(dim=16, frame_sizes=(4, 2), embedding=8)
    path = tmp_path_factory.mktemp("models") / "small.safetensors"
    meta = ModelMeta("samplernn", config.json(), RATE, data="none", licence="CC0-1.0")
    write_model(path, random_tensors(config), meta)
    return path
