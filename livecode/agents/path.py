"""The path that an agent has walked: its places and moves in order of time, with a cursor."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Stands in a path instead of the number of a move: the agent was put at the place.
PUT = -1
#: Feedback reaches back over this many moves at most, more than any credit window holds at 15 ms.
MAX_CREDITED = 256
#: What a path notes of each entry.
COLUMNS = ("places", "moves", "times_s", "bonuses")


class Path:
    """Where it has been, with a cursor; moving on from an earlier place forgets what came after."""

    def __init__(self, start: Array, length: int) -> None:
        self.length = length
        self.places = np.zeros((2 * length, len(start)))
        self.moves = np.full(2 * length, PUT)
        self.times_s = np.full(2 * length, -math.inf)
        self.bonuses = np.zeros(2 * length)
        self.places[0] = start
        self.cursor, self.count = 0, 1
        self.walked_from = 0  # only the moves after this entry can still be given credit

    def append(self, place: Array, move: int, time_s: float, bonus: float) -> None:
        """Go on from the cursor; the bonus is what the agent thinks the move's novelty worth."""
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
        """Move the cursor along the path; what was walked before earns no more feedback."""
        self.cursor = min(max(self.cursor + entries, 0), self.count - 1)
        self.walked_from = self.cursor

    def recent(self, from_s: float, to_s: float) -> NDArray[np.int64]:
        """Entries of the moves made in (from_s, to_s], youngest first."""
        first = max(self.walked_from + 1, self.cursor + 1 - MAX_CREDITED)
        last = slice(first, self.cursor + 1)
        times_s, moves = self.times_s[last], self.moves[last]
        # A microsecond's grace, so that 0.3 - 0.1 counts as 0.2.
        inside = (times_s > from_s + 1e-6) & (times_s <= to_s + 1e-6) & (moves != PUT)
        return first + np.flatnonzero(inside)[::-1]
