"""Samples as bytes, smaller than they are and with nothing lost."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

#: 1.0 as a 16-bit sample.
FULL_SCALE = 32767.0


def packed(samples: NDArray[np.int16], rate_hz: int) -> bytes:
    """Return samples (n,) as a FLAC file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def unpacked(data: bytes) -> tuple[NDArray[np.int16], int]:
    """Return the samples (n,) that `packed` was given, and their rate in Hz."""
    samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="int16")
    return samples, int(rate_hz)


def as_audio(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return 16-bit samples (n,) as float32 in [-1, 1]."""
    return (samples / FULL_SCALE).astype(np.float32)
