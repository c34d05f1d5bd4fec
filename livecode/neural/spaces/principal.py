"""Trains a space of described sounds: the principal components of what describes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.described import knots

#: An axis is called after what it goes with by at least so much.
GOES_WITH = 0.55


def principal(
    kind: str, names: Sequence[str], rows: Floats, named: Mapping[str, Floats], latent: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]], float]:
    """Return the configuration and the tensors of a space, and how much of what differs its axes hold.

    `kind` is the key by which the configuration says of what the space is, `rows` (sounds, numbers)
    describe its sounds, and `named` are numbers of each, (sounds,), after which axes are called; the axes
    go up with `brightness`. The strongest axis comes first.
    """
    mean = rows.mean(0)
    _, sizes, basis = np.linalg.svd(rows - mean, full_matrices=False)
    basis = basis[:latent]
    points = (rows - mean) @ basis.T
    signs = np.where(_alike(points, named["brightness"]) < 0, -1.0, 1.0)
    points, basis = points * signs, basis * signs[:, None]
    config = {"latent": latent, kind: True, "axis_names": _names(points, named)}
    config["sounds"] = list(names)
    tensors: dict[str, NDArray[Any]] = {
        "mean": mean.astype(np.float32),
        "basis": basis.astype(np.float16),
        "axes": knots(points),
        "sounds": points.astype(np.float32),
        "beyond": (rows - mean - points @ basis).astype(np.float16),
    }
    return config, tensors, float(np.square(sizes[:latent]).sum() / np.square(sizes).sum())


def _alike(points: Floats, other: Floats) -> NDArray[np.float64]:
    """Return the correlation of each axis with a number of each sound, (latent,)."""
    if np.ptp(other) == 0:
        return np.zeros(points.shape[1])
    return np.array([np.corrcoef(axis, other)[0, 1] for axis in points.T])


def _names(points: Floats, named: Mapping[str, Floats]) -> list[str]:
    names: list[str] = []
    correlations = {name: np.abs(_alike(points, other)) for name, other in named.items()}
    free = 0
    for axis in range(points.shape[1]):
        left = {name: found[axis] for name, found in correlations.items() if name not in names}
        best = max(left, key=lambda name: left[name], default="")
        if best and left[best] >= GOES_WITH:
            names.append(best)
        else:
            free += 1
            names.append(f"free {free}")
    return names
