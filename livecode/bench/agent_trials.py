"""Teaching an agent offline: simulated musicians, subjects, trials, and the scores of trials."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from livecode.agents.belief import ExplorerSettings
from livecode.agents.coexplorer import CoExplorer, CoExplorerSettings
from livecode.agents.explorer import Explorer
from livecode.agents.path import Array
from livecode.agents.protocol import Learner
from livecode.bench.rows import quartiles

PERIOD_S = 0.1  # seconds between actions
BUDGET = 3000  # actions in a trial
LAST = 600  # actions in the last minute

Musician = Callable[[list[float], float, np.random.Generator], float]


# The musicians. After every action, a musician hears the distances to the sound in mind so far and
# answers with feedback; 0 is silence.


def taps(
    distances: list[float], step: float, rng: np.random.Generator, wrong: float = 0.0
) -> float:
    """Musician A: sometimes ±1 for the sound 0.2 to 0.5 s ago; a share `wrong` is wrong."""
    k = len(distances) - 1
    if k % 5 or rng.random() < 0.2:
        return 0.0
    lag = int(rng.integers(2, 6))
    if k < lag + 5:
        return 0.0
    sign = float(np.sign(distances[k - lag - 5] - distances[k - lag]))
    return -sign if rng.random() < wrong else sign


def rings(distances: list[float], step: float, rng: np.random.Generator) -> float:
    """Musician B: a noisy continuous signal in [-1, 1] at every action, without delay."""
    if len(distances) <= 5:
        return 0.0
    progress = (distances[-6] - distances[-1]) / (5 * step)
    return float(np.clip(np.clip(progress, -1, 1) + rng.normal(0, 0.2), -1, 1))


def rings_thinned(distances: list[float], step: float, rng: np.random.Generator) -> float:
    """Musician B at every fifth action only, and 0.2 s late."""
    return 0.0 if (len(distances) - 3) % 5 else rings(distances[:-2], step, rng)


MUSICIANS: dict[str, Musician] = {
    "A": taps,
    "A, 10 % wrong": partial(taps, wrong=0.1),
    "B": rings,
    "B, thinned": rings_thinned,
}


# The subjects. Two of them cannot be taught: they are the scale for the others.


class RandomWalk:
    """Takes random allowed steps along one axis, whatever the feedback."""

    def __init__(self, dims: int, step: float, rng: np.random.Generator) -> None:
        self.position, self.step, self.rng = np.full(dims, 0.5), step, rng

    def act(self, time_s: float) -> Array:
        """Take one step. Return the new position."""
        inside = np.stack([self.position < 1, self.position > 0], axis=1)
        move = self.rng.choice(np.flatnonzero(inside))
        self.position[move // 2] += self.step * (1 - 2 * (move % 2))
        self.position = self.position.round(9).clip(0, 1)
        return self.position.copy()

    def feedback(self, reward: float, time_s: float) -> None:
        """Ignore the feedback."""


class Oracle(RandomWalk):
    """Knows the target, and steps along the axis on which it is farthest away."""

    target: Array

    def act(self, time_s: float) -> Array:
        """Take the best step. Return the new position."""
        way = self.target - self.position
        axis = np.argmax(np.abs(way))
        self.position[axis] += np.clip(way[axis], -self.step, self.step)
        return self.position.copy()


Subject = Learner | RandomWalk


def co_explorer(
    dims: int, step: float, rng: np.random.Generator, replay_when_fed: bool = True
) -> Subject:
    """Make a Co-Explorer; the published one does not rehearse at a move that gets feedback."""
    settings = CoExplorerSettings(dims=dims, step=step, replay_when_fed=replay_when_fed)
    return CoExplorer(settings, rng)


def explorer(dims: int, step: float, rng: np.random.Generator) -> Subject:
    """Make an explorer, which estimates the position that its listener has in mind."""
    return Explorer(ExplorerSettings(dims=dims, step=step), rng)


SUBJECTS: dict[str, Callable[[int, float, np.random.Generator], Subject]] = {
    "coexplorer": co_explorer,
    "coexplorer as published": partial(co_explorer, replay_when_fed=False),
    "explorer": explorer,
    "random walk": RandomWalk,
    "oracle": Oracle,
}


@dataclass(frozen=True)
class TaughtTrial:
    """One subject, taught by one musician towards one target."""

    subject: str
    musician: str
    dims: int
    step: float
    seed: int
    actions: int = BUDGET


def draw_target(dims: int, rng: np.random.Generator) -> Array:
    """Draw a position well inside the cube, at least a quarter of its diagonal from the middle."""
    while True:
        target = rng.uniform(0.1, 0.9, dims)
        if np.linalg.norm(target - 0.5) >= 0.25 * dims**0.5:
            return np.asarray(target)


def distances(trial: TaughtTrial) -> Array:
    """Return distance / sqrt(dims) to the target before the first and after every action."""
    target_rng, musician_rng, subject_rng = (
        np.random.default_rng([trial.seed, trial.dims, stream]) for stream in range(3)
    )
    target = draw_target(trial.dims, target_rng)
    subject = SUBJECTS[trial.subject](trial.dims, trial.step, subject_rng)
    if isinstance(subject, Oracle):
        subject.target = target
    musician = MUSICIANS[trial.musician]
    heard = [float(np.linalg.norm(target - 0.5))]
    for k in range(1, trial.actions + 1):
        heard.append(float(np.linalg.norm(subject.act(k * PERIOD_S) - target)))
        reward = musician(heard, trial.step, musician_rng)
        if reward:
            subject.feedback(reward, k * PERIOD_S)
    return np.asarray(np.array(heard) / np.sqrt(trial.dims))


def arrival(distance: Array) -> int | None:
    """Return the action that comes within 0.05 of the target and stays near it for 5 s, or None."""
    for k in np.flatnonzero(distance[:-50] <= 0.05):
        if distance[k + 1 : k + 51].mean() <= 0.1:
            return int(k)
    return None


@dataclass(frozen=True)
class Score:
    """The results of trials that differ only in their seeds."""

    success: float  # per cent of trials that arrived
    actions: float | None  # median number of actions to arrive, over trials that did
    distance: float  # mean distance / sqrt(dims) over the last minute
    actions_spread: tuple[float, float] | None = None  # quartiles
    distance_spread: tuple[float, float] | None = None


def score(runs: Sequence[Array]) -> Score:
    """Summarise the distances of several trials."""
    arrived = [k for k in map(arrival, runs) if k is not None]
    last = [run[-LAST:].mean() for run in runs]
    return Score(
        success=100 * len(arrived) / len(runs),
        actions=float(np.median(arrived)) if arrived else None,
        distance=float(np.mean(last)),
        actions_spread=quartiles(arrived) if arrived else None,
        distance_spread=quartiles(last),
    )


def action_times_ms(subject: str, dims: int, actions: int = 2000) -> list[float]:
    """Return the times of act and learn together, in ms, with feedback at every other action.

    The times are processor time of one core, so other programs do not count.
    """
    agent = SUBJECTS[subject](dims, 0.01, np.random.default_rng(dims))
    taken_ms = []
    for k in range(actions):
        began_s = time.thread_time()
        agent.act(k * PERIOD_S)
        if k % 2:
            agent.feedback(1.0, k * PERIOD_S)
        taken_ms.append(1000 * (time.thread_time() - began_s))
    return taken_ms[200:]  # from here on, the replay is in use


def together_ms(subject: str, agents: int = 4, dims: int = 8, actions: int = 1000) -> list[float]:
    """Return the times in ms of several agents that act and learn in one tick, on one core."""
    rngs = [np.random.default_rng(each) for each in range(agents)]
    all_of_them = [SUBJECTS[subject](dims, 0.01, rng) for rng in rngs]
    taken_ms = []
    for k in range(actions):
        began_s = time.thread_time()
        for agent, rng in zip(all_of_them, rngs, strict=True):
            agent.act(k * 0.03)
            agent.feedback(float(rng.uniform(-1, 1)), k * 0.03)
        taken_ms.append(1000 * (time.thread_time() - began_s))
    return taken_ms[100:]
