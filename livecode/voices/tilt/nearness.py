"""How near a tilted stream stays to its model: a candidate that surprises more is worth less."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: At a strength of 1 or less, what is heard may surprise the model by so much more than what it plays
#: untilted, in bits a sample; at a greater strength by so many times as much.
ALLOWED_BITS = 0.25
#: A stream at a temperature above 1 surprises by so many more bits a sample, for each degree of that.
WARMER_BITS = 2.0
#: The surprise is a mean that forgets within so many seconds.
MEMORY_S = 1.0
#: For each bit beyond what is allowed a bit a sample costs so much score at once, and so much more for
#: each second of that; at most so much.
AT_ONCE, DEARER, DEAREST = 40.0, 4.0, 60.0

#: A stream is steered the further the longer it surprises no more than is allowed: it comes within a third
#: of all the way in so many seconds. For each bit beyond, and each second, it goes back by this exponent.
STEERED_S, BACK = 3.0, 20.0


class NearnessState(NamedTuple):
    """Where a `Nearness` is."""

    excess: float = 0.0  # bits a sample, beyond the usual
    price: float = 0.0  # score for each bit a sample: the part that rises and falls
    over: float = 0.0  # bits a sample, beyond what is allowed
    steered: float = 0.0  # how far a stream is steered, of what is asked for


class Nearness:
    """Holds what a tilt costs in likelihood.

    The surprise of what is heard is to rise no further than is allowed. That is a constraint on the
    score that is earned, so its Lagrange multiplier is a price: a candidate is worth its score less the
    price of its surprise. The price rises while what is heard surprises too much, and falls, to
    nothing, while it does not. What surprises too much costs something at once, too, since a rising price
    takes seconds to be found: a controller with a proportional and an integral part.
    """

    def __init__(self, usual_bits: float):
        """`usual_bits`: how surprising the model finds its own sound, in bits a sample.

        Not a number says that nobody knows; then nothing has a price.
        """
        self.usual_bits = usual_bits
        self._state = NearnessState()

    def worth(self, scores: ArrayLike, bits: ArrayLike) -> Floats:
        """Return scores (candidates,) less the price of bits a sample (candidates,)."""
        worth: Floats = np.asarray(scores, float) - self.price * np.asarray(bits, float)
        return worth

    @property
    def price(self) -> float:
        """What a bit a sample costs now, in score."""
        return min(self._state.price + AT_ONCE * max(self._state.over, 0.0), DEAREST)

    @property
    def steered(self) -> float:
        """How far a stream is steered, from 0 to 1, as a share of what is asked for."""
        return self._state.steered if math.isfinite(self.usual_bits) else 1.0

    def take(self, bits: float, seconds: float, temperature: float, strength: float) -> None:
        """Take note of the surprise, in bits a sample, of what is heard for so many seconds.

        `temperature` is what the performer holds, and `strength` the tilt's.
        """
        if not math.isfinite(self.usual_bits):
            return
        state = self._state
        share = 1 - math.exp(-seconds / MEMORY_S)
        beyond = bits - self.usual_bits - WARMER_BITS * (temperature - 1)
        excess = state.excess + share * (beyond - state.excess)
        over = excess - ALLOWED_BITS * max(abs(strength), 1.0)
        price = min(max(state.price + DEARER * over * seconds, 0.0), DEAREST)
        steered = state.steered + min(seconds / STEERED_S, 1.0) * (1 - state.steered)
        steered *= math.exp(-BACK * max(over, 0.0) * seconds)
        self._state = NearnessState(excess, price, over, steered)

    def begin(self) -> None:
        """Forget what was heard."""
        self._state = NearnessState()

    def state(self) -> NearnessState:
        """Return where it is, for `load_state`."""
        return self._state

    def load_state(self, state: NearnessState) -> None:
        """Go on from there."""
        self._state = state
