"""Figures of a take's sound: how much of it is silent, and how bright it is."""

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.05
SILENT_DBFS = -50.0  # RMS of a frame, without its mean
N_FFT = 1024


def silence_share(audio: NDArray[np.float32], sample_rate: int, step: float = 0.0) -> float:
    """Return the share, 0 to 1, of 50 ms frames of audio (n,) that are silent.

    A frame is silent below −50 dBFS, or if it moves by at most one quantisation step, `step`.
    """
    size = min(max(1, round(FRAME_S * sample_rate)), len(audio))
    frames = audio[: len(audio) // size * size].reshape(-1, size).astype(np.float64)
    threshold = max(10 ** (SILENT_DBFS / 20), step)
    return float(np.mean(frames.std(axis=1) < threshold))


def centroid_hz(audio: NDArray[np.float32], sample_rate: int) -> float:
    """Return the spectral centroid Σ f·P / Σ P of audio (n,) with power P, in Hz; 0 for silence."""
    padded = np.pad(audio - audio.mean(), (0, max(0, N_FFT - len(audio))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[:: N_FFT // 2]
    window = np.hanning(N_FFT).astype(np.float32)
    power = np.zeros(N_FFT // 2 + 1)
    for begin in range(0, len(frames), 1024):
        spectra = np.fft.rfft(frames[begin : begin + 1024] * window)
        power += np.sum(np.abs(spectra) ** 2, axis=0)
    total = float(power.sum())
    if total <= 1e-12:
        return 0.0
    return float(np.vdot(np.fft.rfftfreq(N_FFT, 1 / sample_rate), power)) / total
