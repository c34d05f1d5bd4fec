"""Measures the master for the status bar: its peak, the peak held, and its loudness over three seconds."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import k_weighting
from livecode.transport import TapBuffer

#: A peak is held for this long, as peak programme meters do.
HOLD_S = 2.0
#: Short-term loudness is that of the last three seconds (EBU Tech 3341).
SHORT_TERM_S = 3.0
#: What ITU-R BS.1770 adds to the level of K-weighted sound, in LU.
OFFSET_LU = -0.691
#: Below this, loudness is not measured: the absolute gate of BS.1770, in LUFS.
GATE_LUFS = -70.0
#: Frames of one spectrum; spectra overlap by half.
WINDOW = 4096


class ShortTermLoudness:
    """The loudness of stereo sound over the last three seconds, after ITU-R BS.1770-5.

    The two filters of the ear model are applied to spectra instead of samples, by their gains: the
    power of sine-windowed spectra that overlap by half adds up to the power of the sound.
    """

    def __init__(self, sample_rate: int):
        """Measure sound of so many Hz."""
        hop = WINDOW // 2
        freq_hz = np.fft.rfftfreq(WINDOW, 1 / sample_rate).astype(np.float32)
        self._weights = np.square(k_weighting(freq_hz).astype(np.float64)) * 2 / WINDOW / hop
        self._window = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)[:, None]
        self._hop = hop
        self._waiting = np.zeros((0, 2), np.float32)
        self._powers: deque[float] = deque(maxlen=max(1, round(SHORT_TERM_S * sample_rate / hop)))

    def take(self, frames: NDArray[np.float32]) -> None:
        """Take in what follows, (frames, 2)."""
        sound = np.concatenate((self._waiting, frames))
        at = 0
        while at + WINDOW <= len(sound):
            spectrum = np.fft.rfft(sound[at : at + WINDOW] * self._window, axis=0)
            self._powers.append(float(self._weights @ np.square(np.abs(spectrum)).sum(axis=1)))
            at += self._hop
        self._waiting = sound[at:]

    @property
    def lufs(self) -> float:
        """The loudness in LUFS; −∞ below the gate, and before the first measurement."""
        # what is missing at first is silence
        power = sum(self._powers) / self._powers.maxlen if self._powers.maxlen else 0.0
        if not power > 0:
            return -math.inf
        found = OFFSET_LU + 10 * math.log10(power)
        return found if found >= GATE_LUFS else -math.inf


@dataclass(frozen=True)
class MasterLevel:
    """The master at one moment; peaks are amplitudes of the louder side."""

    peak: float = 0.0  # since the last look
    held: float = 0.0  # the highest of the last moments
    lufs: float = -math.inf


class MasterMeter:
    """Follows the arena's tap of the sum of all sounds."""

    def __init__(self) -> None:
        self._position: int | None = None
        self._sample_rate = 0
        self._loudness: ShortTermLoudness | None = None
        self._held, self._held_s = 0.0, -math.inf

    def look(self, tap: TapBuffer, sample_rate: int, now_s: float) -> MasterLevel:
        """Take in what has been heard since the last look, and return the level."""
        if self._loudness is None or sample_rate != self._sample_rate:
            self._sample_rate, self._loudness = sample_rate, ShortTermLoudness(sample_rate)
        if self._position is None or self._position > tap.written:
            self._position = tap.written
        frames, self._position = tap.since(self._position)
        frames = np.nan_to_num(frames, nan=0.0, posinf=0.0, neginf=0.0)
        self._loudness.take(frames)
        peak = float(np.abs(frames).max()) if len(frames) else 0.0
        if peak >= self._held or now_s - self._held_s > HOLD_S:
            self._held, self._held_s = peak, now_s
        return MasterLevel(peak, self._held, self._loudness.lufs)
