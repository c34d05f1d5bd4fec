"""How an agent's place sounds beside where it is: at which note of its key, and how struck."""

import numpy as np
from numpy.typing import NDArray

from livecode.language.agents import OWN, Agent
from livecode.language.patterns.scales import Scale, scale_of
from livecode.language.spaces import Space
from livecode.language.units import Span
from livecode.language.values import Value
from livecode.neural.spaces.manner import OF_STROKES, Manner
from livecode.transport.positions import Sounded, packed, sounded_at

Place = NDArray[np.float64]

#: A step that is shorter than this along every axis is not struck.
STILL = 1e-4
#: A note of the key gives way to another that is nearer by this, in semitones, so that an agent between
#: two notes does not shake.
HOLDS = 0.3


def _strikes(thing: Agent) -> bool:
    """Return whether steps of an agent are struck, or may be."""
    return isinstance(thing.strike, Value) or thing.strike > 0


def paced(thing: Agent) -> Span | Value:
    """Return the time between two steps of an agent."""
    beats = thing.space.manner.every_beats
    if _strikes(thing):
        beats = beats or OF_STROKES.every_beats
    return Span(beats=beats) if beats and "every" not in thing.settings else thing.every


class Struck:
    """Keeps an agent in a key, and counts its strokes."""

    def __init__(self) -> None:
        self._strike = 0.0  # how much of its sound is a stroke, from 0 to 1
        self._stroke = 0.0  # the sample time of the last step; 0: none yet
        self._scale: Scale | None = None
        self._manner = Manner()  # what the space says where the performer says nothing
        self._note = 0.0  # of the key; 0: none

    def go_on(self, values: Place, latent: int) -> None:
        """Go on from how a place (latent,) sounded last, by the values of the control."""
        self._note, _, self._stroke = sounded_at(values, latent)

    def follow(self, thing: Agent) -> None:
        """Keep to the agent's key from now on, or else to that of its space, in the space's register."""
        manner = thing.space.manner
        step = manner.step or (OF_STROKES.step if _strikes(thing) else 0.0)
        self._manner = Manner(
            register=manner.register if thing.scale == OWN else None,
            step=0.0 if "step" in thing.settings else step,
        )
        scale = manner.key if thing.scale == OWN else thing.scale
        named = scale_of(scale) if scale else None
        if named != self._scale:
            if self._scale is not None:
                self._note = 0.0
            self._scale = named

    def length(self, step: float) -> float:
        """Return the length of a step: that of the space, or of strokes, where none is given."""
        return self._manner.step or step

    def step(self, strike: float, moved: Place, frame: int) -> None:
        """Take in a step by so much along each axis, (dims,), which is heard at a sample time."""
        self._strike = strike
        if np.abs(moved).max(initial=0.0) > STILL:
            self._stroke = float(frame)

    def beside(self, space: Space, place: Place) -> Place:
        """Return a place (latent,) of a space, and how it sounds, as the voice is told it."""
        if self._scale is None:
            self._note = 0.0
        elif (known := space.settings.get("loaded")) is not None and known.latent == len(place):
            wanted = space.note(place, self._manner.register is not None)
            nearest = float(self._scale.nearest(wanted))
            if not self._note or abs(nearest - wanted) + HOLDS < abs(self._note - wanted):
                self._note = nearest
        strike = self._strike or float(space.hits)
        return packed(place, Sounded(self._note, strike, self._stroke))
