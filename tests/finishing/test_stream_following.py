"""A stream is held to what its outlines tell, at the size that its model draws."""

from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.finishing.stream_following import follow, residual_sizes
from livecode.neural.model_file import read_model
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn


def spread_of_sizes(path: Path) -> float:
    """How far the sizes of residuals are from what is solved for, beyond their mean, in nats."""
    drawing = Loaded(path).drawing(0)
    logs = []
    for _ in range(100):
        drawing.next(np.ones(256, np.float32), Held(), False)
        logs.append(np.log(drawing.sampler.residual_sizes(0)))
    return float(np.std(logs, axis=0).mean())


def test_residuals_keep_their_mean_size_and_are_nearer_to_what_is_told(tmp_path: Path) -> None:
    path = write_fullband(tmp_path, "loose", moments=2)
    free, before = spread_of_sizes(path), residual_sizes(Loaded(path), 1.0)
    sizes = follow(path, 0.5, take_s=1.0)
    assert sizes == pytest.approx(before)
    assert read_model(path)[0].config["followed"] == pytest.approx(list(sizes), abs=1e-3)
    assert spread_of_sizes(path) < 0.9 * free
    assert residual_sizes(Loaded(path), 1.0) == pytest.approx(before, rel=0.6)


def test_a_model_of_levels_has_no_outline_to_follow(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, "levels")
    with pytest.raises(LivecodeError, match="only a full-band model follows an outline"):
        follow(path, 0.1)
