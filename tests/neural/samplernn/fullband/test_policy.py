"""What a reward teaches an adapter, on a toy outline whose tilted distribution is known."""

import numpy as np
import pytest

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.policy import (
    RANK,
    OutlineChoices,
    basis_of,
    shares,
    slopes,
    solved_chosen,
    solved_heard,
)
from livecode.neural.samplernn.learning_takes import CHOSEN_S, LearningTakes, earned, used
from tests.fullband_model import CONFIG, fullband_tensors

ENTRIES, LAYER, FRAMES = 6, 5, 30_000
#: The KL penalty: there the model's shares are multiplied by exp(reward / PENALTY).
PENALTY = 0.8


@pytest.fixture(scope="module")
def toy() -> Tensors:
    """An outline of one token a frame, whose shares do not depend on the layer."""
    random = np.random.default_rng(4)
    return {
        "outline.codebook": random.standard_normal((1, ENTRIES, 9)).astype(np.float32),
        "outline.head.weight": np.zeros((1, LAYER, LAYER), np.float32),
        "outline.head.bias": np.ones((1, LAYER), np.float32),
        "outline.output.weight": np.zeros((1, ENTRIES, LAYER), np.float32),
        "outline.output.bias": random.standard_normal((1, ENTRIES)).astype(np.float32),
        "outline.before": np.zeros((1, ENTRIES, LAYER), np.float32),
    }


def drawn(toy: Tensors, adapter: Adapter | None, seed: int) -> tuple[OutlineChoices, np.ndarray]:
    """What is drawn with an adapter from a layer that is in one of two states, and how likely it was."""
    random = np.random.default_rng(seed)
    hidden = 0.02 * random.standard_normal((FRAMES, LAYER))
    hidden[:, 0] += np.where(np.arange(FRAMES) % 2, 1.0, -1.0)
    hidden = hidden.astype(np.float32)
    blank = OutlineChoices(hidden, np.zeros((FRAMES, 1), int), np.ones(FRAMES, np.float32))
    likely = shares(toy, blank, adapter)
    tokens = (np.cumsum(likely[0], axis=1) < random.random((FRAMES, 1))).sum(axis=1)
    return blank._replace(tokens=np.minimum(tokens, ENTRIES - 1)[:, None]), likely


def test_it_converges_to_the_tilted_distribution_in_each_state_of_the_layer(toy: Tensors) -> None:
    random = np.random.default_rng(6)
    of_token, of_state = random.standard_normal((2, ENTRIES))
    choices, likely = drawn(toy, None, 1)
    basis = basis_of(toy, choices.hidden, choices.tokens[:, :])
    adapter = None
    for number in range(3):
        choices, likely = drawn(toy, adapter, number)
        token, state = choices.tokens[:, 0], choices.hidden[:, 0]
        reward = of_token[token] + state * of_state[token] + random.standard_normal(FRAMES)
        solve = solved_chosen(basis, choices, slopes(basis, choices, likely), ridge=1.0)
        adapter = basis.adapter(solve @ (reward - reward.mean()).astype(np.float32) / PENALTY)
    plain = shares(toy, choices, None)[0, :2]
    found = shares(toy, choices, adapter)[0, :2]
    exact = plain * np.exp((of_token + choices.hidden[:2, :1] * of_state) / PENALTY)
    exact /= exact.sum(axis=1, keepdims=True)
    assert np.abs(exact - plain).max() > 0.2, "the reward moves much"
    assert found == pytest.approx(exact, abs=0.05)


def test_both_regressions_find_what_a_later_frame_earns(toy: Tensors) -> None:
    random = np.random.default_rng(8)
    of_token = random.standard_normal(ENTRIES)
    choices, likely = drawn(toy, None, 1)
    basis = basis_of(toy, choices.hidden, choices.tokens)
    rate, frames = 30, 300
    tokens = choices.tokens[:, 0].reshape(-1, frames)
    kept = used(frames, rate)
    some = OutlineChoices(*(each.reshape(-1, frames, *each.shape[1:])[:, kept] for each in choices))
    some = OutlineChoices(*(each.reshape(-1, *each.shape[2:]) for each in some))
    steep = slopes(basis, some, shares(toy, some, None))
    takes = LearningTakes(
        30 * 256, 256, np.zeros((len(tokens), frames * 256), np.float32),
        np.zeros(tokens.shape, np.float32), np.zeros(tokens.shape, np.float32),
        solved_heard(basis, some), solved_chosen(basis, some, steep),
        (steep.T @ steep / len(steep)).astype(np.float32), basis,
    )  # fmt: skip
    said = np.zeros(tokens.shape)
    said[:, 1:] = of_token[tokens[:, :-1]]  # a choice is heard in the next frame
    adapter = basis.adapter(takes.gradient(said))
    plain = likely[0, 0]
    gains = adapter.gain(0, choices.hidden[:200]).mean(axis=0)
    assert np.corrcoef(gains - plain @ gains, of_token - plain @ of_token)[0, 1] > 0.95
    theta = takes.gradient(said)
    assert theta @ takes.fisher @ theta / 2 == pytest.approx(1.0, rel=1e-4)
    assert not takes.gradient(np.ones(tokens.shape)).any()


def test_what_is_earned_comes_after_the_choice_and_is_forgotten() -> None:
    said = np.zeros((1, 8))
    said[0, 4] = 1.0
    found = earned(said, rate_hz=1 / CHOSEN_S, half_s=CHOSEN_S)[0]
    assert found[3] == pytest.approx(0.5)
    assert found[2] == pytest.approx(0.25)
    assert (found[4:] == 0).all()


def test_an_adapter_is_the_same_after_it_was_packed_and_fits_its_model_alone() -> None:
    tensors = fullband_tensors()
    random = np.random.default_rng(3)
    hidden = random.standard_normal((80, CONFIG.outline_dim)).astype(np.float32)
    basis = basis_of(tensors, hidden, random.integers(0, CONFIG.entries, (80, CONFIG.stages)))
    adapter = basis.adapter(random.standard_normal(basis.size))
    assert adapter.fits(CONFIG)
    again = Adapter.unpacked(adapter.packed(), CONFIG)
    assert all(np.array_equal(one, other) for one, other in zip(adapter, again, strict=True))
    assert len(again.down) == RANK
    with pytest.raises(ValueError, match="make no adapter"):
        Adapter.unpacked(adapter.packed()[4:], CONFIG)
