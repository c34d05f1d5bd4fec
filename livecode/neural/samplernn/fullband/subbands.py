"""Sound to four subbands and back: a cosine-modulated filter bank (pseudo-QMF, Nguyen 1994)."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TAPS = 127  # of the prototype, less one
BETA = 8.0  # of its Kaiser window


class Bank(NamedTuple):
    """Filters (subbands, TAPS + 1) of analysis and synthesis."""

    analysis: NDArray[np.float64]
    synthesis: NDArray[np.float64]


def _low_pass(cutoff: float) -> NDArray[np.float64]:
    """A windowed sinc (TAPS + 1,); cutoff as a share of the Nyquist frequency."""
    n = np.arange(TAPS + 1) - TAPS / 2
    h: NDArray[np.float64] = cutoff * np.sinc(cutoff * n) * np.kaiser(TAPS + 1, BETA)
    h /= h.sum()
    return h


@cache
def _prototype(subbands: int) -> NDArray[np.float64]:
    """The low pass whose modulated copies add up most evenly (Lin and Vaidyanathan 1998)."""

    def unevenness(cutoff: float) -> float:
        h = _low_pass(cutoff)
        return float(np.abs(np.convolve(h, h[::-1])[TAPS :: 2 * subbands][1:]).max())

    low, high = 0.4 / subbands, 0.7 / subbands
    for _ in range(4):  # each time twenty times as fine
        tried = np.linspace(low, high, 41)
        best = int(np.argmin([unevenness(cutoff) for cutoff in tried]))
        low, high = tried[max(best - 1, 0)], tried[min(best + 1, 40)]
    return _low_pass(float(low + high) / 2)


@cache
def bank(subbands: int) -> Bank:
    """The filter bank of so many subbands."""
    h = _prototype(subbands)
    n = np.arange(TAPS + 1) - TAPS / 2
    k = np.arange(subbands)[:, None]
    turn = (2 * k + 1) * np.pi / (2 * subbands) * n
    shift = (-1.0) ** k * np.pi / 4
    analysis = 2 * h * np.cos(turn + shift)
    synthesis = 2 * h * np.cos(turn - shift)
    return Bank(analysis, subbands * synthesis)


def _convolved(x: NDArray[np.floating], h: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first len(x) samples of the convolution, by overlapping transforms."""
    size = 1 << 15
    step = size - len(h) + 1
    shape = np.fft.rfft(h, size)
    out = np.zeros(len(x) + size)
    for begin in range(0, len(x), step):
        part = np.fft.irfft(np.fft.rfft(x[begin : begin + step], size) * shape, size)
        out[begin : begin + size] += part
    return out[: len(x)]


def split(audio: Floats, subbands: int) -> Floats:
    """Subbands (n // subbands, subbands) of audio (n,), each late by half the prototype."""
    whole = len(audio) // subbands * subbands
    rows = [_convolved(audio, h)[:whole:subbands] for h in bank(subbands).analysis]
    return np.ascontiguousarray(np.stack(rows, 1), np.float32)


def joined(parts: Floats, subbands: int) -> Floats:
    """Audio (n · subbands,) of subbands (n, subbands), late by TAPS samples in all."""
    out = np.zeros(len(parts) * subbands)
    for k, h in enumerate(bank(subbands).synthesis):
        spread = np.zeros(len(out))
        spread[::subbands] = parts[:, k]
        out += _convolved(spread, h)
    return out.astype(np.float32)
