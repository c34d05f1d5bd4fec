"""How an agent's place sounds beside where it is: at which note of its key, and how struck."""

import numpy as np
from numpy.typing import NDArray

from livecode.language.patterns.scales import Scale, scale_of
from livecode.language.spaces import Space
from livecode.transport.positions import AS_IT_IS, Played

#: A note of the key gives way to another that is nearer by this, in semitones, so that an agent between
#: two notes does not shake.
HOLDS = 0.3


class Struck:
    """Keeps an agent in a key, and counts its strokes."""

    def __init__(self) -> None:
        self.strike = 0.0  # how much of its sound is a stroke, from 0 to 1
        self.stroke = 0.0  # the sample time of the last stroke; 0: none yet
        self._scale: Scale | None = None
        self._note: float | None = None

    def follow(self, scale: str | None) -> None:
        """Keep to that key from now on, or to none."""
        named = None if scale is None else scale_of(scale)
        if named != self._scale:
            self._scale, self._note = named, None

    def at(self, space: Space, place: NDArray[np.float64]) -> Played:
        """Return how a place (latent,) of a space sounds."""
        if self._scale is None:
            return AS_IT_IS._replace(strike=self.strike, stroke=self.stroke)
        wanted = space.note(place)
        nearest = float(self._scale.nearest(wanted))
        held = self._note
        if held is None or abs(nearest - wanted) + HOLDS < abs(held - wanted):
            self._note = nearest
        return Played(self._note or 0.0, self.strike, self.stroke)
