"""Trains a space of hits: the principal components of the shapes of recorded ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.principal import off_db, principal
from livecode.neural.spaces.struck.shape import EDGES_HZ, MOMENTS_S, HitShape, packed
from livecode.neural.spaces.struck.space import HitSpace


def train(
    name: str, shapes: Mapping[str, HitShape], latent: int, sample_rate: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]], dict[str, float]]:
    """Return the configuration, tensors and figures of a space of hits by their names.

    Its axes are the principal components of the hits, the strongest first, and brighter towards 1.
    """
    rows = np.array([packed(shape) for shape in shapes.values()])
    named = _about(list(shapes.values()))
    config, tensors, kept = principal("struck", list(shapes), rows, named, latent)
    playing = HitSpace(
        name, sample_rate, config, {key: each.astype(np.float32) for key, each in tensors.items()}
    )
    pairs = [
        (playing.shape(point).band_db, shape.band_db)
        for point, shape in zip(tensors["sounds"], shapes.values(), strict=True)
    ]
    return config, tensors, {"hits": len(rows), "kept": kept, "bands_off_db": off_db(pairs)}


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
