"""What a performer holds of a stream that is tilted or steered."""

import math
from typing import NamedTuple


class TiltHand(NamedTuple):
    """What a performer holds of the tilt."""

    strength: float = 0.0  # what scores are multiplied by; 0: the stream is left to itself
    candidates: float = 8.0
    chunk_s: float = 0.125
    cap: float = math.inf  # bits a second: it is pushed no further from the model than this


class TowardHand(NamedTuple):
    """What a performer holds of steering: along which directions, and how far along each."""

    number: float = 0.0  # of the directions; 0: none
    amounts: tuple[float, ...] = ()
