"""A latent sound space at play: numpy only, from a point to magnitudes and from audio to points."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural import spectrum
from livecode.neural.spectrum import Floats

KIND = "space"
KNOTS = 33  # points of each axis' map from position to latent value; the middle one is the median
REACH = 8  # bins on either side of a partial that its window lobe is drawn in
FINENESS = 256  # steps within a bin at which the lobe is tabled
MARGIN = 0.25  # how far outside its trained range a latent value may go, in ranges

LOG2_F0_RANGE = (4.0, 13.0)  # of the decoder's outputs, before they become sound
STRETCH_RANGE = (-3.0, 6.5)  # asinh of the stretch in units of STRETCH_UNIT
STRETCH_UNIT = 1e-4
LOG_GAIN_RANGE = (-14.0, 4.0)


class Space:
    """A trained spectral VAE, ready to play.

    The decoder is a small network whose outputs draw a spectrum: the pitch, stretch and gains of
    a series of partials (if the space has one), and the levels of what is between them.
    Every spectrum has the same loudness: a space holds timbre and pitch, the voice the level.
    """

    def __init__(
        self, name: str, sample_rate: int, config: dict[str, Any], tensors: dict[str, Floats]
    ) -> None:
        self.name = name
        self.sample_rate = sample_rate
        self.n_fft = int(config["n_fft"])
        self.latent = int(config["latent"])
        self.bins = self.n_fft // 2
        self.frequencies_hz = spectrum.bin_frequencies(self.n_fft, sample_rate)
        self.axis_names: tuple[str, ...] = tuple(config["axis_names"])
        self._axes = tensors["axes"]  # (latent, KNOTS) latent values at equal steps of position
        span = self._axes[:, -1:] - self._axes[:, :1]
        self._low = np.ascontiguousarray((self._axes[:, :1] - MARGIN * span)[:, 0])
        self._high = np.ascontiguousarray((self._axes[:, -1:] + MARGIN * span)[:, 0])
        self._weighting = spectrum.k_weighting(self.frequencies_hz)
        self._encoder = [
            (tensors[f"encoder.{i}.weight"], tensors[f"encoder.{i}.bias"]) for i in (0, 2, 4)
        ]
        self._decoder = _Decoder(config, tensors, self.n_fft, sample_rate)

    def decode(self, z: Floats) -> Floats:
        """Magnitudes (..., bins) at latent points (..., latent)."""
        z = np.asarray(z, np.float32)
        points = np.ascontiguousarray(z.reshape(-1, self.latent))
        out = np.empty((len(points), self.bins), np.float32)
        for point, frame in zip(points, out, strict=True):
            self.decode_into(point, frame)
        return out.reshape(*z.shape[:-1], self.bins)

    def decode_into(self, z: Floats, out: Floats) -> None:
        """Magnitudes at one latent point (latent,) into `out` (bins,), with no new arrays.

        Any z is playable: it is held within reach of the trained range, and what is not a
        number counts as the lower end.
        """
        self._decoder.draw(z, self._low, self._high, out)

    def encode(self, audio: Floats) -> Floats:
        """Latent points (frames, latent) of audio (n,) at `sample_rate`, four per window."""
        frames = spectrum.cut(np.asarray(audio, np.float32), self.n_fft, self.n_fft // 4)
        return self.encode_magnitudes(spectrum.magnitudes(frames))

    def encode_magnitudes(self, mags: Floats) -> Floats:
        """Latent points (..., latent) of magnitudes (..., bins) at any loudness."""
        hidden = spectrum.scaled(spectrum.normalised(mags, self._weighting))
        (w0, b0), (w1, b1), (w2, b2) = self._encoder
        hidden = np.maximum(hidden @ w0.T + b0, 0)
        hidden = np.maximum(hidden @ w1.T + b1, 0)
        return hidden @ w2[: self.latent].T + b2[: self.latent]

    def place(self, position: NDArray[np.floating[Any]]) -> Floats:
        """Latent points (..., latent) at positions (..., k <= latent) in [0, 1].

        Equal steps of position are about equally audible; 0 and 1 are the ends of the trained
        range (2nd and 98th percentile), 0.5 is its median, where axes that are not given sit.
        """
        position = np.asarray(position, np.float32)
        k = position.shape[-1]
        step = np.clip(np.nan_to_num(position, nan=0.5), 0, 1) * (KNOTS - 1)
        below = np.minimum(step.astype(np.intp), KNOTS - 2)
        axis = np.arange(k)
        low, high = self._axes[axis, below], self._axes[axis, below + 1]
        z = np.empty((*position.shape[:-1], self.latent), np.float32)
        z[...] = self._axes[:, KNOTS // 2]
        z[..., :k] = low + (high - low) * (step - below)
        return z

    def position(self, z: Floats) -> Floats:
        """Positions (..., latent) in [0, 1] of latent points (..., latent): inverts `place`."""
        z = np.asarray(z, np.float32)
        steps = np.linspace(0, 1, KNOTS)
        axes = [np.interp(z[..., i], self._axes[i], steps) for i in range(self.latent)]
        return np.stack(axes, axis=-1).astype(np.float32)


class _Decoder:
    """The decoder network and its drawing of spectra, in arrays that are made once."""

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
        # a lobe's power sums over its bins to HANN_POWER, which LEVEL takes out again
        self._loudness = spectrum.k_weighting(frequencies) ** 2 / (2 * spectrum.HANN_POWER)
        if self._bands:
            split = len(self._bias) - self._bands
            spread = spectrum.band_matrix(frequencies, self._bands)
            self._level_head = np.ascontiguousarray(spread @ self._head[split:])
            self._level_skip = np.ascontiguousarray(spread @ self._skip[split:])
            self._level_bias = spread @ self._bias[split:]
            self._head, self._skip = self._head[:split].copy(), self._skip[:split].copy()
            self._bias = self._bias[:split].copy()
            self._levels = np.empty(self._bins, np.float32)
            self._level_sum = np.empty(self._bins, np.float32)
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
        # room on both sides of the bins, so that lobes may hang over the edges
        self._power = np.empty(REACH + self._bins + 3 * REACH, np.float32)

    def draw(self, z: Floats, low: Floats, high: Floats, out: Floats) -> None:
        """Magnitudes at z, held between low and high, into out (bins,)."""
        np.fmax(z, low, out=self._z)
        np.fmin(self._z, high, out=self._z)
        self._layer(self._w0, self._z, self._b0, self._h0)
        self._layer(self._w1, self._h0, self._b1, self._h1)
        self._power.fill(0)
        if self._partials:
            self._draw_partials()
        power = self._power[REACH : REACH + self._bins]
        if self._bands:
            self._draw_levels(power)
        power += 1e-20  # so that no outputs at all are quiet noise rather than silence
        power *= spectrum.LEVEL**2 / np.dot(power, self._loudness)
        np.sqrt(power, out=out)

    def _layer(self, weight: Floats, given: Floats, bias: Floats, out: Floats) -> None:
        """SiLU(weight given + bias) into out."""
        np.dot(weight, given, out=out)
        out += bias
        np.negative(out, out=self._gate)
        np.exp(self._gate, out=self._gate)
        self._gate += 1
        out /= self._gate

    def _draw_partials(self) -> None:
        """Adds the power of every partial's window lobe around its frequency."""
        outputs, place = self._outputs, self._place
        np.dot(self._head, self._h1, out=outputs)
        np.dot(self._skip, self._z, out=self._from_z)
        outputs += self._from_z
        outputs += self._bias
        f0_hz = 2 ** min(max(float(outputs[0]), LOG2_F0_RANGE[0]), LOG2_F0_RANGE[1])
        bend = min(max(float(outputs[1]), STRETCH_RANGE[0]), STRETCH_RANGE[1])
        stretch = STRETCH_UNIT * math.sinh(bend)
        gains = outputs[2:]
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
        place -= 1  # the first bin kept is bin 1 of the transform
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

    def _draw_levels(self, power: Floats) -> None:
        """Adds the power of what stands between the partials."""
        levels = self._levels
        np.dot(self._level_head, self._h1, out=levels)
        np.dot(self._level_skip, self._z, out=self._level_sum)
        levels += self._level_sum
        levels += self._level_bias
        np.maximum(levels, 0, out=levels)
        np.minimum(levels, 1, out=levels)
        levels *= spectrum.SCALE
        np.exp(levels, out=levels)
        levels -= 1
        levels *= spectrum.FLOOR
        np.square(levels, out=levels)
        power += levels


def _lobe_powers() -> Floats:
    """Power of a Hann window's lobe around a partial: (FINENESS + 1, 2 * REACH).

    Row f is for a partial f / FINENESS of a bin above bin REACH - 1 of the row.
    """
    fraction = np.arange(FINENESS + 1)[:, None] / FINENESS
    offset = np.arange(2 * REACH) - (REACH - 1) - fraction
    lobe = np.sinc(offset) + 0.5 * np.sinc(offset - 1) + 0.5 * np.sinc(offset + 1)
    return np.square(lobe).astype(np.float32)
