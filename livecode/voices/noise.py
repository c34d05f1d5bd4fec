"""A stand-in for a sampling model: noise that gets brighter and rougher with its temperature."""

import numpy as np

#: −20 dBFS, like other voices.
LEVEL_RMS = 0.1


class NoiseVoice:
    """Noise through a one-pole low-pass whose cutoff follows the temperature."""

    controls = ("temperature",)

    def __init__(self, sample_rate: int, hop: int, seed: int):
        self._sample_rate, self._hop = sample_rate, hop
        self._rng = np.random.default_rng(seed)
        self._last = 0.0

    def play(self, value: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop,) float32, at the temperature value[0]; None is temperature 1."""
        temperature = 1.0 if value is None else float(value[0])
        corner_hz = min(200.0 * 2.0 ** (3.0 * temperature), 0.4 * self._sample_rate)
        keep = np.exp(-2 * np.pi * corner_hz / self._sample_rate)
        noise = self._rng.standard_normal(self._hop)
        # y[n] = keep·y[n−1] + (1−keep)·x[n], as a product with the powers of keep
        powers = keep ** np.arange(self._hop + 1)
        out = np.convolve(noise * (1 - keep), powers[:-1])[: self._hop] + self._last * powers[1:]
        self._last = float(out[-1])
        steady_rms = np.sqrt((1 - keep) / (1 + keep))
        result: np.ndarray = (out * (LEVEL_RMS / steady_rms)).astype(np.float32)
        return result
