"""What a timbre transfer hears: the newest frames of a tap, by their sample times."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.transport import TapBuffer
from livecode.transport.transfer import NO_TAP

Floats = NDArray[np.float32]


class HeardInput:
    """Follows one tap after the other. What was not heard is silence."""

    def __init__(self, taps: Sequence[TapBuffer], frames: int):
        """`frames`: so many of the newest are kept."""
        self._taps = taps
        self._audio = np.zeros((frames, TapBuffer.CHANNELS), np.float32)
        self._tap, self._position = NO_TAP, 0
        #: The sample time after the newest frame.
        self.end = 0

    def pull(self, tap: int) -> None:
        """Take in what the tap of that number has been filled with since the last call."""
        if tap != self._tap:
            self._tap = tap
            self._audio[:] = 0
            self.end = 0
            self._position = 0 if tap == NO_TAP else self._taps[tap].written
            if tap != NO_TAP:
                self._position -= min(self._taps[tap].capacity // 2, self._position)
        if tap == NO_TAP:
            return
        frames, self._position = self._taps[tap].since(self._position)
        end = self._position + self._taps[tap].origin
        left_out = end - len(frames) - self.end
        if 0 < left_out < len(self._audio) and self.end:
            self._append(np.zeros((left_out, frames.shape[1]), np.float32))
        elif left_out:
            self._audio[:] = 0
        self._append(frames)
        self.end = end

    def at(self, begin: int, count: int) -> Floats:
        """Return the frames from sample time `begin` on, (count, 2)."""
        out = np.zeros((count, self._audio.shape[1]), np.float32)
        first = begin - (self.end - len(self._audio))  # the index of the first frame
        low, high = max(first, 0), min(first + count, len(self._audio))
        if high > low:
            out[low - first : high - first] = self._audio[low:high]
        return out

    def _append(self, frames: Floats) -> None:
        count = min(len(frames), len(self._audio))
        if count:
            self._audio = np.concatenate([self._audio[count:], frames[len(frames) - count :]])
