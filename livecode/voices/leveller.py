"""Holds back what a stream plays far louder than it usually does: a roar after quiet takes is no shock."""

import math

import numpy as np

from livecode.neural.audio.loudness import TARGET_LUFS

#: So much above the loudness of all voices nothing is held back, in dB; beyond, most of it is.
HEADROOM_DB, RATIO = 6.0, 4.0
#: How fast the level follows what becomes louder, and what becomes fainter, in seconds.
ATTACK_S, RELEASE_S = 0.25, 1.5


class Leveller:
    """Follows the level of a stream hop by hop, and turns down what is too loud.

    A compressor in the sense of Giannoulis, Massberg and Reiss, "Digital dynamic range compressor
    design" (JAES 60(6), 2012): feed-forward, its level smoothed before the gain is worked out.
    """

    def __init__(self, sample_rate: int, hop: int):
        self._attack, self._release = (
            1 - math.exp(-hop / (time_s * sample_rate)) for time_s in (ATTACK_S, RELEASE_S)
        )
        self._power, self._gain = 0.0, 1.0
        self._way = np.arange(1, hop + 1, dtype=np.float32) / hop

    def process(self, audio: np.ndarray, on: bool) -> np.ndarray:
        """Return a hop, (hop,) float32, turned down as far as it is too loud; with `on` False as it is."""
        power = float(np.mean(np.square(audio)))
        share = self._attack if power > self._power else self._release
        self._power += share * (power - self._power)
        gain = self._wanted() if on else 1.0
        former, self._gain = self._gain, gain
        if former == gain == 1.0:
            return audio
        levelled: np.ndarray = audio * (former + (gain - former) * self._way)
        return levelled.astype(np.float32)

    def _wanted(self) -> float:
        if self._power <= 0:
            return 1.0
        over_db = 10 * math.log10(self._power) - (TARGET_LUFS + HEADROOM_DB)
        return 10 ** (-max(over_db, 0.0) * (1 - 1 / RATIO) / 20)
