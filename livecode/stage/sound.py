"""The sound of the performance for browsers that listen: pieces of 16-bit samples, as they are played."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.transport import TapBuffer

#: A piece of sound as the page gets it: kind, channels, frames, the number of its first frame since the
#: beginning, the sample time of that frame, and the sample rate in Hz; then the samples, interleaved.
PIECE = struct.Struct("<BBHddf")
PIECE_KIND = 2
#: A piece has so many frames at most.
MOST_FRAMES = 8192
#: Who begins to listen gets so much at once, in seconds.
FIRST_S = 0.05


def pieces_of(
    frames: NDArray[np.float32], position: int, frame: float, sample_rate: int
) -> Iterator[bytes]:
    """Yield frames (n, 2) as pieces; `position` counts the first of them, `frame` is its sample time."""
    whole = np.rint(np.clip(np.nan_to_num(frames), -1.0, 1.0) * 32767).astype("<i2")
    for first in range(0, len(whole), MOST_FRAMES):
        part = whole[first : first + MOST_FRAMES]
        head = PIECE.pack(
            PIECE_KIND, part.shape[1], len(part), position + first, frame + first, sample_rate
        )
        yield head + part.tobytes()


class SoundStream:
    """Follows the arena's tap of the sum."""

    def __init__(self, tap: TapBuffer, header: Any):
        self._tap, self._header = tap, header
        self._position: int | None = None

    def look(self) -> list[bytes]:
        """Return what was played since the last look, in pieces."""
        header, tap = self._header, self._tap
        rate = int(header.sample_rate)
        soon = tap.written - round(FIRST_S * rate)
        if self._position is None or tap.written - self._position > tap.capacity // 2:
            self._position = soon
        frames, self._position = tap.since(self._position)
        # the newest frame was played at the end of the newest block, give or take one
        end = header.clock()[0] + header.block
        begin = self._position - len(frames)
        return list(pieces_of(frames, begin, end - len(frames), rate))
