"""What the control `<name>.position` says: a place in a space, and beside it how it sounds there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Numbers beside the place: the three of `Sounded`, and how many axes the place has. By the last, a voice
#: that fades out knows that they are of a place in another space than its own.
BESIDE = 4


class Sounded(NamedTuple):
    """How a place sounds. All zeros: as the space has it, without a beginning."""

    note: float = 0.0  # a MIDI number, in fractions, instead of the place's own pitch; 0: none
    strike: float = 0.0  # how much of its sound is a stroke, from 0 to 1
    stroke: float = 0.0  # grows with each stroke; 0: none yet


def packed(place: Values, sounded: Sounded) -> Values:
    """Return a place (latent,) and how it sounds as values of the control, (latent + `BESIDE`,)."""
    if not (sounded.note or sounded.strike):
        return place
    return np.concatenate([place, sounded, [len(place)]])


def sounded_at(values: Values | None, latent: int) -> Sounded:
    """Return how a place (latent,) sounds, by the values of the control; one of other axes says nothing."""
    if values is None or len(values) < latent + BESIDE:
        return Sounded()
    note, strike, stroke, axes = values[latent : latent + BESIDE].tolist()
    return Sounded(note, strike, stroke) if axes == latent else Sounded()
