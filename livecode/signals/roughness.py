"""The roughness of a spectrum: how strongly its loudest partials beat with each other."""

import math

import numpy as np
from numpy.typing import NDArray

PARTIALS = 20
# Sethares, "Local consonance and the relationship between timbre and scale", JASA 94, 1993: Plomp
# and Levelt's curve as a difference of exponentials, whose width depends on the lower partial.
SLOW, FAST = 3.5, 5.75
D_STAR, S1, S2 = 0.24, 0.0207, 18.96
SUMMIT = 0.18075  # the maximum of exp(-SLOW x) - exp(-FAST x), at x = 0.2206
# Weaker partials are left out. Beating with the strongest, they are 3 % as rough as equal ones.
FAINT = 10 ** (-30 / 20)


class Roughness:
    """Measures spectra of `bins` magnitudes that are `bin_hz` apart."""

    def __init__(self, bin_hz: float, bins: int):
        self._bin_hz = bin_hz
        self._rising, self._falling = np.empty(bins - 2, bool), np.empty(bins - 2, bool)
        self._summits = np.empty(bins - 2)
        self._hz, self._amplitude = np.zeros(PARTIALS), np.zeros(PARTIALS)
        self._apart, self._lower, self._beats = np.empty((3, PARTIALS, PARTIALS))

    def measure(self, magnitudes: NDArray[np.float64]) -> float:
        """Return the roughness of magnitudes (bins,), 0 to below 1.

        One partial, or partials far apart, read 0; two equal partials at their roughest read 0.5.
        The value is r / (1 + r) with r = sum over pairs i, j of a_i a_j d(f_i, f_j) / sum of a_i².
        Here d is Sethares' curve, scaled so that its maximum is 1.
        """
        self._find_partials(magnitudes)
        hz, amplitude = self._hz, self._amplitude
        energy = float(np.vdot(amplitude, amplitude))
        if energy <= 0.0:
            return 0.0
        apart, lower, beats = self._apart, self._lower, self._beats
        np.subtract(hz[:, None], hz, out=apart)
        np.abs(apart, out=apart)
        np.minimum(hz[:, None], hz, out=lower)
        lower *= S1 / D_STAR
        lower += S2 / D_STAR
        apart /= lower
        np.multiply(apart, -SLOW, out=beats)
        np.exp(beats, out=beats)
        apart *= -FAST
        np.exp(apart, out=apart)
        beats -= apart
        beats *= amplitude
        beats *= amplitude[:, None]
        ratio = float(beats.sum()) / (SUMMIT * energy)
        return ratio / (1.0 + ratio)

    def _find_partials(self, magnitudes: NDArray[np.float64]) -> None:
        inner, summits = magnitudes[1:-1], self._summits
        np.greater(inner, magnitudes[:-2], out=self._rising)
        np.greater_equal(inner, magnitudes[2:], out=self._falling)
        self._rising &= self._falling
        summits.fill(0.0)
        np.copyto(summits, inner, where=self._rising)
        self._amplitude.fill(0.0)
        least = 0.0
        for partial in range(PARTIALS):
            at = int(summits.argmax())
            if summits[at] <= least:
                return
            least = least or FAINT * float(summits[at])
            summits[at] = 0.0
            offset, amplitude = _summit(*map(magnitudes.item, (at, at + 1, at + 2)))
            self._hz[partial] = (at + 1 + offset) * self._bin_hz
            self._amplitude[partial] = amplitude


def _summit(before: float, here: float, after: float) -> tuple[float, float]:
    """Return (offset in bins, height) of the parabola through three log magnitudes."""
    left, right = math.log(here / (before or here)), math.log(here / (after or here))
    bend = left + right
    offset = 0.5 * (left - right) / bend if bend > 0.0 else 0.0
    return offset, here * math.exp(0.25 * (left - right) * offset)
