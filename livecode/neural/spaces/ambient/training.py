"""Trains a space of ambiences: the principal components of the shapes of recorded ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.ambient.shape import CENTRES_HZ, HEARD_POWERS, AmbienceShape, packed
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.principal import off_db, principal


def train(
    name: str, shapes: Mapping[str, AmbienceShape], latent: int, sample_rate: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]], dict[str, float]]:
    """Return the configuration, tensors and figures of a space of ambiences by their names.

    Its axes are the principal components of the ambiences, the strongest first, and brighter towards 1.
    """
    rows = np.array([packed(shape) for shape in shapes.values()])
    named = _about(list(shapes.values()))
    config, tensors, kept = principal("ambient", list(shapes), rows, named, latent)
    playing = AmbienceSpace(
        name, sample_rate, config, {key: each.astype(np.float32) for key, each in tensors.items()}
    )
    pairs = [
        (playing.shape(point).level_db, shape.level_db)
        for point, shape in zip(tensors["sounds"], shapes.values(), strict=True)
    ]
    return config, tensors, {"textures": len(rows), "kept": kept, "bands_off_db": off_db(pairs)}


def _about(shapes: list[AmbienceShape]) -> dict[str, Floats]:
    """Return what can be said of each ambience, (ambiences,) each."""
    found: dict[str, list[float]] = {
        each: [] for each in ("brightness", "grains", "tone", "motion", "togetherness")
    }
    for shape in shapes:
        heard = shape.powers * HEARD_POWERS
        heard /= heard.sum()
        found["brightness"].append(float(heard @ np.log2(CENTRES_HZ)))
        found["grains"].append(float(heard @ shape.grain_share))
        found["tone"].append(float(heard @ shape.tone_share))
        found["motion"].append(float(np.square(shape.depth_db).sum(0) @ heard) ** 0.5)
        found["togetherness"].append(float(shape.together.mean()))
    return {name: np.array(values, np.float32) for name, values in found.items()}
