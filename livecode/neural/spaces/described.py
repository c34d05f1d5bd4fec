"""Spaces of described sounds: principal components of rows of numbers, and what the nearest sounds add."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import spectrum
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.manner import Manner
from livecode.neural.spaces.search import SEARCH_STEPS
from livecode.neural.spaces.space import KNOTS, LatentSpace

#: A sound that is farther away than the nearest one has less of a say, by e for each `NEAR` of the nearest
#: one's square distance, or for each `NEXT`, in squares of the spread of the sounds.
NEAR, NEXT = 0.3, 0.02
#: The window of the spectra that `decode` returns.
N_FFT = 2048


class DescribedSpace(LatentSpace):
    """Sounds on the axes of the principal components of what describes them.

    A point is the sound that the axes give there, and what the sounds next to it have beyond that: where
    one of them lies, it is that very sound. The space takes the place of one of held spectra wherever
    positions, names and maps are concerned.
    """

    MANNER: ClassVar = Manner()  # how agents go in it

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
        self.texture, self.manner = None, self.MANNER

    def row(self, z: Floats) -> Floats:
        """Return the numbers that describe the sound at a latent point (latent,)."""
        known = np.fmin(np.fmax(z, self.low), self.high)
        away = np.square((self.sound_points - known) / self._spread).sum(1)
        least = float(away.min())
        near = np.exp((least - away) / (NEAR * least + NEXT))
        near /= near.sum()
        return np.asarray(self._mean + known @ self._basis + near @ self._beyond)

    def decode(self, z: Floats) -> Floats:
        """Return the mean spectrum of the sounds at points (..., latent): (..., bins), equally loud."""
        points = np.asarray(z, np.float32).reshape(-1, self.latent)
        mags = np.array([self.mean_spectrum(point) for point in points], np.float32)
        weights = spectrum.k_weighting(self.frequencies_hz)
        return spectrum.normalised(mags, weights).reshape(*np.shape(z)[:-1], self.bins)

    def encode(self, audio: Floats, search: int = SEARCH_STEPS) -> Floats:
        """Return the latent point (1, latent) of a sound, mono audio (n,) at `sample_rate`.

        A sound that is silent lies in the middle.
        """
        try:
            row = self.described(audio)
        except ValueError:
            return self.place(np.full((1, self.latent), 0.5))
        point = (row - self._mean) @ self._basis.T / np.square(self._basis).sum(1)
        return np.asarray(np.clip(point, self.low, self.high)[None], np.float32)

    def described(self, audio: Floats) -> Floats:
        """Return the numbers that describe a sound, mono audio (n,); raises ValueError if it is silent."""
        raise NotImplementedError

    def mean_spectrum(self, z: Floats) -> NDArray[np.float64]:
        """Return the mean spectrum of the sound at a latent point (latent,): (bins,)."""
        raise NotImplementedError


def knots(points: Floats) -> Floats:
    """Return latent values at equal steps of each axis, (latent, KNOTS), by how common they are.

    `points` is (sounds, latent). 0 and 1 are the 2nd and the 98th percentile, and 0.5 is the median. Half
    of the way goes by values, and half by how many sounds lie in between.
    """
    shares = np.linspace(2, 98, KNOTS)
    common = np.percentile(points, shares, axis=0).T
    low, middle, high = common[:, :1], common[:, KNOTS // 2][:, None], common[:, -1:]
    steps = np.linspace(0, 1, KNOTS)
    even = np.where(
        steps < 0.5, low + (middle - low) * 2 * steps, middle + (high - middle) * (2 * steps - 1)
    )
    return np.asarray((common + even) / 2, np.float32)
