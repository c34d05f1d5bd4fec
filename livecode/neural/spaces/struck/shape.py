"""What a hit is made of: a body that may fall in pitch, bands of noise, and a tone in each band.

The body is all that lies below the bands, as one sine. Its pitch, its level and the level of each band go
from moment to moment; moments are near each other where a hit begins. Of the power of a band the tone
has a share.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats, k_weighting

#: The moments at which levels are given, in seconds from the beginning.
MOMENTS_S = np.array([
    0.0, 0.0015, 0.003, 0.005, 0.008, 0.012, 0.018, 0.027, 0.04, 0.06, 0.09, 0.135, 0.2, 0.3, 0.45,
    0.7, 1.1, 1.7,
])  # fmt: skip
#: After the last moment a hit falls by 60 dB in this time, in seconds.
END_S = 0.3
LONGEST_S = float(MOMENTS_S[-1]) + END_S
#: Of a thinned hit a body below this, in full from so many octaves lower on, is softer by so many dB; and
#: after so many seconds it falls faster by so many dB a second.
THIN_BELOW_HZ, THIN_OVER = 150.0, 0.3
THINNER_DB, THUD_S, THUD_DB_S = 6.0, 0.05, 250.0
BANDS = 20
LOW_HZ, HIGH_HZ = 360.0, 17_000.0
#: The body lies between these.
BODY_HZ = (28.0, LOW_HZ)
#: Levels are kept down to this below the loudest moment of the hit, in dB.
FLOOR_DB = -60.0
#: Levels are compared as they are heard: as powers of amplitudes with this exponent.
HEARD = 0.3
#: What a number of each kind weighs where hits are compared: octaves, the body's level as it is heard, a
#: band's, a share of a band's width, and a share of a band's power.
WEIGHTS = {"body_octaves": 0.3, "body_db": 2.0, "band_db": 1.0, "tone_at": 0.3, "tone_share": 0.6}


def _edges_hz() -> NDArray[np.float64]:
    """Return the edges of the bands, (BANDS + 1,), at equal steps of the ERB rate."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOW_HZ, HIGH_HZ))
    return np.asarray((10 ** (np.linspace(low, high, BANDS + 1) / 21.4) - 1) / 0.00437)


EDGES_HZ = _edges_hz()
_TIMES = len(MOMENTS_S)
#: So many numbers describe a hit.
NUMBERS = 2 * _TIMES + BANDS * _TIMES + 2 * BANDS
_ENDS = np.cumsum([_TIMES, _TIMES, BANDS * _TIMES, BANDS])


class HitShape(NamedTuple):
    """One hit as numbers; amplitudes are in dB, where 0 is the loudest moment of a hit."""

    body_octaves: Floats  # (moments,): log2 of its frequency in Hz
    body_db: Floats  # (moments,): the amplitude of its sine
    band_db: Floats  # (BANDS, moments): the RMS amplitude of each band times √2
    tone_at: Floats  # (BANDS,): where in its band the tone lies, from 0 to 1
    tone_share: Floats  # (BANDS,): of the band's power

    @property
    def tone_hz(self) -> NDArray[np.float64]:
        """The frequency of each band's tone in Hz, (BANDS,)."""
        return np.asarray(EDGES_HZ[:-1] * (EDGES_HZ[1:] / EDGES_HZ[:-1]) ** self.tone_at)

    def power(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the power at each moment, (moments,), and the same K-weighted, as it is heard."""
        body = 0.5 * 10 ** (self.body_db / 10.0)
        bands = 0.5 * 10 ** (self.band_db / 10.0)
        of_body = np.square(k_weighting(np.exp2(self.body_octaves).astype(np.float32)))
        of_bands = np.square(k_weighting(self.tone_hz.astype(np.float32)))
        return body + bands.sum(0), body * of_body + of_bands @ bands


def thinned(shape: HitShape) -> HitShape:
    """Return a hit that leaves the register of kick and bass to others: a low body is softer, and a thud."""
    low = np.clip((np.log2(THIN_BELOW_HZ) - shape.body_octaves) / THIN_OVER, 0.0, 1.0)
    less = low * (THINNER_DB + THUD_DB_S * np.maximum(MOMENTS_S - THUD_S, 0.0))
    return shape._replace(body_db=np.maximum(shape.body_db - less, FLOOR_DB).astype(np.float32))


def packed(shape: HitShape) -> Floats:
    """Return a hit as one row of weighted numbers, (NUMBERS,)."""
    numbers = shape._replace(body_db=_loud(shape.body_db), band_db=_loud(shape.band_db))
    parts = [np.ravel(getattr(numbers, name)) * weight for name, weight in WEIGHTS.items()]
    return np.concatenate(parts).astype(np.float32)


def unpacked(row: NDArray[np.floating[Any]]) -> HitShape:
    """Return the hit that a row (NUMBERS,) describes, each number within what can be played."""
    octaves, body, bands, at, share = (
        part / weight for part, weight in zip(np.split(row, _ENDS), WEIGHTS.values(), strict=True)
    )
    return HitShape(
        np.clip(octaves, *np.log2(BODY_HZ)),
        _decibels(body),
        _decibels(bands).reshape(BANDS, _TIMES),
        np.clip(at, 0.0, 1.0),
        np.clip(share, 0.0, 0.99),
    )


def _loud(db: Floats) -> Floats:
    return np.asarray(10 ** (HEARD * db / 20.0), np.float32)


def _decibels(loud: NDArray[np.floating[Any]]) -> Floats:
    least, most = 10 ** (HEARD * FLOOR_DB / 20.0), 10 ** (HEARD * 6.0 / 20.0)
    return np.asarray(20.0 / HEARD * np.log10(np.clip(loud, least, most)), np.float32)
