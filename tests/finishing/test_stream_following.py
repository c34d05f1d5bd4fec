"""A stream is held to what its outlines tell, at the size that its model draws."""

from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.finishing.stream_following import follow, mean_sizes
from livecode.neural.model_file import read_model
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn
from tools import stream_heat


def spread_of_sizes(path: Path) -> float:
    """How far the sizes of residuals are from what is solved for, beyond their mean, in nats."""
    drawing = Loaded(path).drawing(0)
    assert isinstance(drawing.sampler, FullbandSampler)
    logs = []
    for _ in range(100):
        drawing.next(np.ones(256, np.float32), Held(), False)
        logs.append(np.log(drawing.sampler.residual_sizes(0)))
    return float(np.std(logs, axis=0).mean())


def test_residuals_keep_their_mean_size_and_are_nearer_to_what_is_told(tmp_path: Path) -> None:
    path = write_fullband(tmp_path, "loose", moments=2)
    free, before = spread_of_sizes(path), mean_sizes(Loaded(path), 1.0)
    sizes = follow(path, 0.5, take_s=1.0)
    assert sizes == pytest.approx(before)
    assert read_model(path)[0].config["followed"] == pytest.approx(list(sizes), rel=0.01)
    assert spread_of_sizes(path) < 0.9 * free
    assert mean_sizes(Loaded(path), 1.0) == pytest.approx(before, rel=0.6)
    assert follow(path, 0.1, take_s=1.0) == pytest.approx(before), (
        "measured as if it did not follow"
    )


@pytest.mark.parametrize(
    ("power", "facts", "why"),
    [(3.0, {"moments": 2}, "follows is 0 to 1, not 3"), (0.1, {}, "has no moments")],
)
def test_what_cannot_be_followed_leaves_the_file_as_it_was(
    tmp_path: Path, power: float, facts: dict[str, int], why: str
) -> None:
    path = write_fullband(tmp_path, "kept", **facts)
    before = path.read_bytes()
    with pytest.raises(LivecodeError, match=why):
        follow(path, power)
    assert path.read_bytes() == before


def test_a_model_of_levels_has_no_outline_to_follow(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, "levels")
    with pytest.raises(LivecodeError, match="only a full-band model follows an outline"):
        follow(path, 0.1)


def test_another_predictor_is_followed_at_another_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_fullband(tmp_path, "solved", moments=2)
    monkeypatch.setattr(stream_heat, "heard", lambda loaded, seconds: (-20.0, 4.0))
    follow(path, 0.5, take_s=1.0)
    before = read_model(path)[0].config["followed"]
    assert stream_heat.main([str(path), "structure=1.2"]) == 0
    assert read_model(path)[0].config["followed"] == before
    assert stream_heat.main([str(path), "narrow=0.5"]) == 0
    assert read_model(path)[0].config["followed"] != before
    assert stream_heat.main([str(path), "follows=0"]) == 0
    assert "followed" not in read_model(path)[0].config
