"""Measures on audio for assertions: levels, gaps, jumps, brightness."""

import numpy as np


def rms(audio: np.ndarray) -> float:
    """Root mean square over everything."""
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))


def jump(audio: np.ndarray) -> float:
    """The largest difference between neighbouring samples of one channel: a click's measure."""
    return float(np.abs(np.diff(audio, axis=0)).max())


def longest_silence_s(audio: np.ndarray, sample_rate: int, below: float = 1e-3) -> float:
    """The longest stretch in which all channels stay below a level."""
    loud = np.flatnonzero(np.abs(audio).max(axis=1) >= below)
    edges = np.concatenate([[-1], loud, [len(audio)]])
    return float(np.diff(edges).max() - 1) / sample_rate


def centroid_hz(audio: np.ndarray, sample_rate: int) -> float:
    """The spectrum's centre of gravity."""
    power = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)))) ** 2
    return float((np.fft.rfftfreq(len(audio), 1 / sample_rate) * power).sum() / power.sum())


def spike(audio: np.ndarray, window: int = 480) -> float:
    """How far the roughest sample of a window stands out of the windows beside it.

    Of steady sound this is about 4; a cut of a tone comes to 20 and more, since its fourth
    difference is all but nothing elsewhere. Steps of less than 1e-4 (−80 dBFS) do not count.
    """
    rough = np.abs(np.diff(audio.astype(np.float64), n=4, axis=0)).max(axis=1)
    windows = rough[: len(rough) // window * window].reshape(-1, window)
    level = np.sqrt((windows**2).mean(axis=1))
    beside = np.maximum(np.maximum(np.roll(level, 1), np.roll(level, -1)), 1e-4)
    return float((windows.max(axis=1) / beside)[1:-1].max())
