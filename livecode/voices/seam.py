"""The seam where a stream goes on from elsewhere: it goes down and rises again, without a click."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: A stream that is taken back goes down with the samples that were drawn, and rises again so long.
RISE_S = 0.01


class Seam:
    """Takes the click out of going elsewhere: down with what was drawn last, and up again."""

    def __init__(self, rate_hz: int):
        self._count = max(1, round(RISE_S * rate_hz))
        self.risen_by = self._count  # samples; all of them if it does not rise

    def down(self, audio: Floats) -> Floats:
        """Audio that ends in silence; what comes next rises."""
        self.risen_by = 0
        count = min(len(audio), self._count)
        gain = np.ones(len(audio), np.float32)
        gain[len(audio) - count :] = np.linspace(1, 0, count + 1, dtype=np.float32)[1:]
        return np.asarray(audio * gain, np.float32)

    def risen(self, audio: Floats) -> Floats:
        """Audio, faded in as far as it still rises."""
        if self.risen_by >= self._count or not len(audio):
            return audio
        gain = np.minimum((self.risen_by + np.arange(len(audio))) / self._count, 1.0)
        self.risen_by += len(audio)
        return np.asarray(audio * gain, np.float32)
