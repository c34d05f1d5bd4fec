"""A small SampleRNN of random weights for tests: it makes noise, or says one thing for ever."""

from pathlib import Path

import numpy as np

from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig


def write_samplernn(
    folder: Path,
    name: str = "tiny",
    seed: int = 0,
    sample_rate: int = 16_000,
    says: int | None = None,
    sure: float = 30.0,
    sharp: float = 1.0,
    rms: float = 0.25,
    held_out_bits: float = 8.0,
    lufs: float | None = None,
    **make: object,
) -> Path:
    """A model file; `says`: the level that it finds likelier than others by a factor of exp(sure).

    sharp: how much more what comes next depends on what was before.
    """
    config = SampleRNNConfig(
        **{"dim": 16, "frame_sizes": (4, 4), "embedding": 16, "quantiser": "linear", **make}  # type: ignore[arg-type]
    )
    rng = np.random.default_rng(seed)
    tensors = {
        key: (0.3 * rng.standard_normal(shape)).astype(np.float32)
        for key, shape in config.shapes().items()
    }
    tensors["sample.output.weight"] *= np.float32(sharp)
    if says is not None:
        tensors["sample.output.weight"][:] *= 0.1
        tensors["sample.output.bias"][says] = sure
    path = folder / name / f"{name}.safetensors"
    facts = {"rms": rms, "held_out_bits": held_out_bits}
    if lufs is not None:
        facts["lufs"] = lufs
    write_model(path, tensors, ModelMeta(KIND, config.json(), sample_rate, facts=facts))
    return path
