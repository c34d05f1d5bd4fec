"""How cold and how hot a guarded stream is drawn."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: A guarded stream of levels leaves out what is unlikely where it is hot: below this share of the likeliest
#: from that temperature on, and nothing at 1.
HOT_UNLIKELY, HOT_FROM = 0.05, 1.3
#: A guarded stream's samples are drawn less cold below that temperature, at which what they say starts to
#: lose its breath and then its level: the rest of the way counts for so much.
COLD_FROM, COLDER = 0.8, 0.25


def kept_warm(temperatures: Floats, guarded: bool) -> Floats:
    """The temperatures at which samples are drawn: no colder than what lives, where it is guarded."""
    if not guarded:
        return temperatures
    warm = COLD_FROM - COLDER * (COLD_FROM - temperatures)
    return np.asarray(np.maximum(temperatures, warm), np.float32)


def left_out(temperatures: Floats) -> float:
    """The share of the likeliest level below which none is drawn where it is hot."""
    hottest = float(temperatures.max(initial=1.0))
    return HOT_UNLIKELY * min(max((hottest - 1) / (HOT_FROM - 1), 0.0), 1.0)
