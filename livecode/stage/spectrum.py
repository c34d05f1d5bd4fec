"""The spectrum of what sounds, in bands of equal width in pitch, as the page draws it."""

import math

import numpy as np
from numpy.typing import NDArray

from livecode.transport import TapBuffer

#: The bands, from the lowest key of a piano to where few loudspeakers of a club differ.
BANDS, LOW_HZ, HIGH_HZ = 384, 27.5, 16_000.0
#: Frames of one spectrum, and how finely it is sampled: the bands of the bass lie closer than its bins.
WINDOW, PADDED = 4096, 8192
#: The level of band value 0, in dBFS; 255 stands for 0 dBFS.
FLOOR_DB = -90.0


class BandSpectrum:
    """Levels of `BANDS` bands of stereo sound at one sample rate."""

    def __init__(self, sample_rate: int):
        high = min(HIGH_HZ, 0.49 * sample_rate)
        self.edges_hz = LOW_HZ * (high / LOW_HZ) ** (np.arange(BANDS + 1) / BANDS)
        self.high_hz = high
        bin_hz = sample_rate / PADDED
        self._centres = np.sqrt(self.edges_hz[1:] * self.edges_hz[:-1]) / bin_hz
        first = np.ceil(self.edges_hz / bin_hz).astype(int)
        self._first = first[:-1]
        self._wide = np.diff(first) > 1
        self._end = int(first[-1])
        self._window = np.hanning(WINDOW)
        self._scale = 2.0 / float(self._window.sum())

    def of(self, frames: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the levels (BANDS,) of the last WINDOW of `frames` (n, 2), 0 to 255."""
        sound = np.zeros((2, PADDED))  # NumPy transforms 64 bits faster than 32
        taken = frames[-WINDOW:].T
        if not np.isfinite(taken).all():
            taken = np.nan_to_num(taken, nan=0.0, posinf=0.0, neginf=0.0)
        sound[:, WINDOW - taken.shape[1] : WINDOW] = taken
        sound[:, :WINDOW] *= self._window
        spectrum = np.fft.rfft(sound)[:, : self._end + 1]
        # the power of both sides, so that what is out of phase does not vanish
        power = (np.square(spectrum.real) + np.square(spectrum.imag)).sum(axis=0)
        levels = 10 * np.log10(power * (self._scale**2 / 2) + 1e-12)
        bands = np.interp(self._centres, np.arange(len(levels)), levels)
        highest = np.maximum.reduceat(levels, self._first)
        bands = np.where(self._wide, highest, bands)
        scaled = np.clip((bands - FLOOR_DB) / -FLOOR_DB, 0.0, 1.0) * 255
        return scaled.astype(np.uint8)

    def band_of(self, freq_hz: float) -> int:
        """Return the band that a frequency lies in."""
        share = math.log(freq_hz / LOW_HZ) / math.log(self.high_hz / LOW_HZ)
        return min(max(int(share * BANDS), 0), BANDS - 1)


class Listener:
    """Follows the arena's tap of the sum, and holds no more of it than one spectrum takes."""

    def __init__(self, tap: TapBuffer, sample_rate: int):
        self._tap = tap
        self.bands = BandSpectrum(sample_rate)
        self._position = tap.written
        self.still = 0  # how often nothing new was there, in a row
        self.peaks = (0.0, 0.0)

    def look(self) -> NDArray[np.uint8]:
        """Return the levels (BANDS,) now: 0 where the engine stands still."""
        written = self._tap.written
        self.still = 0 if written != self._position else self.still + 1
        new = min(max(written - self._position, 1), WINDOW)
        self._position = written
        if self.still > 5:
            self.peaks = (0.0, 0.0)
            return np.zeros(BANDS, np.uint8)
        frames = self._tap.latest(WINDOW)
        left, right = np.nan_to_num(np.abs(frames[-new:]).max(axis=0)).tolist()
        self.peaks = (left, right)
        return self.bands.of(frames)
