"""How wide a space sounds: where its partials lie between left and right, and how alike both noises are."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: The width before a hop and after it, each from 0, in the middle, to 1.
Widths = tuple[float, float]
NARROW: Widths = (0.0, 0.0)

#: What is lower than the one stays in the middle, as clubs want it; from the other on all is spread.
CENTRED_HZ, SPREAD_HZ = 120.0, 300.0
#: Each partial of a series lies so far from the one before, in rounds from side to side.
GOLDEN = (math.sqrt(5) - 1) / 2
#: So many times an octave, what has no number wavers from side to side.
WAVERS = 1.7


def places(partials: int) -> Floats:
    """Return where each partial of a series lies, −1 to 1, (partials,): the lowest in the middle."""
    places = 2 * (GOLDEN * np.arange(partials) + 0.5) % 2 - 1
    return np.asarray(places, np.float64)


def wavering(freq_hz: Floats) -> Floats:
    """Return where sines of these frequencies lie, −1 to 1, so that those that glide move smoothly."""
    octaves = np.log2(np.maximum(freq_hz, 1.0) / CENTRED_HZ)
    return np.asarray(np.sin(2 * np.pi * WAVERS * octaves), np.float64)


def spread(places: Floats, freq_hz: Floats, width: float) -> Floats:
    """Return the gains on the left and on the right, (2, n), of sines at places from −1 to 1.

    Their squares sum to 2, so that a sound is as loud as in the middle, where both are 1.
    """
    reach = np.clip((freq_hz - CENTRED_HZ) / (SPREAD_HZ - CENTRED_HZ), 0.0, 1.0)
    angle = (np.pi / 4) * (1 + width * reach * places)
    return math.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)])


def shares(width: float) -> tuple[float, float]:
    """Return the gains of what both noises have in common, and of what each has against the other."""
    return math.sqrt(1 - width / 2), math.sqrt(width / 2)
