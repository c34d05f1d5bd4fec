"""Holds the strokes and valleys of a full-band stream to what its outlines tell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

#: Residuals are measured in takes of so many seconds, one from each moment, every so many samples.
TAKE_S, BLOCK = 6.0, 256


def follow(path: Path, firmly: float, take_s: float = TAKE_S) -> NDArray[np.float64]:
    """Write into a model's file how firmly its residuals are held to their outline, and to what size.

    firmly: a power, 0 to 1 (`FullbandConfig.follows`). Held to what the predictor is solved for, a stream
    would lose its balance, since true residuals are smaller than that where a stroke is shorter than a
    frame of the outline. So they are held to the size that the model draws in the mean of its takes.

    Returns that size, (subbands,), as a share of what is solved for. Raises LivecodeError for a model of
    levels, which has no outline.
    """
    if not isinstance(Loaded(path).sampler, FullbandSampler):
        raise LivecodeError(f"{path.name} draws levels: only a full-band model follows an outline")
    meta, tensors = read_model(path)[0], stored_tensors(path)
    config = dict(meta.config) | {"follows": 0.0}
    config.pop("followed", None)
    write_model(path, tensors, replace(meta, config=config))
    sizes = residual_sizes(Loaded(path), take_s)
    config |= {"follows": firmly, "followed": [round(float(size), 3) for size in sizes]}
    write_model(path, tensors, replace(meta, config=config))
    return sizes


def residual_sizes(loaded: Loaded, take_s: float) -> NDArray[np.float64]:
    """How large the residuals of a stream are in the geometric mean, (subbands,), of what is solved for."""
    logs = []
    for seed in range(int(loaded.meta.facts["moments"])):
        drawing = loaded.drawing(seed)
        drawing.begin(seed)
        assert isinstance(drawing.sampler, FullbandSampler)
        for _ in range(round(take_s * loaded.meta.sample_rate / BLOCK)):
            drawing.next(np.ones(BLOCK, np.float32), Held(), False)
            logs.append(np.log(drawing.sampler.residual_sizes(0)))
    return np.asarray(np.exp(np.mean(logs, axis=0)), np.float64)
