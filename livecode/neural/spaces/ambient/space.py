"""A space of ambiences at play: from a position to how a texture moves, and from a sound to its position."""

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.ambient.describing import shape_of
from livecode.neural.spaces.ambient.shape import BANDS, EDGES_HZ, AmbienceShape, packed, unpacked
from livecode.neural.spaces.described import DescribedSpace


class AmbienceSpace(DescribedSpace):
    """A space of ambiences, which never stand still."""

    def shape(self, z: Floats) -> AmbienceShape:
        """Return the ambience at a latent point (latent,); every point is one, and none is silent."""
        return unpacked(self.row(z))

    def log2_f0(self, z: Floats) -> Floats:
        """Return log2 of the pitches in Hz, (n,), that go with the colour at latent points (n, latent)."""
        return np.array([self.shape(point).log2_hz for point in z], np.float32)

    def described(self, audio: Floats) -> Floats:
        return packed(shape_of(audio, self.sample_rate))

    def mean_spectrum(self, z: Floats) -> NDArray[np.float64]:
        shape = self.shape(z)
        freq_hz = self.frequencies_hz
        band = np.clip(np.searchsorted(EDGES_HZ, freq_hz) - 1, 0, BANDS - 1)
        tones = np.asarray(shape.tone_share, np.float64)
        inside = (freq_hz >= EDGES_HZ[0]) & (freq_hz < EDGES_HZ[-1])
        bin_hz = float(freq_hz[0])
        noise = shape.powers * (1 - tones) * bin_hz / np.diff(EDGES_HZ)
        drawn = np.where(inside, noise[band], 0.0)
        at = np.clip(np.rint(shape.tone_hz / bin_hz).astype(int) - 1, 0, self.bins - 1)
        np.add.at(drawn, at, shape.powers * tones)
        return np.sqrt(drawn + 1e-12)
