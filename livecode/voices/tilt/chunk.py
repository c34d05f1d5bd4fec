"""The chunk that the candidates of a tilted stream draw: its pieces, and how warm each candidate is."""

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.drawing import Held
from livecode.voices.tilt.candidates import Drawn, DrawnCandidates

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
    push: Floats | None = None  # (width,): by which the hidden state of each is moved before it


class CandidateSet(NamedTuple):
    """A chunk of all candidates, to be scored."""

    number: int  # of the chunk
    parents: tuple[int, ...]  # of each among those of the chunk before; empty: they begin anew
    context: Floats  # (frames,): what was heard before, of candidates that begin anew
    audio: Floats  # (candidates, frames)
    surprise: Floats  # (candidates,): bits a sample
    ahead: int  # frames from the beginning of the next call of `next` to where it is heard


class Decided(NamedTuple):
    """What became of the scores of a chunk."""

    scores: tuple[float, ...]  # as they were used; empty: there were none in time
    candidates: int
    bits: float  # by which the chunk was pushed
    seconds: float  # of the chunk


class DrawnChunk(NamedTuple):
    """A chunk of all candidates, or as much of it as has been drawn."""

    audio: Floats  # (candidates, n)
    surprise: Floats  # (candidates,): nats
    pieces: tuple[Drawn, ...] = ()
    before: tuple[Any, ...] = ()  # where each candidate began it; none: that is not needed

    @property
    def frames(self) -> int:
        """How many samples have been drawn."""
        frames: int = self.audio.shape[1]
        return frames

    def and_then(self, drawn: DrawnCandidates) -> "DrawnChunk":
        """Return it with one more piece."""
        return self._replace(
            audio=np.concatenate([self.audio, drawn.audio], axis=1),
            surprise=self.surprise + drawn.surprise,
            pieces=self.pieces + drawn.drawn,
        )

    def of(self, parents: Sequence[int]) -> "DrawnChunk":
        """Return it as those candidates drew it."""
        rows = list(parents)
        return DrawnChunk(
            self.audio[rows],
            self.surprise[rows],
            tuple(piece[rows] for piece in self.pieces),
            tuple(self.before[row] for row in rows) if self.before else (),
        )


class CandidateChunk:
    """The chunk of all candidates that is being drawn."""

    def __init__(self, candidates: int, frames: int):
        self.frames = frames
        #: What each candidate's temperature is multiplied by, (candidates,).
        self.warmth = np.ones(candidates, np.float32)
        self.drawn = DrawnChunk(
            np.zeros((candidates, 0), np.float32), np.zeros(candidates, np.float32)
        )
        self.pieces: deque[PlannedDraw] = deque()  # planned, and not drawn yet

    @property
    def audio(self) -> Floats:
        """What has been drawn, (candidates, n)."""
        return self.drawn.audio

    @property
    def surprise(self) -> Floats:
        """How unlikely the model finds that, (candidates,), in nats."""
        return self.drawn.surprise

    @property
    def left(self) -> int:
        """Frames that are still to be drawn."""
        left: int = self.frames - self.audio.shape[1]
        return left

    @property
    def unplanned(self) -> int:
        """Frames of which nobody has said yet how they are drawn."""
        return self.left - GRAIN * len(self.pieces)


def planned(
    hot: Floats, held: Held, guarded: bool, push: Floats | None = None
) -> list[PlannedDraw]:
    """Return the draws at temperatures (n · GRAIN,), each held as it is when it is heard."""
    return [
        PlannedDraw(piece, held.moved(number * GRAIN), guarded, push)
        for number, piece in enumerate(hot.reshape(-1, GRAIN))
    ]


def wandered(warmth: Floats, chance: NDArray[np.float64]) -> Floats:
    """Return the warmth of candidates, (candidates,), in the chunk after; the first is the stream's own.

    chance: normal numbers (candidates,), times how far the candidates may differ.
    """
    logs = (1 - COMING_BACK) * np.log(warmth) + SPREAD * chance
    logs[0] = 0.0
    warmer: Floats = np.exp(np.clip(logs, -MOST_SPREAD, MOST_SPREAD)).astype(np.float32)
    return warmer
