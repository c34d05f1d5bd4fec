"""How a full-band model's outlines are drawn: as often on the move as its source's."""

import numpy as np

from livecode.neural.samplernn.training.fullband.calibration import (
    STRUCTURES,
    calibrated,
    held_for,
)
from tests.fullband_model import CONFIG, RATE_HZ, fullband_tensors


def test_how_long_tokens_stay() -> None:
    assert held_for(np.array([3, 3, 5, 5, 5, 3])).tolist() == [2, 3, 1]


def test_a_livelier_source_asks_for_hotter_outlines() -> None:
    tensors = fullband_tensors()
    tensors["outline.output.bias"][:, 0] = 2.0  # one token is likelier than the others
    rng = np.random.default_rng(0)
    calm, lively = (
        np.where(rng.random((400, 2)) < share, rng.integers(8, size=(400, 2)), 0)
        for share in (0.01, 1.0)
    )
    found = [
        calibrated(CONFIG, tensors, RATE_HZ, [tokens.astype(np.int32)]) for tokens in (calm, lively)
    ]
    assert found[0]["structure"] == STRUCTURES[0]
    assert found[1]["structure"] == STRUCTURES[-1]
    assert found[0]["longest_hold"] > found[1]["longest_hold"]
