"""A way in: what a device hears, handed to the mixer block by block."""

import ctypes
from typing import Any

import numpy as np
import soxr

from livecode.engine.device import CHANNELS

#: What has been heard and not taken by so many blocks of the mixer is dropped: it would only be late.
MOST_BLOCKS = 16
#: So many blocks are kept at another rate, since its conversion gives now two blocks at once, now none.
SPARE_BLOCKS = 4
#: soxr's quality of the conversion from another rate.
QUALITY = "MQ"


def input_frames(server: Any, frames: int) -> np.ndarray:
    """Return the input buffer of a pyo server with inputs, (frames, 2), as it is at any time."""
    address = int(server._server.getInputAddr(), 16)
    flat = np.ctypeslib.as_array((ctypes.c_float * (frames * CHANNELS)).from_address(address))
    return flat.reshape(-1, CHANNELS)


class Inlet:
    """Hands what a device of any rate and block hears to the mixer's server.

    It comes a block late, or a few at another rate.
    """

    def __init__(self, server: Any, rate: int, device_rate: int):
        """`server` is the mixer's, which has inputs and computes at `rate` Hz."""
        self._taken = input_frames(server, int(server.getBufferSize()))
        self._waiting = np.zeros((0, CHANNELS), np.float32)
        self._resampler: soxr.ResampleStream | None = None
        if rate != device_rate:
            self._resampler = soxr.ResampleStream(
                device_rate, rate, CHANNELS, dtype="float32", quality=QUALITY
            )
            self._waiting = np.zeros((SPARE_BLOCKS * len(self._taken), CHANNELS), np.float32)

    def give(self, heard: np.ndarray) -> None:
        """Take in frames that a device has heard, (frames, 2) at its rate."""
        if self._resampler is not None:
            heard = self._resampler.resample_chunk(np.ascontiguousarray(heard))
        most = MOST_BLOCKS * len(self._taken)
        self._waiting = np.concatenate((self._waiting, heard))[-most:]

    def fill(self) -> None:
        """Let the mixer's next block have what was heard first, after silence if that is too little."""
        block = len(self._taken)
        ready, self._waiting = self._waiting[:block], self._waiting[block:]
        self._taken[: block - len(ready)] = 0.0
        self._taken[block - len(ready) :] = ready

    def close(self) -> None:
        """Let the mixer hear nothing more."""
        self._taken[:] = 0.0
