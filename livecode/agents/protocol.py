"""What every exploring agent offers to the mind, and what it says about its own expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.agents.path import Array, Path


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What an agent expects of each single-axis move from where it stands; all arrays (moves,)."""

    axis: NDArray[np.int64]  # the axis that the move goes along
    direction: NDArray[np.int64]  # +1 up, -1 down
    predicted_reward: Array  # feedback expected for the move
    novelty_bonus: Array  # how little visited the place it leads to is, in units of reward
    allowed: NDArray[np.bool_]  # False where the move would leave the unit cube
    chosen: int | None  # index of the last move made; None before the first and after a jump

    def __repr__(self) -> str:
        """A row for each move, with its praise or blame, how new it is, and which was made last."""
        rows = []
        for move, (axis, direction) in enumerate(zip(self.axis, self.direction, strict=True)):
            reward, new = self.predicted_reward[move], self.novelty_bonus[move]
            marks = "" if self.allowed[move] else "  at the border"
            marks += "  last move" if move == self.chosen else ""
            way = "up  " if direction > 0 else "down"
            rows.append(f"axis {axis} {way}  reward {reward:+.2f}  new {new:.2f}{marks}")
        return "\n".join(rows)


class Learner(Protocol):
    """How an agent learns: it explores [0, 1]^dims, taught by feedback. All times are in seconds."""

    dims: int  # axes in use; may be set while playing
    step: float  # length of one move (precision); may be set while playing
    path: Path  # where it has been
    dropped: str  # what the last change of dims made it lose; "" if nothing
    paused: bool
    curiosity: float  # 0 goes straight for what was praised, 1 tries things, 4 roams
    patience_s: float  # how long it stays with what was praised, in silence

    @property
    def position(self) -> Array:
        """Where it is: (dims,) in [0, 1], a copy."""

    @property
    def moved(self) -> Array:
        """What its last move added to its position, (dims,)."""

    @property
    def beliefs(self) -> Beliefs:
        """What it expects of each move from here."""

    def act(self, time_s: float) -> Array:
        """One action: learn, choose, move; returns the new position (dims,)."""

    def place(self, position: Array) -> None:
        """Be put there (dims,), without having walked."""

    def feedback(self, reward: float, time_s: float) -> None:
        """Praise (> 0) or blame (< 0) the way it went; 0, NaN and infinities say nothing."""

    def tap(self, reward: float, time_s: float) -> None:
        """Feedback that stands for itself, however soon after other."""

    def sense(self, value: float, time_s: float) -> None:
        """How good it is here, on any scale: what changes along its way is praise or blame."""

    def zone(self, reward: float) -> None:
        """Like (> 0) or dislike (< 0) this place."""

    def jump(self) -> None:
        """Change zone: go where it has hardly been."""

    def explore(self, actions: int = 1) -> None:
        """Make the next moves for novelty alone, even when paused."""

    def back(self, actions: int = 1) -> None:
        """Return to where it was so many actions ago."""

    def forward(self, actions: int = 1) -> None:
        """Undo `back`."""

    def go_back(self, seconds: float) -> None:
        """Return to where it was so long ago; below 0, `forward`."""

    def pause(self) -> None:
        """Hold still."""

    def resume(self) -> None:
        """Go on."""

    def forget(self) -> None:
        """Lose everything learned, visited and remembered; stay where it is."""

    def wake(self, position: Array, time_s: float) -> None:
        """Go on from there (dims,) at that time: what came before is over, but not forgotten."""

    def state(self, reach: int | None = None) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays.

        reach: of its path only so many entries to either side of where it is; None: the whole.
        """

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Become the agent that was saved; a state that does not fit changes nothing."""
