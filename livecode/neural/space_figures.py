"""What is measured of a space, and the plain methods that it is measured against."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural import spectrum
from livecode.neural.axes import CONTEXTS, audible_change
from livecode.neural.frames import Frames
from livecode.neural.space import Space
from livecode.neural.spectrum import SCALE_DB, Floats

PCA_FRAMES = 8192


def distance_db(levels: Floats, other: Floats) -> float:
    """Mean log-spectral distance in dB of two sets of scaled magnitudes (n, bins)."""
    return float(SCALE_DB * np.sqrt(np.square(levels - other).mean(-1)).mean())


def reconstructed(space: Space, levels: Floats) -> Floats:
    """Scaled magnitudes (n, bins) through the space's encoder and decoder."""
    return spectrum.scaled(space.decode(space.encode_magnitudes(spectrum.unscaled(levels))))


def pca_reconstructed(train: Floats, levels: Floats, components: int) -> Floats:
    """Scaled magnitudes (n, bins) through the leading principal components of `train`."""
    mean = train.mean(0)
    _, axes = np.linalg.eigh((train - mean).T @ (train - mean))
    leading = axes[:, -components:]
    projected: Floats = mean + (levels - mean) @ leading @ leading.T
    return np.maximum(projected, 0)


def axis_steps(space: Space, count: int, rng: np.random.Generator) -> NDArray[np.floating[Any]]:
    """Audible change of `count` equal steps of each axis, others anywhere: (latent, count)."""
    steps = []
    for axis in range(space.latent):
        points = np.repeat(rng.random((1, CONTEXTS, space.latent)), count + 1, axis=0)
        points[:, :, axis] = np.linspace(0, 1, count + 1)[:, None]
        steps.append(audible_change(space, space.decode(space.place(points))).mean(-1))
    return np.array(steps)


def space_figures(space: Space, frames: Frames, rng: np.random.Generator) -> dict[str, Any]:
    """The figures of a finished space, as they stand in its file and card."""
    held_out = frames.held_out().levels
    train = frames.draw(PCA_FRAMES, rng).levels
    quarters = axis_steps(space, 4, rng)
    middle = axis_steps(space, 20, rng)[:, 2:-2]
    pca = pca_reconstructed(train, held_out, min(space.latent, len(train) - 1))
    return {
        "held_out_lsd_db": round(distance_db(reconstructed(space, held_out), held_out), 3),
        "pca_lsd_db": round(distance_db(pca, held_out), 3),
        "axis_strengths": [round(float(s), 4) for s in quarters.mean(1)],
        "axis_step_ratios": [round(float(s), 2) for s in middle.max(1) / middle.min(1)],
    }
