"""Sound to levels and back: linear and mu-law quantisation to 8 to 16 bits."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]


def companded(audio: Floats, levels: int) -> NDArray[np.float64]:
    """The mu-law curve of ITU-T G.711 with mu = levels - 1, from [-1, 1] onto itself."""
    mu = levels - 1
    x = np.asarray(audio, np.float64)
    curve: NDArray[np.float64] = np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu)
    return curve


def expanded(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """The inverse of `companded`."""
    mu = levels - 1
    curve: NDArray[np.float64] = np.sign(values) * np.expm1(np.abs(values) * np.log1p(mu)) / mu
    return curve


def quantised(audio: Floats, levels: int, quantiser: str) -> Codes:
    """Levels 0 to `levels` - 1 of audio (...) in [-1, 1]; what is beyond is clipped."""
    x = companded(audio, levels) if quantiser == "mu-law" else np.asarray(audio, np.float64)
    return np.clip(np.floor((x + 1) / 2 * levels), 0, levels - 1).astype(np.int32)


def dequantised(codes: NDArray[np.integer], levels: int, quantiser: str) -> Floats:
    """The middle of every level: audio (...) in [-1, 1]."""
    x = (np.asarray(codes, np.float64) + 0.5) / levels * 2 - 1
    return (expanded(x, levels) if quantiser == "mu-law" else x).astype(np.float32)
