"""The protocol of learners, and what they say of their expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.agents.path import Array, Path


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What a learner expects of each single-axis move from its place; all arrays are (moves,)."""

    axis: NDArray[np.int64]  # which of its axes the move goes along: an index, from 0
    direction: NDArray[np.int64]  # +1 up, -1 down
    predicted_reward: Array  # feedback expected for the move
    novelty_bonus: Array  # novelty of the place that the move leads to, in units of reward
    allowed: NDArray[np.bool_]  # False where the move would leave the unit cube
    chosen: int | None  # index of the last move made; None before the first and after a jump
    names: tuple[str, ...] = ()  # of its axes; without names they are shown by number, from 1

    def __repr__(self) -> str:
        """Return a row for each move: expected reward, novelty, and which was made last."""
        rows = []
        names = self.names or tuple(f"axis {i + 1}" for i in range(self.axis.max() + 1))
        width = max(map(len, names))
        for move, (axis, direction) in enumerate(zip(self.axis, self.direction, strict=True)):
            reward, new = self.predicted_reward[move], self.novelty_bonus[move]
            marks = "" if self.allowed[move] else "  at the border"
            marks += "  last move" if move == self.chosen else ""
            way = "up  " if direction > 0 else "down"
            rows.append(f"{names[axis]:<{width}} {way}  reward {reward:+.2f}  new {new:.2f}{marks}")
        return "\n".join(rows)


class Learner(Protocol):
    """Explores [0, 1]^dims, taught by feedback. All times are in seconds."""

    dims: int  # axes in use; may be set while playing
    step: float  # length of one move (precision); may be set while playing
    strides: bool  # each of its steps is heard by itself, so none is tiny; may be set while playing
    path: Path  # its places so far
    dropped: str  # what it lost by the last change of dims; "" if nothing
    paused: bool
    curiosity: float  # 0 heads straight for what was praised, 1 tries things, 4 roams
    patience_s: float  # in silence it stays this long with what was praised
    rest: float  # the share of time that it rests while nobody teaches it, 0 to 1

    @property
    def position(self) -> Array:
        """Its place, (dims,) in [0, 1]; a copy."""

    @property
    def moved(self) -> Array:
        """What its last move added to its position, (dims,)."""

    @property
    def beliefs(self) -> Beliefs:
        """What it expects of each move from its place."""

    def act(self, time_s: float) -> Array:
        """Learn, choose a move, and make it; returns the new position (dims,)."""

    def place(self, position: Array) -> None:
        """Go to a position (dims,) without a walk."""

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the last way; 0, NaN and infinities are ignored."""

    def tap(self, reward: float, time_s: float) -> None:
        """Take feedback that counts in full, however soon after other feedback."""

    def sense(self, value: float, time_s: float) -> None:
        """Take how good its place is, on any scale: changes of that are praise or blame."""

    def zone(self, reward: float) -> None:
        """Like (> 0) or dislike (< 0) this place."""

    def jump(self) -> None:
        """Go to a place that was hardly visited."""

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""

    def back(self, actions: int = 1) -> None:
        """Return to the place of `actions` ago."""

    def forward(self, actions: int = 1) -> None:
        """Undo `back`."""

    def go_back(self, seconds: float) -> None:
        """Return to the place of `seconds` ago; below 0, go forward."""

    def pause(self) -> None:
        """Hold still."""

    def resume(self) -> None:
        """Go on."""

    def stay(self, on: bool = True) -> None:
        """Stay about what was praised, else about this place, however long nobody speaks."""

    def forget(self) -> None:
        """Lose everything learned and visited; keep the place."""

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from a position (dims,) at a time, with what was learned."""

    def state(self, reach: int | None = None) -> dict[str, NDArray[Any]]:
        """Return everything as plain arrays.

        reach: the number of entries of the path to keep on either side of the cursor; None: all.
        """

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Become the learner that was saved; LivecodeError, and no change, if the state does not fit."""


def what_is_forgotten(closed: int) -> str:
    """Return a sentence on what an agent forgets when so many axes are closed."""
    axes = "the axis that was closed" if closed == 1 else f"the {closed} axes that were closed"
    return f"what was learned about {axes} is forgotten"
