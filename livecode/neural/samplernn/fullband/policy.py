"""How an outline's tokens were chosen in takes, and in which direction an adapter earns more of a reward.

The adapter adds θ · φ to the logits, where φ is the product of what a token sounds like and what the
outline's last layer holds, both in a few coordinates. Two regressions say where θ is to go. The first is that
of what a frame earns on what its tokens sound like. The second is the reward's natural gradient (Kakade
2002): that of what is earned after each choice on φ less its mean over all tokens (Peters and Schaal,
"Natural actor-critic", 2008), which knows what a choice leads to, but is told by chance alone, so that a few
minutes of takes say little. With a KL penalty of λ to the trained model the best θ is what the second finds,
divided by λ: there each token is as likely as the model says, times exp(what it earns / λ).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband.adapter import Adapter

Floats = NDArray[np.float32]
Tokens = NDArray[np.integer]

#: Coordinates of what the tokens of a stage sound like, of what the layer holds, and of the latter for the
#: baseline: what would be earned whatever is chosen.
OF_TOKENS, RANK, OF_BASELINE = 16, 2, 16
#: The regressions hold weights small as if so many choices more had told nothing: that on the sound of what
#: was chosen, and that on the choice itself. Three sets of takes of `piano`, six rewards, each set's weights
#: judged by another set: 0.31 standard deviations of chunks a root nat with both, 0.27 with the first alone,
#: 0.24 with the second.
RIDGE_HEARD, RIDGE_CHOSEN = 500.0, 30_000.0
#: How small the second holds what depends on the layer, beside what does not.
DEPENDS = 3.0


class Basis(NamedTuple):
    """The coordinates in which an adapter is learned."""

    tokens: Floats  # (stages, entries, OF_TOKENS)
    down: Floats  # (OF_BASELINE, outline_dim): the first RANK are the adapter's
    middle: Floats  # (OF_BASELINE,): of down @ hidden

    @property
    def size(self) -> int:
        """How many numbers an adapter has in these coordinates."""
        return int(self.tokens.shape[0] * self.tokens.shape[2]) * (1 + RANK)

    def adapter(self, theta: NDArray[np.floating]) -> Adapter:
        """The adapter of these numbers (size,)."""
        stages, _, width = self.tokens.shape
        each = np.asarray(theta, np.float32).reshape(stages, width, 1 + RANK)
        gains = np.einsum("sew,swr->ser", self.tokens, each)
        up = np.ascontiguousarray(gains[:, :, 1:])
        raised = gains[:, :, 0] - up @ self.middle[:RANK]
        return Adapter(np.ascontiguousarray(self.down[:RANK]), up, np.ascontiguousarray(raised))

    def held(self, hidden: Floats) -> Floats:
        """What the layer holds (…, outline_dim), in coordinates (…, OF_BASELINE)."""
        held: Floats = hidden @ self.down.T - self.middle
        return held


class OutlineChoices(NamedTuple):
    """The tokens that were drawn in takes, one frame after the other, with what they were drawn from."""

    hidden: Floats  # (n, outline_dim): what the outline's last layer held
    tokens: Tokens  # (n, stages)
    heat: Floats  # (n,): the temperature that they were drawn at


def basis_of(tensors: Tensors, hidden: Floats, tokens: Tokens) -> Basis:
    """The main coordinates of what a model has drawn, hidden (n, outline_dim) and tokens (n, stages)."""
    book = np.asarray(tensors["outline.codebook"], np.float32)
    parts, scale = [], 0.0
    for stage, entries in enumerate(book):
        used = entries[tokens[:, stage]]
        centred = entries - used.mean(axis=0)
        spread, axes = _main(np.cov(used.T), OF_TOKENS)
        scale = scale or float(np.sqrt(spread[0])) + 1e-6  # the later stages add less to the sound
        parts.append(centred @ axes / scale)
    spread, axes = _main(np.cov(hidden.T), OF_BASELINE)
    down = (axes / np.sqrt(spread + 1e-6)).T.astype(np.float32)
    return Basis(np.array(parts, np.float32), down, down @ hidden.mean(axis=0))


def _main(covariance: NDArray[np.floating], count: int) -> tuple[NDArray[np.float64], Floats]:
    """The largest variances (count,) and their axes (n, count); where there are fewer, of 0."""
    spread, axes = np.linalg.eigh(np.asarray(covariance, np.float64))
    spread, axes = spread[::-1][:count], axes[:, ::-1][:, :count]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    missing = count - len(spread)
    return (
        np.pad(np.maximum(spread, 0), (0, missing)),
        np.pad(axes, ((0, 0), (0, missing))).astype(np.float32),
    )


def shares(tensors: Tensors, choices: OutlineChoices, adapter: Adapter | None) -> Floats:
    """How likely each token was, (stages, n, entries)."""
    found = []
    for stage in range(choices.tokens.shape[1]):
        y = choices.hidden @ tensors["outline.head.weight"][stage].T
        y += tensors["outline.head.bias"][stage]
        for before in range(stage):
            y += tensors["outline.before"][before][choices.tokens[:, before]]
        logits = np.maximum(y, 0) @ tensors["outline.output.weight"][stage].T
        logits += tensors["outline.output.bias"][stage]
        if adapter is not None:
            logits += adapter.gain(stage, choices.hidden)
        logits /= choices.heat[:, None]
        logits -= logits.max(axis=1, keepdims=True)
        likely = np.exp(logits)
        found.append(likely / likely.sum(axis=1, keepdims=True))
    return np.array(found, np.float32)


def slopes(basis: Basis, choices: OutlineChoices, likely: Floats) -> Floats:
    """The gradient of each choice's log-probability in an adapter's numbers, (n, size)."""
    held = basis.held(choices.hidden)[:, :RANK]
    held = np.concatenate([np.ones((len(held), 1), np.float32), held], axis=1)
    parts = []
    for stage, features in enumerate(basis.tokens):
        above = features[choices.tokens[:, stage]] - likely[stage] @ features
        above /= choices.heat[:, None]
        parts.append((above[:, :, None] * held[:, None, :]).reshape(len(held), -1))
    return np.concatenate(parts, axis=1)


def solved_heard(basis: Basis, choices: OutlineChoices) -> Floats:
    """What turns what each frame earns (n,) into weights of what its tokens sound like, (size, n)."""
    parts = [of[choices.tokens[:, stage]] for stage, of in enumerate(basis.tokens)]
    heard = np.concatenate(parts, axis=1).astype(np.float64)
    heard -= heard.mean(axis=0)
    hold = RIDGE_HEARD * float(np.square(heard).mean()) * np.eye(heard.shape[1])
    found = np.zeros((basis.size, len(heard)), np.float32)
    found[:: 1 + RANK] = np.linalg.solve(heard.T @ heard + hold, heard.T)
    return found


def solved_chosen(
    basis: Basis, choices: OutlineChoices, steep: Floats, ridge: float = RIDGE_CHOSEN
) -> Floats:
    """What turns what is earned after each choice (n,) into the natural gradient, (size, n)."""
    held = basis.held(choices.hidden)
    base = np.concatenate([np.ones((len(held), 1), np.float32), held], axis=1)
    both = np.concatenate([base, steep], axis=1).astype(np.float64)
    per = np.full(1 + RANK, DEPENDS)
    per[0] = 1.0
    hold = np.tile(per, steep.shape[1] // len(per))
    hold *= ridge * float(np.square(steep[:, :: len(per)]).mean())
    hold = np.concatenate([np.full(base.shape[1], 1e-3 * len(base)), hold])
    found = np.linalg.solve(both.T @ both + np.diag(hold), both.T)
    return np.asarray(found[base.shape[1] :], np.float32)
