"""The arithmetic of spectra: windows, power, and the bands of mel and chroma."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEL_BANDS, MEL_FROM_HZ, MEL_TO_HZ = 24, 60.0, 12000.0
CHROMA_FROM_HZ, CHROMA_TO_HZ = 100.0, 5000.0


def hann(frames: int) -> Floats:
    """Return a periodic Hann window, (frames,)."""
    window: Floats = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frames) / frames)
    return window


def fill_power(
    power: Floats, mono: Floats, window: Floats, spectrum: NDArray[np.complex128], scratch: Floats
) -> None:
    """Fill `power`, (frames // 2 + 1,), with the power spectrum of `mono`, (frames,).

    The power sums to the mean square of `mono`; the lowest two bins are 0. `mono`, `spectrum` and
    `scratch` are overwritten.
    """
    mono *= window
    np.fft.rfft(mono, out=spectrum)
    np.square(spectrum.real, out=power)
    np.square(spectrum.imag, out=scratch)
    power += scratch
    power *= 2.0 / (len(mono) * float(np.vdot(window, window)))
    power[:2] = 0.0


def mel_bank(hz: Floats) -> Floats:
    """Return the weight of each bin in each mel band, (bands, bins), for bins at `hz`, (bins,).

    Each band is a triangle of height 1 that reaches to the middles of its neighbours.
    """
    lowest, highest = _mel(np.array([MEL_FROM_HZ, MEL_TO_HZ]))
    edges = np.linspace(lowest, highest, MEL_BANDS + 2)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    mel = _mel(hz)
    bank: Floats = np.maximum(
        np.minimum((mel - low) / (middle - low), (high - mel) / (high - middle)), 0
    )
    return bank


def chroma_bank(hz: Floats) -> Floats:
    """Return the share of each bin in each pitch class, (12, bins), for bins at `hz`, (bins,).

    A bin's power is split between the two nearest pitch classes. C is first, and A is 440 Hz.
    """
    semitone = 69.0 + 12.0 * np.log2(np.maximum(hz, 1.0) / 440.0)
    away = np.abs((semitone - np.arange(12)[:, None] + 6.0) % 12.0 - 6.0)
    heard = (hz >= CHROMA_FROM_HZ) & (hz <= CHROMA_TO_HZ)
    return np.maximum(1.0 - away, 0.0) * heard


def _mel(hz: Floats) -> Floats:
    mel: Floats = 2595.0 * np.log10(1.0 + hz / 700.0)
    return mel
