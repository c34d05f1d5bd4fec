"""How a full-band model's outlines are drawn: as often on the move as its source's."""

from dataclasses import replace

import numpy as np
import pytest

from livecode.neural.samplernn.training.fullband import calibration
from livecode.neural.samplernn.training.fullband.calibration import (
    COOLER,
    STRUCTURES,
    calibrated,
    cooled,
    evened,
    held_for,
    rested,
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


def test_where_tokens_are_held_none_stays_longer_than_usual() -> None:
    tensors = fullband_tensors()
    tokens = np.repeat([0, 1, 2], [4, 6, 20])[:, None].repeat(2, 1).astype(np.int32)
    longest = [
        calibrated(config, tensors, RATE_HZ, [tokens])["longest_hold"]
        for config in (CONFIG, replace(CONFIG, hold=0.5))
    ]
    assert longest == [20, 10]


@pytest.mark.parametrize("below_db", [40.0, 20.0])
def test_outlines_rest_no_more_than_the_source(
    monkeypatch: pytest.MonkeyPatch, below_db: float
) -> None:
    monkeypatch.setattr(calibration, "TRIED", 100)
    tensors = fullband_tensors()
    below = below_db / tensors["outline.scale"][: CONFIG.bands]
    rests = (np.arange(8) == 3)[:, None]
    tensors["outline.codebook"][:, :, : CONFIG.bands] = 0
    tensors["outline.codebook"][0, :, : CONFIG.bands] = np.where(rests, -below, 0)
    tensors["outline.output.bias"][0, 3] = 3.0  # token 3, of silence, is likelier than the others
    sounding = np.where(np.arange(400) % 7 == 3, 4, np.arange(400) % 7)[:, None].repeat(2, 1)
    facts = {"structure": 1.0, "longest_hold": 400.0}
    tokens = [sounding.astype(np.int32)]
    biases = rested(CONFIG, tensors, RATE_HZ, tokens, facts)
    assert biases[0, 3] < 1.0
    assert (np.delete(biases - tensors["outline.output.bias"], 3, axis=1) == 0).all()
    resting = np.full((600, 2), 3, np.int32)
    biases = rested(CONFIG, tensors, RATE_HZ, [*tokens, resting], facts)
    assert (biases == tensors["outline.output.bias"]).all(), "what rests may rest"


def test_first_tokens_become_as_frequent_as_in_what_was_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calibration, "TRIED", 100)
    tensors = fullband_tensors()
    tensors["outline.output.bias"][0, 3] = 2.5  # it keeps coming back to this one
    known = (np.arange(400) % CONFIG.entries)[:, None].repeat(2, 1).astype(np.int32)
    facts = {"structure": 1.0, "longest_hold": 400.0}

    def share(biases: np.ndarray) -> float:
        now = tensors | {"outline.output.bias": biases}
        drawn = calibration._drawn(CONFIG, now, RATE_HZ, 1.0, 400, 1000, 9)
        return float((drawn[:, 0] == 3).mean())

    before = tensors["outline.output.bias"]
    after = evened(CONFIG, tensors, RATE_HZ, [known], facts)
    assert share(before) > 2.5 / CONFIG.entries
    assert share(after) == pytest.approx(1 / CONFIG.entries, abs=0.06)
    np.testing.assert_array_equal(after[1:], before[1:])


def test_later_tokens_are_cooled_until_they_change_as_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calibration, "TRIED", 150)
    tensors = fullband_tensors()
    tensors["outline.output.bias"][1, 2] = 1.5
    still = np.stack([np.arange(400) % 7, np.arange(400) // 100], axis=1).astype(np.int32)
    facts = {"structure": 1.0, "longest_hold": 400.0}
    held = replace(CONFIG, hold=0.5)
    found = cooled(held, tensors, RATE_HZ, [still], facts)
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor[0], tensors[name][0])
        np.testing.assert_allclose(tensor[1], tensors[name][1] / COOLER[-1])
    free = cooled(CONFIG, tensors, RATE_HZ, [still], facts)
    np.testing.assert_array_equal(free["outline.output.bias"], tensors["outline.output.bias"])
