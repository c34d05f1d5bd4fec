"""The learners of agents: made, fitted to their space, and kept for `undo`."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.agents import library
from livecode.agents.belief import ExplorerSettings
from livecode.agents.coexplorer import CoExplorer, CoExplorerSettings
from livecode.agents.explorer import Explorer
from livecode.agents.protocol import Learner
from livecode.language.agents import EXPLORER
from livecode.language.things import PlayerState

#: How an explorer goes whose steps are few and long, each heard for a bar: it does not creep up to a
#: goal, and feedback is of the last step, whatever the listener's reaction time.
AMONG_RHYTHMS: dict[str, Any] = {"glide": 1.0, "slow_step": 0.1, "lags_s": (0.0,) * 6}


@dataclass(frozen=True)
class AgentState(PlayerState):
    """What an agent has learned, and where it stands."""

    kind: str  # of learner: "explorer" or "coexplorer"
    learned: dict[str, NDArray[Any]]
    rest: NDArray[np.float64]  # (latent,): where the closed axes rest
    order: NDArray[np.int64]  # (latent,): the axes, those that are open first


def ordered(axes: tuple[int, ...], latent: int) -> np.ndarray:
    """Return all axes (latent,), these first."""
    others = [axis for axis in range(latent) if axis not in axes]
    return np.array([*axes, *others], np.int64)


def new_learner(kind: str, dims: int, seed: int, among_rhythms: bool = False) -> Learner:
    """Make a learner of a kind, "explorer" or "coexplorer", that knows nothing yet."""
    rng = np.random.default_rng(seed)
    if kind != EXPLORER:
        return CoExplorer(CoExplorerSettings(dims=dims), rng)
    learner = Explorer(ExplorerSettings(dims=dims), rng)
    settle_in(learner, among_rhythms)
    return learner


def settle_in(learner: Learner, among_rhythms: bool) -> None:
    """Let a learner go as its space asks."""
    if isinstance(learner, Explorer):
        plain = ExplorerSettings(dims=learner.settings.dims)
        learner.settings = replace(plain, **AMONG_RHYTHMS) if among_rhythms else plain


def misfits(saved: library.SavedAgent, dims: int, model: str, dropped: str) -> list[str]:
    """Return what of a saved agent does not fit one with so many open axes in that space, as clauses.

    `dropped` says what its learner has lost.
    """
    known, said = int(saved.state["dims"]), []
    if known != dims:
        kept = f"of its {known} axes {dims} are open" if known > dims else ""
        kept = kept or f"it knows {known} of the {dims} open axes"
        said += [each for each in (kept, dropped) if each]
    if saved.space != model:
        said.append(f"it was learned in {saved.space}, where its axes may sound otherwise")
    return said
