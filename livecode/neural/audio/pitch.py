"""Fundamental frequencies of frames, by autocorrelation and then from the positions of the partials."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats

PITCH_RANGE_HZ = (55.0, 2000.0)
PITCHED = 0.85  # a frame has a pitch if its normalised autocorrelation is above this
PARTIALS = 24  # the number of partials behind a refined pitch
AUDIBLE = 1e-3  # amplitude, relative to the loudest partial's, below which a partial does not count
TRUST = 0.03  # octaves; a refined pitch that is farther away is rejected

Pitches = NDArray[np.float64]


def pitches_hz(frames: Floats, sample_rate: int) -> Pitches:
    """Return the fundamental of each frame (n, n_fft) in Hz by autocorrelation; NaN if it has none.

    The window's own autocorrelation is divided out, and the first high peak is taken, as in Boersma
    (1993), here on plain blocks.
    """
    n_fft = frames.shape[-1]
    window = np.hanning(n_fft)
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * n_fft)) ** 2)[: n_fft // 2]
    pitches = np.full(len(frames), np.nan)
    for i, frame in enumerate(frames):
        power = np.abs(np.fft.rfft((frame - frame.mean()) * window, 2 * n_fft)) ** 2
        pitches[i] = _first_peak_hz(np.fft.irfft(power)[: n_fft // 2] / shape, sample_rate)
    return pitches


def pitches_of_magnitudes(mags: Floats, sample_rate: int) -> Pitches:
    """Return fundamentals in Hz of magnitudes (n, bins) as `spectrum.magnitudes` returns them.

    NaN stands for no pitch. The autocorrelation is circular; below half a window that hardly
    matters.
    """
    bins = mags.shape[-1]
    window = np.hanning(2 * bins + 1)[:-1]
    shape = np.fft.irfft(np.abs(np.fft.rfft(window)) ** 2)[:bins]
    pitches = np.full(len(mags), np.nan)
    for i, frame in enumerate(mags):
        power = np.concatenate([[0.0], np.square(frame, dtype=np.float64)])
        pitches[i] = _first_peak_hz(np.fft.irfft(power)[:bins] / shape, sample_rate)
    return pitches


def _first_peak_hz(likeness: NDArray[np.floating[Any]], sample_rate: int) -> float:
    """Return the frequency of an autocorrelation's (lags,) first high peak, or NaN without one."""
    likeness = likeness / (likeness[0] + 1e-12)
    shortest, longest = (int(sample_rate / hz) for hz in PITCH_RANGE_HZ[::-1])
    inner = likeness[shortest : min(longest, len(likeness) - 2) + 1]
    peaks = np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] > inner[2:])) + 1
    if not len(peaks) or inner[peaks].max() < PITCHED:
        return float("nan")
    best = peaks[np.argmax(inner[peaks] > 0.95 * inner[peaks].max())]
    left, middle, right = inner[best - 1 : best + 2]
    bend = 0.5 * (left - right) / (left - 2 * middle + right - 1e-12)
    return float(sample_rate / (shortest + best + bend))


def refined(pitches: Pitches, mags: Floats, sample_rate: int) -> Pitches:
    """Refine pitches (n,) to about a cent, from the partials in magnitudes (n, bins).

    A partial's frequency is the top of the parabola through the log magnitudes at its peak. f0 and
    stretch are the weighted least squares of (f_n / n)^2 = f0^2 (1 + stretch (n - 1)^2).
    """
    logs = np.log(mags + 1e-9)
    better = pitches.copy()
    for i in np.flatnonzero(~np.isnan(pitches)):
        better[i] = _refined(float(pitches[i]), mags[i], logs[i], sample_rate)
    return better


def _refined(pitch_hz: float, mags: Floats, logs: Floats, sample_rate: int) -> float:
    bin_hz = sample_rate / (2 * len(mags))
    f0_hz, stretch = pitch_hz, 0.0
    for _ in range(2):
        n = np.arange(1, PARTIALS + 1)
        expected = n * f0_hz * np.sqrt(np.maximum(1 + stretch * (n - 1) ** 2, 0.1))
        n, expected = n[inside := expected < sample_rate / 2 - 3 * bin_hz], expected[inside]
        at = np.clip(np.rint(expected / bin_hz).astype(int) - 1, 2, len(mags) - 3)
        at += mags[at + np.array([[-1], [0], [1]])].argmax(0) - 1
        left, peak, right = logs[at - 1], logs[at], logs[at + 1]
        bend = np.minimum(left - 2 * peak + right, -1e-9)
        measured = (at + 1 + np.clip(0.5 * (left - right) / bend, -1, 1)) * bin_hz
        amplitude = mags[at] / mags[at].max(initial=1e-12)
        sound = (peak >= left) & (peak >= right) & (amplitude > AUDIBLE)
        sound &= np.abs(measured - expected) < 0.6 * bin_hz + 0.01 * expected
        weight = np.where(sound, np.sqrt(amplitude), 0)
        if not sound.any():
            return pitch_hz
        square = np.square(measured / n)
        weight *= n / (2 * np.sqrt(square))  # so that errors count in Hz
        columns = np.stack([np.ones(len(n)), (n - 1.0) ** 2], 1)[:, : 2 if sound.sum() >= 4 else 1]
        found = np.linalg.lstsq(columns * weight[:, None], square * weight, rcond=None)[0]
        f0_hz = float(np.sqrt(max(found[0], 1.0)))
        stretch = float(found[1] / max(found[0], 1.0)) if len(found) > 1 else 0.0
        if abs(np.log2(f0_hz / pitch_hz)) > TRUST:
            return pitch_hz
    return f0_hz
