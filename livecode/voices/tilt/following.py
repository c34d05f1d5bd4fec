"""How surprising a model that nobody steers finds what is heard, found piece by piece as there is time."""

import math
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from livecode.voices.tilt.candidates import Candidates, Drawn, Follower
from livecode.voices.tilt.chunk import DrawnChunk


class Followed(NamedTuple):
    """A chunk that was heard, as the model left alone finds it."""

    bits: float  # a sample
    frames: int


class FollowingState(NamedTuple):
    """Where a `Following` is."""

    follower: Any  # where the model is; None: none follows
    pieces: tuple[tuple[Drawn, int], ...]
    nats: float
    frames: int


class Following:
    """Lets a model left alone hear what is heard of a steered stream, chunk by chunk."""

    def __init__(self) -> None:
        self._follower: Follower | None = None
        self._pieces: deque[tuple[Drawn, int]] = deque()  # of a candidate, not heard yet
        self._nats, self._frames = 0.0, 0

    @property
    def on(self) -> bool:
        """Whether a model follows."""
        return self._follower is not None

    @property
    def waits(self) -> bool:
        """Whether a piece waits to be heard."""
        return bool(self._pieces)

    def end(self) -> None:
        """Follow no longer."""
        self._follower = None
        self._pieces.clear()
        self._frames = 0

    def heard(
        self, chunk: DrawnChunk, candidate: int, candidates: Candidates
    ) -> Iterator[Followed]:
        """Yield what is known of the surprise of what is heard, now that a candidate's chunk is.

        Of a steered stream that is the chunk before, since it takes time to follow one.
        """
        if (before := self._followed()) is not None:
            yield before
        if self._follower is None and chunk.before:
            self._follower = candidates.follower(chunk.before[candidate])
        if self._follower is None:
            nats = float(chunk.surprise[candidate])
            yield Followed(nats / (math.log(2) * chunk.frames), chunk.frames)
        else:
            self._pieces.extend((piece, candidate) for piece in chunk.pieces)
            self._nats, self._frames = 0.0, chunk.frames

    def step(self) -> None:
        """Let it hear one piece."""
        piece, candidate = self._pieces.popleft()
        assert self._follower is not None
        self._nats += self._follower.surprise([piece], candidate)

    def state(self) -> FollowingState:
        """Return a copy of where it is, for `load_state`."""
        follower = None if self._follower is None else self._follower.state()
        return FollowingState(follower, tuple(self._pieces), self._nats, self._frames)

    def load_state(self, state: FollowingState, candidates: Candidates) -> None:
        """Go on from there."""
        if state.follower is not None:
            self._follower = candidates.follower(state.follower)
        self._pieces = deque(state.pieces)
        self._nats, self._frames = state.nats, state.frames

    def _followed(self) -> Followed | None:
        """Return what it finds of the chunk that it was given last; None if there is none."""
        while self._pieces:
            self.step()
        if not self._frames:
            return None
        found = Followed(self._nats / (math.log(2) * self._frames), self._frames)
        self._frames = 0
        return found
