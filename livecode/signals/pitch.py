"""The pitch of a sound by YIN (de Cheveigné and Kawahara, JASA 111, 2002)."""

import numpy as np
from numpy.typing import NDArray

MIN_HZ, MAX_HZ = 40.0, 2000.0
THRESHOLD = 0.15  # the period is at the first dip of the normalised difference below this
SILENCE = 1e-10  # mean square, -100 dBFS


class Yin:
    """Finds periods of up to half of `frames` in `frames` samples, a power of two."""

    def __init__(self, sample_rate: float, frames: int):
        self._rate, self._half = sample_rate, frames // 2
        self._shortest = max(2, int(sample_rate / MAX_HZ))
        self._longest = min(int(sample_rate / MIN_HZ) + 1, self._half - 2)
        self._sound = np.empty(frames)
        self._start = np.zeros(frames)  # the first half of `_sound`, then zeros
        self._spectrum = np.empty(frames // 2 + 1, complex)
        self._start_spectrum = np.empty(frames // 2 + 1, complex)
        self._correlation = np.empty(frames)
        self._energy = np.zeros(frames + 1)  # cumulated: of all samples before each one
        lags = self._longest + 2
        self._difference = np.empty(lags)
        self._dip = np.empty(lags)  # the difference divided by its own running mean
        self._mean = np.empty(lags)
        self._lag = np.arange(lags, dtype=float)
        self._below = np.empty(lags, bool)

    def measure(self, samples: NDArray[np.float64]) -> tuple[float, float]:
        """Return (fundamental of samples (frames,) in Hz, or 0; confidence, 0 to 1)."""
        self._smooth(samples)
        np.square(self._sound, out=self._correlation)
        np.cumsum(self._correlation, out=self._energy[1:])
        if self._energy[self._half] <= SILENCE * self._half:
            return 0.0, 0.0
        self._compare_with_itself()
        lag = self._first_dip()
        confidence = float(min(max(1.0 - self._dip[lag], 0.0), 1.0))
        hz = self._rate / (lag + self._offset(lag))
        return (hz if MIN_HZ <= hz <= MAX_HZ else 0.0), confidence

    def _smooth(self, samples: NDArray[np.float64]) -> None:
        """Copy the samples newest first, with the highest partials smoothed away.

        The dips of the highest partials would be narrower than one sample. In reversed order, the
        newest half is searched for in the older one, so that a tone that has just begun has no
        pitch yet, rather than a false one.
        """
        sound, samples = self._sound, samples[::-1]
        sound[0], sound[-1] = samples[0], samples[-1]
        np.add(samples[:-2], samples[2:], out=sound[1:-1])
        sound[1:-1] *= 0.25
        np.multiply(samples, 0.5, out=self._correlation)
        sound[1:-1] += self._correlation[1:-1]
        sound -= sound.mean()

    def _compare_with_itself(self) -> None:
        """Compute the difference function and its normalisation (the paper's steps 2 and 3)."""
        half, lags = self._half, len(self._lag)
        self._start[:half] = self._sound[:half]
        np.fft.rfft(self._sound, out=self._spectrum)
        np.fft.rfft(self._start, out=self._start_spectrum)
        np.conjugate(self._start_spectrum, out=self._start_spectrum)
        self._spectrum *= self._start_spectrum
        np.fft.irfft(self._spectrum, out=self._correlation)
        difference = self._difference
        np.multiply(self._correlation[:lags], -2.0, out=difference)
        difference += self._energy[half]
        difference += self._energy[half : half + lags]
        difference -= self._energy[:lags]
        np.maximum(difference, 0.0, out=difference)
        difference[0] = 0.0
        np.cumsum(difference, out=self._mean)
        self._mean += 1e-30
        np.multiply(difference, self._lag, out=self._dip)
        self._dip /= self._mean
        self._dip[0] = 1.0

    def _first_dip(self) -> int:
        dip, last = self._dip, self._longest
        np.less(dip, THRESHOLD, out=self._below)
        lag = self._shortest + int(self._below[self._shortest : last + 1].argmax())
        if not self._below[lag]:
            return self._shortest + int(dip[self._shortest : last + 1].argmin())
        while lag < last and dip[lag + 1] < dip[lag]:
            lag += 1
        return lag

    def _offset(self, lag: int) -> float:
        """Return where between two lags the dip is deepest, by a parabola: -0.5 to 0.5 samples."""
        before, here, after = map(self._difference.item, (lag - 1, lag, lag + 1))
        curve = before - 2.0 * here + after
        return min(max(0.5 * (before - after) / curve, -0.5), 0.5) if curve > 0.0 else 0.0
