"""The chunk that the candidates of a tilted stream draw: its pieces, and how warm each candidate is."""

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.drawing import Held

Floats = NDArray[np.float32]

#: Candidates are drawn in pieces of so many samples, whole steps of every model. Chunks have whole pieces.
GRAIN = 64
#: Candidates but the first differ in temperature: its logarithm forgets so much of what it was at each
#: chunk, and spreads by so much, to no more than that.
COMING_BACK, SPREAD, MOST_SPREAD = 0.1, 0.04, 0.15


class PlannedDraw(NamedTuple):
    """What all candidates are to draw next: it is planned in one hop, and drawn when there is time."""

    temperatures: Floats  # (GRAIN,)
    held: Held
    guarded: bool


class CandidateChunk:
    """The chunk of all candidates that is being drawn."""

    def __init__(self, candidates: int, frames: int):
        self.frames = frames
        #: What each candidate's temperature is multiplied by, (candidates,).
        self.warmth = np.ones(candidates, np.float32)
        self.audio = np.zeros((candidates, 0), np.float32)
        self.surprise = np.zeros(candidates, np.float32)  # nats
        self.pieces: deque[PlannedDraw] = deque()  # planned, and not drawn yet

    @property
    def left(self) -> int:
        """Frames that are still to be drawn."""
        return self.frames - self.audio.shape[1]

    @property
    def unplanned(self) -> int:
        """Frames of which nobody has said yet how they are drawn."""
        return self.left - GRAIN * len(self.pieces)


def wandered(warmth: Floats, chance: NDArray[np.float64]) -> Floats:
    """Return the warmth of candidates, (candidates,), in the chunk after; the first is the stream's own.

    chance: normal numbers (candidates,), times how far the candidates may differ.
    """
    logs = (1 - COMING_BACK) * np.log(warmth) + SPREAD * chance
    logs[0] = 0.0
    warmer: Floats = np.exp(np.clip(logs, -MOST_SPREAD, MOST_SPREAD)).astype(np.float32)
    return warmer
