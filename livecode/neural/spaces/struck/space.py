"""A space of hits at play: from a position to the shape of a whole hit, and from a hit to its position."""

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.described import DescribedSpace
from livecode.neural.spaces.manner import OF_HITS
from livecode.neural.spaces.struck.describing import shape_of
from livecode.neural.spaces.struck.shape import EDGES_HZ, MOMENTS_S, HitShape, packed, unpacked


class HitSpace(DescribedSpace):
    """A space of hits."""

    MANNER = OF_HITS

    def shape(self, z: Floats) -> HitShape:
        """Return the hit at a latent point (latent,); every point is one, and none is silent."""
        return unpacked(self.row(z))

    def described(self, audio: Floats) -> Floats:
        return packed(shape_of(audio, self.sample_rate))

    def mean_spectrum(self, z: Floats) -> NDArray[np.float64]:
        shape = self.shape(z)
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
