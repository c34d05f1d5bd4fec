"""A space of hits at play: from a position to the shape of a whole hit, and from a hit to its position."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.manner import OF_HITS
from livecode.neural.spaces.search import SEARCH_STEPS
from livecode.neural.spaces.space import KNOTS, LatentSpace
from livecode.neural.spaces.struck.describing import shape_of
from livecode.neural.spaces.struck.shape import EDGES_HZ, MOMENTS_S, HitShape, packed, unpacked

#: A hit that is farther away than the nearest one has less of a say, by e for each `NEAR` of the nearest
#: one's square distance, or for each `NEXT`, in squares of the spread of the hits.
NEAR, NEXT = 0.3, 0.02
#: The window of the spectra that `decode` returns.
N_FFT = 2048


class HitSpace(LatentSpace):
    """Hits on the axes of their principal components.

    A point is the hit that the axes give there, and what the hits next to it have beyond that: where one
    of them lies, it is that very hit. The space takes the place of one of held sounds wherever
    positions, names and maps are concerned.
    """

    def __init__(
        self, name: str, sample_rate: int, config: dict[str, Any], tensors: dict[str, Floats]
    ) -> None:
        self.name, self.sample_rate = name, sample_rate
        self.n_fft, self.bins = N_FFT, N_FFT // 2
        self.latent = int(config["latent"])
        self.partials = self.bands = 0
        self.frequencies_hz = spectrum.bin_frequencies(N_FFT, sample_rate)
        self.axis_names = tuple(config["axis_names"])
        self.sound_names = tuple(config.get("sounds", ()))
        self.sound_points = tensors.get("sounds", np.zeros((0, self.latent), np.float32))
        self._axes = tensors["axes"]
        self.low = np.ascontiguousarray(self._axes[:, 0])
        self.high = np.ascontiguousarray(self._axes[:, -1])
        self._mean, self._basis = tensors["mean"], tensors["basis"]
        self._beyond = tensors["beyond"]
        self._spread = np.maximum(self.sound_points.std(0), 1e-6)
        self.texture, self.manner = None, OF_HITS

    def shape(self, z: Floats) -> HitShape:
        """Return the hit at a latent point (latent,); every point is one, and none is silent."""
        known = np.fmin(np.fmax(z, self.low), self.high)
        away = np.square((self.sound_points - known) / self._spread).sum(1)
        least = float(away.min())
        near = np.exp((least - away) / (NEAR * least + NEXT))
        near /= near.sum()
        return unpacked(self._mean + known @ self._basis + near @ self._beyond)

    def decode(self, z: Floats) -> Floats:
        """Return the mean spectrum of the hits at points (..., latent): (..., bins), equally loud."""
        points = np.asarray(z, np.float32).reshape(-1, self.latent)
        mags = np.array([self._spectrum(self.shape(point)) for point in points], np.float32)
        weights = spectrum.k_weighting(self.frequencies_hz)
        return spectrum.normalised(mags, weights).reshape(*np.shape(z)[:-1], self.bins)

    def encode(self, audio: Floats, search: int = SEARCH_STEPS) -> Floats:
        """Return the latent point (1, latent) of a hit, mono audio (n,) at `sample_rate`.

        A sound that is silent lies in the middle.
        """
        try:
            row = packed(shape_of(audio, self.sample_rate))
        except ValueError:
            return self.place(np.full((1, self.latent), 0.5))
        point = (row - self._mean) @ self._basis.T / np.square(self._basis).sum(1)
        return np.asarray(np.clip(point, self.low, self.high)[None], np.float32)

    def _spectrum(self, shape: HitShape) -> NDArray[np.float64]:
        lasting = np.gradient(MOMENTS_S)
        lasting = lasting / lasting.sum()
        power = 10 ** (shape.band_db / 10.0) @ lasting
        freq_hz = self.frequencies_hz
        band = np.clip(np.searchsorted(EDGES_HZ, freq_hz) - 1, 0, len(power) - 1)
        wide = np.diff(EDGES_HZ)[band]
        drawn = np.where(freq_hz >= EDGES_HZ[0], power[band] / wide, 0.0)
        body = 10 ** (shape.body_db / 10.0) * lasting
        bin_hz = freq_hz[0]
        at = np.clip(np.rint(np.exp2(shape.body_octaves) / bin_hz).astype(int) - 1, 0, None)
        np.add.at(drawn, at, body / bin_hz)
        return np.sqrt(drawn + 1e-12)


def knots(points: Floats) -> Floats:
    """Return latent values at equal steps of each axis, (latent, KNOTS), by how common they are.

    `points` is (hits, latent). 0 and 1 are the 2nd and the 98th percentile, and 0.5 is the median. Half
    of the way goes by values, and half by how many hits lie in between.
    """
    shares = np.linspace(2, 98, KNOTS)
    common = np.percentile(points, shares, axis=0).T
    low, middle, high = common[:, :1], common[:, KNOTS // 2][:, None], common[:, -1:]
    steps = np.linspace(0, 1, KNOTS)
    even = np.where(
        steps < 0.5, low + (middle - low) * 2 * steps, middle + (high - middle) * (2 * steps - 1)
    )
    return np.asarray((common + even) / 2, np.float32)
