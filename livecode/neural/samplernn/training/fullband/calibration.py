"""How hot a trained tier draws outlines, so that they move as often as the source's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.walk import Choose, Walk

#: Temperatures that outlines are tried at, and how long an outline, in frames.
STRUCTURES, TRIED = (0.9, 1.0, 1.1, 1.2, 1.3, 1.4), 1000
SEED = 1


def calibrated(
    config: FullbandConfig,
    tensors: dict[str, NDArray[np.float32]],
    rate_hz: int,
    known: Sequence[NDArray[np.int32]],
) -> dict[str, float]:
    """Return the temperature at which outlines move as often as the source's, and how long they stay.

    known: tokens (frames, stages) of held-out pieces. A tier that was taught by what is true holds what
    it drew itself for too long.
    """
    wanted = float(np.mean(np.concatenate([np.diff(each[:, 0]) != 0 for each in known])))
    moves = []
    for structure in STRUCTURES:
        tokens = Walk(config, tensors, rate_hz, chooser(structure)).outline(TRIED)
        moves.append(float((np.diff(tokens[:, 0]) != 0).mean()))
    best = int(np.argmin(np.abs(np.array(moves) - wanted)))
    longest = max(int(held_for(each[:, 0]).max()) for each in known)
    return {"structure": STRUCTURES[best], "longest_hold": longest}


def chooser(temperature: float) -> Choose:
    """Return what draws at that temperature."""
    rng = np.random.default_rng(SEED)

    def choose(log_probs: NDArray[np.float32], token: bool) -> int:
        shifted = (log_probs - log_probs.max()).astype(np.float64)
        odds = np.exp(shifted / temperature).cumsum()
        return int(min((odds <= rng.random() * odds[-1]).sum(), len(odds) - 1))

    return choose


def held_for(tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for how many frames each token stays."""
    changes = np.flatnonzero(np.diff(tokens)) + 1
    return np.diff(np.concatenate([[0], changes, [len(tokens)]]))
