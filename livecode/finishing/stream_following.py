"""Holds the strokes and valleys of a full-band stream to what its outlines tell."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.sampler import FullbandSampler

#: Residuals are measured in takes of so many seconds, one from each moment, every so many samples.
TAKE_S, BLOCK = 6.0, 256


def follow(path: Path, power: float, take_s: float = TAKE_S) -> NDArray[np.float64]:
    """Write into a model's file by which power its residuals follow their outline, and to which size.

    power: 0 to 1 (`FullbandConfig.follows`). A residual that was held to what its predictor is solved for
    would cost a stream its balance: true ones are smaller where a stroke is shorter than a frame of the
    outline. So it is held to the size that the model draws in the mean of its takes, one a moment.

    Returns that size, (subbands,), as a share of what is solved for. The file is written once, at the end.
    Raises LivecodeError for a model of levels, for one without moments, and for another power.
    """
    loaded = Loaded(path)
    if not isinstance(loaded.sampler, FullbandSampler):
        raise LivecodeError(f"{path.name} draws levels: only a full-band model follows an outline")
    if not loaded.meta.facts.get("moments"):
        raise LivecodeError(f"{path.name} has no moments to be heard from: give it some first")
    meta, tensors = read_model(path)[0], stored_tensors(path)
    free = dict(meta.config) | {"follows": 0.0}
    free.pop("followed", None)
    FullbandConfig.from_json(
        free | {"follows": power}
    )  # refuses another power before it is measured
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        write_model(copy, tensors, replace(meta, config=free))
        sizes = mean_sizes(Loaded(copy), take_s)
    found = {"follows": power, "followed": [float(f"{size:.3g}") for size in sizes]}
    config = FullbandConfig.from_json(free | found).json()
    write_model(path, tensors, replace(meta, config=config))
    return sizes


def mean_sizes(loaded: Loaded, take_s: float) -> NDArray[np.float64]:
    """Return the geometric mean of how large residuals are drawn, (subbands,), of what is solved for."""
    logs = []
    for seed in range(int(loaded.meta.facts["moments"])):
        drawing = loaded.drawing(seed)
        drawing.begin(seed)
        assert isinstance(drawing.sampler, FullbandSampler)
        for _ in range(round(take_s * loaded.meta.sample_rate / BLOCK)):
            drawing.next(np.ones(BLOCK, np.float32), Held(), False)
            logs.append(np.log(drawing.sampler.residual_sizes(0)))
    return np.asarray(np.exp(np.mean(logs, axis=0)), np.float64)
