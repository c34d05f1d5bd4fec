"""The path of an agent: its places and moves in order of time, with a cursor."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: In the place of the number of a move: the agent was put at the place and did not walk.
PUT = -1
#: Feedback reaches back this many moves, more than any credit window holds at 15 ms a move.
MAX_CREDITED = 256
#: The columns of a path.
COLUMNS = ("places", "moves", "times_s", "bonuses")


class Path:
    """The places of an agent with a cursor; going on from an earlier place forgets the later ones."""

    def __init__(self, start: Array, length: int) -> None:
        self.length = length
        self.places = np.zeros((2 * length, len(start)))
        self.moves = np.full(2 * length, PUT)
        self.times_s = np.full(2 * length, -math.inf)
        self.bonuses = np.zeros(2 * length)
        self.places[0] = start
        self.cursor, self.count = 0, 1
        self.walked_from = 0  # only moves after this entry can be credited

    def append(self, place: Array, move: int, time_s: float, bonus: float) -> None:
        """Add an entry after the cursor; `bonus` is what the novelty of the move is worth."""
        if self.cursor + 1 == len(self.moves):
            for column in (getattr(self, name) for name in COLUMNS):
                column[: self.length] = column[self.length :]
            self.cursor -= self.length
            self.walked_from = max(0, self.walked_from - self.length)
        self.cursor += 1
        self.count = self.cursor + 1
        self.places[self.cursor] = place
        self.moves[self.cursor] = move
        self.times_s[self.cursor] = time_s
        self.bonuses[self.cursor] = bonus
        if move == PUT:
            self.walked_from = self.cursor

    def go(self, entries: int) -> None:
        """Move the cursor along the path; the moves before it earn no more feedback."""
        self.cursor = min(max(self.cursor + entries, 0), self.count - 1)
        self.walked_from = self.cursor

    def recent(self, from_s: float, to_s: float) -> NDArray[np.int64]:
        """Return the entries of the moves made in (from_s, to_s], youngest first."""
        first = max(self.walked_from + 1, self.cursor + 1 - MAX_CREDITED)
        last = slice(first, self.cursor + 1)
        times_s, moves = self.times_s[last], self.moves[last]
        # The limits are a microsecond wider, so that 0.3 - 0.1 counts as 0.2.
        inside = (times_s > from_s + 1e-6) & (times_s <= to_s + 1e-6) & (moves != PUT)
        return first + np.flatnonzero(inside)[::-1]
