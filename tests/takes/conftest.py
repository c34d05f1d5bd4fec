"""Small SampleRNNs with random weights, in files, for tests that make takes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.samplernn.config import SampleRNNConfig
from livecode.takes.index import Index, Settings, TakeRecord, file_name, write_index

RATE = 8000


def random_tensors(config: SampleRNNConfig, seed: int = 3) -> dict[str, np.ndarray]:
    """Return weights that give coloured noise, none of them zero."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) * 1.5 / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in config.shapes().items()
    }


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model file: dim 16, three tiers, 256 levels, 8 kHz."""
    config = SampleRNNConfig(dim=16, frame_sizes=(4, 2), embedding=8)
    path = tmp_path_factory.mktemp("models") / "small.safetensors"
    meta = ModelMeta("samplernn", config.json(), RATE, data="none", licence="CC0-1.0")
    write_model(path, random_tensors(config), meta)
    return path


def take_folder(folder: Path, takes: int = 10, seconds: float = 0.5) -> Path:
    """Write takes whose likelihoods rise with their numbers; each take is a different tone."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings("small", "0" * 64, "float32", RATE, seconds, "1.0", 0)
    records = []
    t = np.arange(round(seconds * RATE)) / RATE
    for number in range(1, takes + 1):
        audio = 0.3 * np.sin(2 * np.pi * (100 + 50 * number) * t)
        soundfile.write(folder / file_name(number, "", "wav"), audio, RATE, "PCM_16")
        likelihood = -3 + number / 100
        silence, centroid = (number * 7 % 10) / 10, 100.0 + 50 * (number * 3 % 10)
        records.append(TakeRecord(number, len(t), number, "1.0", likelihood, silence, centroid))
    write_index(folder, Index(settings, tuple(records)))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write ten takes."""
    return take_folder(tmp_path / "takes")
