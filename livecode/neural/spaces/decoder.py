"""The decoder of a space in numpy: maps a latent point to magnitudes without allocating arrays."""

import math
from typing import Any, NamedTuple

import numpy as np

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats

REACH = 8  # bins on either side of a partial into which its window lobe is drawn
FINENESS = 256  # steps within a bin for which the lobe is tabulated

LOG2_F0_RANGE = (4.0, 13.0)  # limits of the decoder's outputs
STRETCH_RANGE = (-3.0, 6.5)  # asinh of the stretch, in units of STRETCH_UNIT
STRETCH_UNIT = 1e-4
LOG_GAIN_RANGE = (-14.0, 4.0)


class SoundParts(NamedTuple):
    """What the decoder says of a sound, before it is drawn as a spectrum.

    A partial of amplitude 1 is a sine of amplitude 1. `gains` and `noise` are the decoder's own arrays,
    which the next call fills anew.
    """

    log2_f0: float  # of the fundamental in Hz
    stretch: float  # partial n, from 0, is at f0 (n + 1) √(1 + stretch n²)
    gains: Floats  # (partials,): amplitudes
    noise: Floats  # (bins,): amplitudes of what lies between the partials


class SpaceDecoder:
    """The decoder network and the drawing of its spectra, in preallocated arrays."""

    def __init__(
        self, config: dict[str, Any], tensors: dict[str, Floats], n_fft: int, sample_rate: int
    ) -> None:
        self._w0, self._b0 = tensors["decoder.body.0.weight"], tensors["decoder.body.0.bias"]
        self._w1, self._b1 = tensors["decoder.body.2.weight"], tensors["decoder.body.2.bias"]
        self._head, self._bias = tensors["decoder.head.weight"], tensors["decoder.head.bias"]
        self._skip = tensors["decoder.skip.weight"]
        self._partials, self._bands = int(config["partials"]), int(config["bands"])
        self._bins = n_fft // 2
        frequencies = spectrum.bin_frequencies(n_fft, sample_rate)
        # A lobe's power sums over its bins to HANN_POWER, which LEVEL divides out again.
        self._loudness = spectrum.k_weighting(frequencies) ** 2 / (2 * spectrum.HANN_POWER)
        self._levels = np.zeros(self._bins, np.float32)
        if self._bands not in (0, self._bins):
            self._spread = spectrum.band_matrix(frequencies, self._bands)
        hidden = len(self._b0)
        self._z = np.empty(len(self._skip.T), np.float32)
        self._h0, self._h1, self._gate = np.empty((3, hidden), np.float32)
        self._outputs, self._from_z = np.empty((2, len(self._bias)), np.float32)
        self._harmonic = np.arange(self._partials, dtype=np.float32)
        self._place = np.empty(self._partials, np.float32)
        self._floor = np.empty(self._partials, np.float32)
        self._whole = np.empty(self._partials, np.intp)
        self._fine = np.empty(self._partials, np.intp)
        self._bins_per_hz = n_fft / sample_rate
        self._lobe = _lobe_powers()
        self._drawn = np.empty((self._partials, 2 * REACH), np.float32)
        self._where = np.empty((self._partials, 2 * REACH), np.intp)
        self._around = np.arange(2 * REACH, dtype=np.intp)
        # Extra room on both sides of the bins, so that lobes may reach over the edges.
        self._power = np.empty(REACH + self._bins + 3 * REACH, np.float32)

    def draw(
        self, z: Floats, low: Floats, high: Floats, out: Floats, moves: Floats | None = None
    ) -> None:
        """Write the magnitudes at z, limited to low … high, with outputs moved, into out (bins,)."""
        self._compute(z, low, high, moves)
        self._power.fill(0)
        if self._partials:
            self._draw_partials()
        power = self._power[REACH : REACH + self._bins]
        if self._bands:
            self._find_levels()
            np.square(self._levels, out=self._levels)
            power += self._levels
        power += 1e-20  # so that empty outputs give quiet noise rather than a division by zero
        power *= spectrum.LEVEL**2 / np.dot(power, self._loudness)
        np.sqrt(power, out=out)

    def parts(
        self, z: Floats, low: Floats, high: Floats, moves: Floats | None = None
    ) -> SoundParts:
        """Return the partials and the noise at z, limited to low … high, with outputs moved."""
        self._compute(z, low, high, moves)
        log2_f0, stretch = self._series()
        gains = self._outputs[2 : 2 + self._partials]
        np.clip(gains, *LOG_GAIN_RANGE, out=gains)
        np.exp(gains, out=gains)
        if self._bands:
            self._find_levels()
        return SoundParts(log2_f0, stretch, gains, self._levels)

    def _compute(self, z: Floats, low: Floats, high: Floats, moves: Floats | None) -> None:
        """Fill the outputs of the network at z, limited to low … high, and move them."""
        np.fmax(z, low, out=self._z)
        np.fmin(self._z, high, out=self._z)
        self._layer(self._w0, self._z, self._b0, self._h0)
        self._layer(self._w1, self._h0, self._b1, self._h1)
        np.dot(self._head, self._h1, out=self._outputs)
        np.dot(self._skip, self._z, out=self._from_z)
        self._outputs += self._from_z
        self._outputs += self._bias
        if moves is not None:
            self._outputs += moves

    def log2_f0(self, z: Floats) -> Floats:
        """Return log2 of the fundamental in Hz, (n,), at points (n, latent) inside the range."""
        hidden = z @ self._w0.T + self._b0
        hidden /= 1 + np.exp(-hidden)
        hidden = hidden @ self._w1.T + self._b1
        hidden /= 1 + np.exp(-hidden)
        pitch = hidden @ self._head[0] + z @ self._skip[0] + self._bias[0]
        return np.asarray(np.clip(pitch, *LOG2_F0_RANGE), np.float32)

    def _layer(self, weight: Floats, given: Floats, bias: Floats, out: Floats) -> None:
        """Write SiLU(weight given + bias) into out."""
        np.dot(weight, given, out=out)
        out += bias
        np.negative(out, out=self._gate)
        np.exp(self._gate, out=self._gate)
        self._gate += 1
        out /= self._gate

    def _series(self) -> tuple[float, float]:
        """Return log2 of the fundamental in Hz, and the stretch of the series."""
        outputs = self._outputs
        log2_f0 = min(max(float(outputs[0]), LOG2_F0_RANGE[0]), LOG2_F0_RANGE[1])
        bend = min(max(float(outputs[1]), STRETCH_RANGE[0]), STRETCH_RANGE[1])
        return log2_f0, STRETCH_UNIT * math.sinh(bend)

    def _draw_partials(self) -> None:
        """Add the power of every partial's window lobe around its frequency."""
        outputs, place = self._outputs, self._place
        log2_f0, stretch = self._series()
        f0_hz = 2**log2_f0
        gains = outputs[2 : 2 + self._partials]
        np.maximum(gains, LOG_GAIN_RANGE[0], out=gains)
        np.minimum(gains, LOG_GAIN_RANGE[1], out=gains)
        gains *= 2
        np.exp(gains, out=gains)
        np.square(self._harmonic, out=place)
        place *= stretch
        place += 1
        np.maximum(place, 0.1, out=place)
        np.sqrt(place, out=place)
        place *= f0_hz * self._bins_per_hz
        self._harmonic += 1
        place *= self._harmonic
        self._harmonic -= 1
        place -= 1  # the first bin is bin 1 of the transform
        np.minimum(place, self._bins + REACH - 1, out=place)
        np.floor(place, out=self._floor)
        self._whole[...] = self._floor
        place -= self._floor
        place *= FINENESS
        np.rint(place, out=place)
        self._fine[...] = place
        self._lobe.take(self._fine, axis=0, out=self._drawn, mode="clip")
        self._drawn *= gains[:, None]
        np.add(self._whole[:, None], self._around, out=self._where)
        self._where += 1
        np.add.at(self._power, self._where.reshape(-1), self._drawn.reshape(-1))

    def _find_levels(self) -> None:
        """Fill the amplitudes of the bands between the partials."""
        levels = self._levels
        outputs = self._outputs[-self._bands :]
        if self._bands == self._bins:
            levels[...] = outputs
        else:
            np.dot(self._spread, outputs, out=levels)
        np.maximum(levels, 0, out=levels)
        np.minimum(levels, 1, out=levels)
        levels *= spectrum.SCALE
        np.exp(levels, out=levels)
        levels -= 1
        levels *= spectrum.FLOOR


def _lobe_powers() -> Floats:
    """Return the power of a Hann window's lobe around a partial: (FINENESS + 1, 2 * REACH).

    Row f is for a partial that is f / FINENESS of a bin above bin REACH - 1 of the row.
    """
    fraction = np.arange(FINENESS + 1)[:, None] / FINENESS
    offset = np.arange(2 * REACH) - (REACH - 1) - fraction
    lobe = np.sinc(offset) + 0.5 * np.sinc(offset - 1) + 0.5 * np.sinc(offset + 1)
    return np.square(lobe).astype(np.float32)
