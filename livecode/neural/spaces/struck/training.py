"""Trains a space of hits: the principal components of the shapes of recorded ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.struck.shape import EDGES_HZ, MOMENTS_S, HitShape, packed
from livecode.neural.spaces.struck.space import HitSpace, knots

#: Levels above this count where hits are compared with themselves, in dB.
HEARD_DB = -30.0
#: An axis is called after what it goes with by at least so much.
GOES_WITH = 0.55


def train(
    name: str, shapes: Mapping[str, HitShape], latent: int, sample_rate: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]], dict[str, float]]:
    """Return the configuration, tensors and figures of a space of hits by their names.

    Its axes are the principal components of the hits, the strongest first, and brighter towards 1.
    """
    rows = np.array([packed(shape) for shape in shapes.values()])
    mean = rows.mean(0)
    _, sizes, basis = np.linalg.svd(rows - mean, full_matrices=False)
    basis = basis[:latent]
    points = (rows - mean) @ basis.T
    named = _about(list(shapes.values()))
    signs = np.where(_alike(points, named["brightness"]) < 0, -1.0, 1.0)
    points, basis = points * signs, basis * signs[:, None]
    config = {"latent": latent, "struck": True, "axis_names": _names(points, named)}
    config["sounds"] = list(shapes)
    tensors: dict[str, NDArray[Any]] = {
        "mean": mean.astype(np.float32),
        "basis": basis.astype(np.float16),
        "axes": knots(points),
        "sounds": points.astype(np.float32),
        "beyond": (rows - mean - points @ basis).astype(np.float16),
    }
    kept = float(np.square(sizes[:latent]).sum() / np.square(sizes).sum())
    playing = HitSpace(
        name, sample_rate, config, {key: each.astype(np.float32) for key, each in tensors.items()}
    )
    off = [
        np.abs(playing.shape(point).band_db - shape.band_db)[shape.band_db > HEARD_DB].mean()
        for point, shape in zip(tensors["sounds"], shapes.values(), strict=True)
        if (shape.band_db > HEARD_DB).any()
    ]
    return config, tensors, {"hits": len(rows), "kept": kept, "bands_off_db": float(np.mean(off))}


def _about(shapes: list[HitShape]) -> dict[str, Floats]:
    """Return what can be said of each hit, (hits,) each."""
    lasting = np.gradient(MOMENTS_S)
    found: dict[str, list[float]] = {"brightness": [], "length": [], "tone": [], "body": []}
    for shape in shapes:
        power, _ = shape.power()
        energy = power * lasting
        bands = 10 ** (shape.band_db / 10.0) @ lasting
        body = float(10 ** (shape.body_db / 10.0) @ lasting)
        centres = np.log2(np.sqrt(EDGES_HZ[:-1] * EDGES_HZ[1:]))
        all_of_it = bands.sum() + body
        found["brightness"].append(float((bands @ centres + body * 6.5) / all_of_it))
        found["length"].append(float(np.log(energy @ MOMENTS_S / energy.sum() + 1e-3)))
        found["tone"].append(float((bands @ shape.tone_share + body) / all_of_it))
        found["body"].append(float(np.log(body + 1e-6)))
    return {name: np.array(values, np.float32) for name, values in found.items()}


def _alike(points: Floats, other: Floats) -> NDArray[np.float64]:
    """Return the correlation of each axis with a number of each hit, (latent,)."""
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
