"""The sound of the performance for browsers that listen: pieces of 16-bit samples, as they are played."""

import struct
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from livecode.transport import TapBuffer

#: A piece of sound as the page gets it: kind, channels, frames, the number of its first frame since the
#: beginning, the sample time of that frame, and the sample rate in Hz; then the samples, interleaved.
PIECE = struct.Struct("<BBHddf")
PIECE_KIND = 2
#: A piece has so many frames at most.
MOST_FRAMES = 8192
#: Who begins to listen, or is further behind than MOST_S, goes on from so long ago, in seconds.
FIRST_S, MOST_S = 0.05, 0.5


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
    """Gives each listener what was played since it got something; nothing waits for anybody."""

    def __init__(self, tap: TapBuffer, sample_rate: Callable[[], int], end: Callable[[], float]):
        """`end()` is the sample time after the newest frame of the tap, give or take a block."""
        self._tap, self._sample_rate, self._end = tap, sample_rate, end

    def compose(self, seen: dict[str, int]) -> list[tuple[bytes, bool]]:
        """Return what a listener has not got yet, in pieces, and note in `seen` how far it is."""
        rate, written = self._sample_rate(), self._tap.written
        position = seen.get("sound", -(1 << 62))
        if not 0 <= written - position <= MOST_S * rate:
            position = written - round(FIRST_S * rate)
        frames, position = self._tap.since(position)
        seen["sound"] = position
        begin = position - len(frames)
        return [
            (piece, True) for piece in pieces_of(frames, begin, self._end() - len(frames), rate)
        ]
