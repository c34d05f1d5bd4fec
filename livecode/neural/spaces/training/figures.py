"""Figures that measure a space, and the plain methods to which they are compared."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import SCALE_DB, Floats
from livecode.neural.spaces.axes import CONTEXTS, audible_change
from livecode.neural.spaces.search import SEARCH_STEPS, nearest
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.frames import Frames

SEARCHED = 400  # the most held-out frames whose nearest points are searched for
DIMENSIONS = (1, 2, 4, 8, 16)


def distance_db(levels: Floats, other: Floats) -> float:
    """Return the mean log-spectral distance in dB of two sets of scaled magnitudes (n, bins)."""
    return float(SCALE_DB * np.sqrt(np.square(levels - other).mean(-1)).mean())


def reconstructed(
    space: LatentSpace, levels: Floats, opened: int | None = None, search: int = SEARCH_STEPS
) -> Floats:
    """Return scaled magnitudes (n, bins) as a space renders them with its first `opened` axes.

    All axes are open by default; closed axes rest. With `search` 0, the encoder's guess at the
    measured pitch is used.
    """
    opened = space.latent if opened is None else opened
    mags = spectrum.unscaled(levels)
    points = nearest(space, mags, space.guess(mags), opened, search)
    return spectrum.scaled(space.decode(points))


def pca_reconstructed(train: Floats, levels: Floats, components: int) -> Floats:
    """Project scaled magnitudes (n, bins) onto the leading principal components of `train`."""
    return next(iter(_pca(train, levels, [components])))


def _pca(train: Floats, levels: Floats, counts: list[int]) -> Iterator[Floats]:
    mean = train.mean(0)
    _, axes = np.linalg.eigh((train - mean).T @ (train - mean))
    for components in counts:
        leading = axes[:, -components:]
        projected: Floats = mean + (levels - mean) @ leading @ leading.T
        yield np.maximum(projected, 0)


def by_dimensions(space: LatentSpace, train: Floats, levels: Floats) -> list[dict[str, Any]]:
    """Measure held-out `levels` (n, bins) by number of axes, and of principal components, in dB.

    A space with fewer axes than components is measured with all its axes.
    """
    rows: list[dict[str, Any]] = []
    counts = [count for count in DIMENSIONS if count <= len(train)]
    for count, projected in zip(counts, _pca(train, levels, counts), strict=True):
        opened = min(count, space.latent)
        if rows and rows[-1]["axes"] == opened:
            own = rows[-1]["space_db"]
        else:
            own = round(distance_db(reconstructed(space, levels, opened), levels), 3)
        pca = round(distance_db(projected, levels), 3)
        rows.append({"dimensions": count, "axes": opened, "space_db": own, "pca_db": pca})
    return rows


def axis_steps(
    space: LatentSpace, count: int, rng: np.random.Generator, contexts: int = CONTEXTS
) -> NDArray[np.floating[Any]]:
    """Return the audible change, (latent, count), of `count` equal steps of each axis."""
    steps = []
    for axis in range(space.latent):
        points = np.repeat(rng.random((1, contexts, space.latent)), count + 1, axis=0)
        points[:, :, axis] = np.linspace(0, 1, count + 1)[:, None]
        steps.append(audible_change(space, space.decode(space.place(points))).mean(-1))
    return np.array(steps)


def step_ratios(steps: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the largest over the smallest step in the middle 80 % of each axis, (latent,)."""
    count = steps.shape[1]
    middle = steps[:, count // 10 : count - count // 10]
    result: NDArray[np.floating[Any]] = middle.max(1) / middle.min(1)
    return result


def space_figures(
    space: LatentSpace, frames: Frames, rng: np.random.Generator, measured: int
) -> dict[str, Any]:
    """Return the figures of a finished space for its file and card.

    The principal components come from `measured` training frames.
    """
    held_out = frames.held_out().levels
    count = min(SEARCHED, max(16, measured // 16), len(held_out))
    few = held_out[np.linspace(0, len(held_out) - 1, count).astype(int)]
    train = frames.draw(measured, rng).levels
    rows = by_dimensions(space, train, few)
    whole = distance_db(reconstructed(space, few), few)
    pca = pca_reconstructed(train, few, min(space.latent, len(train) - 1))
    return {
        "held_out_lsd_db": round(whole, 3),
        "encoder_lsd_db": round(distance_db(reconstructed(space, few, search=0), few), 3),
        "pca_lsd_db": round(distance_db(pca, few), 3),
        "by_dimensions": rows,
        "axis_strengths": [round(float(s), 4) for s in axis_steps(space, 4, rng).mean(1)],
        "axis_step_ratios": [round(float(s), 2) for s in step_ratios(axis_steps(space, 20, rng))],
    }
