"""How the levels of an ambience move: each band at four speeds, alone, with the others, or as a clock."""

import numpy as np
from numpy.typing import NDArray

from livecode.neural.spaces.ambient.shape import BANDS, SPEEDS, AmbienceShape

Numbers = NDArray[np.float64]

#: What both channels of a band have in common of what is its own.
IN_COMMON = 0.6
#: Bands swing at rates that differ by so much, as a standard deviation.
DETUNED = 0.04
#: How fast a swing forgets, in its own cycles: at once if it is not regular, and late if it is.
FORGETS, REGULAR_FORGETS = 0.9, 0.015
#: A level moves by at most so many standard deviations, and all speeds together by so much, in nepers.
FARTHEST, DEEPEST = 2.0, 1.2
#: The speeds that count as slow: the loudness of the whole follows them so far up and down at most, in
#: nepers, and about its own mean of so many seconds.
SLOW, UP, DOWN, MEAN_S = 2, 0.5, 1.1, 4.0
#: No band stands still: each moves by so much at each speed, as a standard deviation in dB.
LEAST_DB = np.array([2.0, 1.5, 0.0, 0.0])[:, None]
_NEPERS = np.log(10) / 20


class Motions:
    """The moving levels of one ambience.

    Each is the real part of a damped oscillator that noise drives, so that `regular` is its sharpness.
    """

    def __init__(self, rng: np.random.Generator, step_s: float):
        """`rng` drives it, and it moves in steps of `step_s` seconds."""
        self._rng, self._step_s = rng, step_s
        # one of all bands, one of each band, and one of each band in each channel
        self._swings = self._normal()
        self._detuned = 1 + DETUNED * rng.standard_normal((SPEEDS, 1 + 3 * BANDS))
        self._detuned[:, 0] = 1.0
        self._keep = np.zeros_like(self._swings)
        self._push = np.zeros(self._swings.shape)
        self._set_for: Numbers = np.zeros(0)
        self._slow_mean = self._fast_mean = 0.0  # powers; 0: there is none yet

    def advance(self, shape: AmbienceShape, powers: Numbers) -> Numbers:
        """Return the next levels of the bands in each channel, (2, BANDS) in nepers.

        `powers` (BANDS,) are what the bands count in the whole as it is heard; their sum is about 1.
        """
        self._tune(shape)
        self._swings = self._swings * self._keep + self._normal() * self._push
        swings = self._swings.real
        together = np.clip(shape.together[:-1, None], 0.0, 1.0).astype(np.float64)
        own = np.sqrt(IN_COMMON) * swings[:, None, 1 : 1 + BANDS]
        own = own + np.sqrt(1 - IN_COMMON) * swings[:, 1 + BANDS :].reshape(SPEEDS, 2, BANDS)
        moved = (
            np.sqrt(together)[:, None] * swings[:, None, :1] + np.sqrt(1 - together)[:, None] * own
        )
        moved = FARTHEST * np.tanh(moved / FARTHEST)
        depths = np.maximum(shape.depth_db, LEAST_DB) * _NEPERS
        size = np.sqrt(np.square(depths).sum(0))
        depths *= np.minimum(1.0, DEEPEST / np.maximum(size, 1e-6))
        moved *= depths[:, None]
        slow, fast = moved[:SLOW].sum(0), moved[SLOW:].sum(0)
        return np.asarray(slow + fast + self._levelled(slow, fast, powers))

    def _levelled(self, slow: Numbers, fast: Numbers, powers: Numbers) -> float:
        """Return what keeps the whole near its loudness, in nepers, while it breathes."""
        now = float((np.exp(2 * slow) @ powers).mean()) + 1e-12
        quick = float((np.exp(2 * (slow + fast)) @ powers).mean() / now)
        if not self._slow_mean:
            self._slow_mean, self._fast_mean = max(now, 1.0), max(quick, 1.0)
        share = self._step_s / MEAN_S
        self._slow_mean += share * (now - self._slow_mean)
        self._fast_mean += share * (quick - self._fast_mean)
        away = 0.5 * np.log(now / self._slow_mean)
        most = UP if away > 0 else DOWN
        return float(
            most * np.tanh(away / most) - 0.5 * np.log(now) - 0.5 * np.log(self._fast_mean)
        )

    def _tune(self, shape: AmbienceShape) -> None:
        wanted = np.concatenate([shape.rate_octaves, shape.regular]).astype(np.float64)
        if len(self._set_for) and np.abs(wanted - self._set_for).max() < 1e-3:
            return
        self._set_for = wanted
        turns = 2 * np.pi * np.exp2(wanted[:SPEEDS]) * self._step_s
        forgets = REGULAR_FORGETS + FORGETS * np.square(1 - wanted[SPEEDS:])
        angles = turns[:, None] * self._detuned
        self._keep = np.exp(-forgets[:, None] * angles + 1j * angles)
        self._push = np.sqrt(1 - np.square(np.abs(self._keep)))

    def _normal(self) -> NDArray[np.complex128]:
        return self._rng.standard_normal((SPEEDS, 1 + 3 * BANDS, 2)).view(np.complex128)[..., 0]
