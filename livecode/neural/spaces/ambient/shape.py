"""What an ambience is made of: bands of noise whose levels move, grains in them, and a tone in each.

It is described by statistics of a bank of filters, after McDermott and Simoncelli (2011): not what the
sound is at a moment, but how loud each band is, how far, how fast and how much together the bands move,
and how much of each lies in single grains.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats, k_weighting

BANDS = 32
LOW_HZ, HIGH_HZ = 40.0, 18_000.0
#: Levels are kept down to this below the power of the whole, in dB.
FLOOR_DB = -60.0
#: Speeds at which levels move, in Hz, as (slowest, fastest): drift, swell, pulse and flutter.
SPEEDS_HZ = np.array([[0.05, 0.3], [0.3, 1.8], [1.8, 9.0], [9.0, 45.0]])
SPEEDS = len(SPEEDS_HZ)
#: The most by which a level moves at one speed, as a standard deviation in dB.
DEEPEST_DB = 9.0
#: Grains in a band: so many a second, and each falls by 63 % in so many seconds.
GRAINS_HZ, FALLS_S = (0.5, 240.0), (0.002, 1.2)
#: Levels are compared as they are heard: as powers of amplitudes with this exponent.
HEARD = 0.3
#: What a number of each kind weighs where ambiences are compared.
WEIGHTS = {
    "level_db": 1.6, "depth_db": 0.035, "grain_share": 0.5, "grain_octaves": 0.05,
    "fall_octaves": 0.05, "tone_share": 0.5, "tone_at": 0.15, "rate_octaves": 0.4, "regular": 1.0,
    "together": 1.0,
}  # fmt: skip


def _edges_hz() -> NDArray[np.float64]:
    """Return the edges of the bands, (BANDS + 1,), at equal steps of the ERB rate."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOW_HZ, HIGH_HZ))
    return np.asarray((10 ** (np.linspace(low, high, BANDS + 1) / 21.4) - 1) / 0.00437)


EDGES_HZ = _edges_hz()
CENTRES_HZ = np.sqrt(EDGES_HZ[:-1] * EDGES_HZ[1:])
#: What a band counts as it is heard: the power gain of its K-weighting.
HEARD_POWERS = np.square(k_weighting(CENTRES_HZ.astype(np.float32))).astype(np.float64)
_SIZES = {
    "level_db": (BANDS,), "depth_db": (SPEEDS, BANDS), "grain_share": (BANDS,),
    "grain_octaves": (BANDS,), "fall_octaves": (BANDS,), "tone_share": (BANDS,),
    "tone_at": (BANDS,), "rate_octaves": (SPEEDS,), "regular": (SPEEDS,), "together": (SPEEDS + 1,),
}  # fmt: skip
_ENDS = np.cumsum([np.prod(size) for size in _SIZES.values()])
#: So many numbers describe an ambience.
NUMBERS = int(_ENDS[-1])
_LIMITS = {
    "depth_db": (0.0, DEEPEST_DB),
    "grain_share": (0.0, 0.97),
    "grain_octaves": tuple(np.log2(GRAINS_HZ)),
    "fall_octaves": tuple(np.log2(FALLS_S)),
    "tone_share": (0.0, 0.98),
    "tone_at": (0.0, 1.0),
    "regular": (0.0, 1.0),
    "together": (0.0, 1.0),
}


class AmbienceShape(NamedTuple):
    """One ambience as numbers, each the mean over a long time."""

    level_db: Floats  # (BANDS,): the power of each band, of which the whole is 0
    depth_db: Floats  # (SPEEDS, BANDS): how far its level moves, as a standard deviation
    grain_share: Floats  # (BANDS,): of a band's power, what lies in grains
    grain_octaves: Floats  # (BANDS,): log2 of the grains in a second
    fall_octaves: Floats  # (BANDS,): log2 of the seconds in which a grain falls by 63 %
    tone_share: Floats  # (BANDS,): of a band's power, what lies in its tone
    tone_at: Floats  # (BANDS,): where in its band the tone lies, from 0 to 1
    rate_octaves: Floats  # (SPEEDS,): log2 of the rate of each speed in Hz
    regular: Floats  # (SPEEDS,): how regular it is, from 0, any time, to 1, as a clock
    together: (
        Floats  # (SPEEDS + 1,): how much bands move at one time, from 0 to 1; last, the grains
    )

    @property
    def tone_hz(self) -> NDArray[np.float64]:
        """The frequency of each band's tone in Hz, (BANDS,)."""
        return np.asarray(EDGES_HZ[:-1] * (EDGES_HZ[1:] / EDGES_HZ[:-1]) ** self.tone_at)

    @property
    def powers(self) -> NDArray[np.float64]:
        """The power of each band, (BANDS,), of which the sum as it is heard is 1."""
        powers = 10 ** (np.asarray(self.level_db, np.float64) / 10)
        powers[self.level_db <= FLOOR_DB + 0.5] = 0.0
        return np.asarray(powers / max(float(powers @ HEARD_POWERS), 1e-9))

    @property
    def log2_hz(self) -> float:
        """Log2 of the pitch in Hz that goes with its colour: two and a half octaves below its middle."""
        heard = self.powers * HEARD_POWERS
        middle = float(heard @ np.log2(CENTRES_HZ)) - 2.5
        return float(np.clip(middle, *np.log2((82.0, 660.0))))


def packed(shape: AmbienceShape) -> Floats:
    """Return an ambience as one row of weighted numbers, (NUMBERS,)."""
    numbers = shape._replace(level_db=np.asarray(10 ** (HEARD * shape.level_db / 20.0), np.float32))
    parts = [np.ravel(getattr(numbers, name)) * weight for name, weight in WEIGHTS.items()]
    return np.concatenate(parts).astype(np.float32)


def unpacked(row: NDArray[np.floating[Any]]) -> AmbienceShape:
    """Return the ambience that a row (NUMBERS,) describes, each number within what can be played."""
    found: dict[str, Floats] = {}
    for (name, size), part in zip(_SIZES.items(), np.split(row, _ENDS[:-1]), strict=True):
        values = (part / WEIGHTS[name]).reshape(size)
        if name in _LIMITS:
            values = np.clip(values, *_LIMITS[name])
        found[name] = np.asarray(values, np.float32)
    loud = np.maximum(found["level_db"], 10 ** (HEARD * FLOOR_DB / 20.0))
    found["level_db"] = np.asarray(20.0 / HEARD * np.log10(loud), np.float32)
    slowest, fastest = np.log2(SPEEDS_HZ).T
    found["rate_octaves"] = np.clip(found["rate_octaves"], slowest, fastest).astype(np.float32)
    return AmbienceShape(**found)
