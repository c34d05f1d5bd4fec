"""How well an agent learns from simulated musicians, beside a random walk and an oracle."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from multiprocessing import get_context

import numpy as np
from rich.console import Console

from livecode.agents.belief import ExplorerSettings
from livecode.agents.coexplorer import CoExplorer, CoExplorerSettings
from livecode.agents.explorer import Explorer
from livecode.agents.path import Array
from livecode.agents.protocol import Learner
from livecode.bench.rows import Identity, Row, print_rows, rows_to_json

PERIOD_S = 0.1  # between actions
BUDGET = 3000  # actions a trial
LAST = 600  # actions: the last minute

Musician = Callable[[list[float], float, np.random.Generator], float]


# The musicians: they hear the distance to the sound they have in mind after every action so far,
# and answer with feedback; 0 is silence.


def taps(
    distances: list[float], step: float, rng: np.random.Generator, wrong: float = 0.0
) -> float:
    """Musician A: now and then ±1, for what was heard 0.2 to 0.5 s ago; wrong so often."""
    k = len(distances) - 1
    if k % 5 or rng.random() < 0.2:
        return 0.0
    lag = int(rng.integers(2, 6))
    if k < lag + 5:
        return 0.0
    sign = float(np.sign(distances[k - lag - 5] - distances[k - lag]))
    return -sign if rng.random() < wrong else sign


def rings(distances: list[float], step: float, rng: np.random.Generator) -> float:
    """Musician B: a noisy continuous signal in [-1, 1], at every action, with no delay."""
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


# Who is taught. The two that cannot be taught are the scale.


class RandomWalk:
    """Takes any allowed step along one axis, whatever it is told."""

    def __init__(self, dims: int, step: float, rng: np.random.Generator) -> None:
        self.position, self.step, self.rng = np.full(dims, 0.5), step, rng

    def act(self, time_s: float) -> Array:
        """One step."""
        inside = np.stack([self.position < 1, self.position > 0], axis=1)
        move = self.rng.choice(np.flatnonzero(inside))
        self.position[move // 2] += self.step * (1 - 2 * (move % 2))
        self.position = self.position.round(9).clip(0, 1)
        return self.position.copy()

    def feedback(self, reward: float, time_s: float) -> None:
        """Deaf to it."""


class Oracle(RandomWalk):
    """Knows the target and steps along the axis that is furthest from it."""

    target: Array

    def act(self, time_s: float) -> Array:
        """The best step."""
        way = self.target - self.position
        axis = np.argmax(np.abs(way))
        self.position[axis] += np.clip(way[axis], -self.step, self.step)
        return self.position.copy()


Subject = Learner | RandomWalk


def co_explorer(
    dims: int, step: float, rng: np.random.Generator, replay_when_fed: bool = True
) -> Subject:
    """The Co-Explorer; as published it does not rehearse at a move that gets feedback."""
    settings = CoExplorerSettings(dims=dims, step=step, replay_when_fed=replay_when_fed)
    return CoExplorer(settings, rng)


def explorer(dims: int, step: float, rng: np.random.Generator) -> Subject:
    """The explorer that guesses the place that its listener has in mind."""
    return Explorer(ExplorerSettings(dims=dims, step=step), rng)


SUBJECTS: dict[str, Callable[[int, float, np.random.Generator], Subject]] = {
    "coexplorer": co_explorer,
    "coexplorer as published": partial(co_explorer, replay_when_fed=False),
    "explorer": explorer,
    "random walk": RandomWalk,
    "oracle": Oracle,
}


@dataclass(frozen=True)
class Trial:
    """One subject taught by one musician towards one target."""

    subject: str
    musician: str
    dims: int
    step: float
    seed: int
    actions: int = BUDGET


def draw_target(dims: int, rng: np.random.Generator) -> Array:
    """A place well inside the cube and at least a quarter of its diagonal from the middle."""
    while True:
        target = rng.uniform(0.1, 0.9, dims)
        if np.linalg.norm(target - 0.5) >= 0.25 * dims**0.5:
            return np.asarray(target)


def distances(trial: Trial) -> Array:
    """Distance / sqrt(dims) to the target before the first and after every action."""
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
    """The action that brings it within 0.05 of the target, if it then stays about there for 5 s."""
    for k in np.flatnonzero(distance[:-50] <= 0.05):
        if distance[k + 1 : k + 51].mean() <= 0.1:
            return int(k)
    return None


@dataclass(frozen=True)
class Score:
    """What became of the trials that differ in their seed alone."""

    success: float  # percent that arrived
    actions: float | None  # median to arrive, of those that did
    distance: float  # mean over the last minute, over sqrt(dims)
    actions_spread: tuple[float, float] | None = None  # quartiles
    distance_spread: tuple[float, float] | None = None


def score(runs: Sequence[Array]) -> Score:
    """Sum up the distances of several trials."""
    arrived = [k for k in map(arrival, runs) if k is not None]
    last = [run[-LAST:].mean() for run in runs]
    return Score(
        success=100 * len(arrived) / len(runs),
        actions=float(np.median(arrived)) if arrived else None,
        distance=float(np.mean(last)),
        actions_spread=quartiles(arrived) if arrived else None,
        distance_spread=quartiles(last),
    )


def quartiles(figures: Sequence[float]) -> tuple[float, float]:
    """Between which the middle half lies."""
    low, high = np.percentile(figures, (25, 75))
    return float(low), float(high)


def action_times_ms(subject: str, dims: int, actions: int = 2000) -> list[float]:
    """How long act and learn take together, in ms, with feedback at every other action.

    Time on one core, so that whatever else is running is not counted.
    """
    agent = SUBJECTS[subject](dims, 0.01, np.random.default_rng(dims))
    taken_ms = []
    for k in range(actions):
        began_s = time.thread_time()
        agent.act(k * PERIOD_S)
        if k % 2:
            agent.feedback(1.0, k * PERIOD_S)
        taken_ms.append(1000 * (time.thread_time() - began_s))
    return taken_ms[200:]  # the replay is in use by then


def run(
    seeds: int = 20,
    dims: Sequence[int] = (1, 2, 4, 8),
    steps: Sequence[float] = (0.01, 0.05),
    musicians: Sequence[str] = tuple(MUSICIANS),
    subjects: Sequence[str] = ("explorer", "coexplorer"),
    jobs: int = 1,
    changed: Sequence[str] = (),
    paths: bool = False,
    beside: Sequence[str] = tuple(MUSICIANS),
) -> list[Row]:
    """Every musician with every subject, then approach and timing; `jobs` trials side by side.

    changed: the subjects whose listener also changes. paths: whether the explorer is taught by
    packets, too, where there is a virtual sound card. beside: who teaches the other subjects.
    """
    from livecode.bench.agent_rows import change_rows, path_rows  # which is made of this module

    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the processes below, where numpy starts anew
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:

        def runs(subject: str, musician: str, n: int, step: float, actions: int) -> list[Array]:
            trials = [Trial(subject, musician, n, step, seed, actions) for seed in range(seeds)]
            return list(pool.map(distances, trials))

        rows = []
        for n, step in product(dims, steps):
            walk = score(runs("random walk", "A", n, step, BUDGET))
            best = score(runs("oracle", "A", n, step, BUDGET))
            for subject, musician in product(subjects, musicians):
                if subject != "explorer" and musician not in beside:
                    continue
                _progress(f"{subject}, {musician}, {n} dimensions, step {step}")
                own = score(runs(subject, musician, n, step, BUDGET))
                about: Identity = {"agent": subject, "musician": musician, "dims": n, "step": step}
                rows += _score_rows(own, walk, best, about)
        for subject in subjects:
            walked = runs("random walk", "B", 2, 0.01, LAST)
            rows += _approach_rows(subject, runs(subject, "B", 2, 0.01, LAST), walked)
        for subject in changed:
            _progress(f"{subject}: a listener who changes, or falls silent")
            rows += change_rows(subject, dims, seeds, lambda call, jobs: list(pool.map(call, jobs)))
        for subject, n in product(subjects, (2, 8, 32)):
            rows += _timing_rows(pool.submit(action_times_ms, subject, n).result(), subject, n)
        if paths:
            _progress("explorer, taught by packets")
            rows += path_rows()
        rows += _together_rows(pool.submit(together_ms, "explorer").result())
    return rows


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _score_rows(own: Score, walk: Score, best: Score, about: Identity) -> list[Row]:
    asked = goals(about)
    return [
        Row.measured(
            "success", own.success, "%", about,
            baseline=walk.success, target=asked.success, better="higher",
        ),
        Row.measured(
            "median actions to arrive", own.actions, "", spread(about, own.actions_spread),
            baseline=best.actions, target=asked.actions,
        ),
        Row.measured(
            "last minute", own.distance, "√n", spread(about, own.distance_spread),
            baseline=walk.distance, target=asked.distance,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What is asked of an agent in one row; None where nothing is."""

    success: float | None = None  # percent
    actions: float | None = None
    distance: float | None = None  # over sqrt(dims)


GOALS = {
    ("A", 0.01, 2): Goal(95, 110), ("A", 0.01, 4): Goal(95, 450), ("A", 0.01, 8): Goal(95, 1200),
    ("A, 10 % wrong", 0.01, 8): Goal(90),
    ("B", 0.01, 2): Goal(95, 150), ("B", 0.01, 4): Goal(95, 400), ("B", 0.01, 8): Goal(90, 1000),
    ("B", 0.05, 4): Goal(90),
}  # fmt: skip
STAYS = 0.05  # over sqrt(dims), at small steps


def goals(about: Identity) -> Goal:
    """What is asked of the explorer; nothing of the published agent."""
    if about["agent"] != "explorer":
        return Goal()
    musician, step, dims = about["musician"], about["step"], about["dims"]
    goal = GOALS.get((str(musician), float(step or 0), int(dims or 0)), Goal())  # type: ignore[arg-type]
    judged = step == 0.01 and musician in ("A", "A, 10 % wrong", "B")
    return replace(goal, distance=STAYS) if judged else goal


def spread(about: Identity, between: tuple[float, float] | None) -> Identity:
    """What identifies a row, with its quartiles."""
    if between is None:
        return about
    return {**about, "q25": round(between[0], 3), "q75": round(between[1], 3)}


def _approach_rows(subject: str, own: Sequence[Array], walk: Sequence[Array]) -> list[Row]:
    """Rewarded for approaching a point it cannot see: nearer than a random walk in 600 actions?"""
    about: Identity = {"agent": subject, "musician": "B", "dims": 2, "step": 0.01}
    figures = {
        "final": ([run[-1] for run in runs] for runs in (own, walk)),
        "mean": ([run.mean() for run in runs] for runs in (own, walk)),
    }
    rows = []
    for name, values in figures.items():
        value, limit = (float(np.median(each)) for each in values)
        what = f"approach, median {name} distance"
        rows.append(Row.measured(what, value, "√n", about, baseline=limit, target=limit))
    return rows


def _timing_rows(taken_ms: Sequence[float], subject: str, dims: int) -> list[Row]:
    about: Identity = {"agent": subject, "dims": dims}
    mean, p99 = float(np.mean(taken_ms)), float(np.percentile(taken_ms, 99))
    return [
        Row.measured("act + learn, mean", mean, "ms", about, target=0.5),
        Row.measured("act + learn, p99", p99, "ms", about, target=3.0 if dims <= 8 else 6.0),
    ]


def together_ms(subject: str, agents: int = 4, dims: int = 8, actions: int = 1000) -> list[float]:
    """How long some agents take that act and learn in the same tick, in ms on one core."""
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


def _together_rows(taken_ms: Sequence[float]) -> list[Row]:
    """Four agents in one tick, 30 ms apart: they must leave most of that time to others."""
    p99 = float(np.percentile(taken_ms, 99))
    about: Identity = {"agent": "explorer", "dims": 8, "agents": 4}
    return [Row.measured("act + learn of all, p99", p99, "ms", about, target=10.0)]


def main() -> None:
    """The command line: `python -m livecode.bench.agent`."""
    parser = argparse.ArgumentParser(prog="livecode.bench.agent", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    parser.add_argument("--quick", action="store_true", help="two dimensions, five seeds")
    parser.add_argument("--seeds", type=int, default=20, help="targets a row (default: 20)")
    parser.add_argument("--jobs", type=int, default=2, help="trials side by side (default: 2)")
    parser.add_argument("--dims", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--agents", nargs="+", default=["explorer"], choices=SUBJECTS)
    arguments = parser.parse_args()
    if arguments.quick:
        rows = run(seeds=5, dims=(2,), steps=(0.01,), subjects=("explorer",), jobs=arguments.jobs)
    else:
        rows = run(
            arguments.seeds,
            arguments.dims,
            subjects=arguments.agents,
            jobs=arguments.jobs,
            changed=[each for each in arguments.agents if each == "explorer"],
        )
    print(rows_to_json(rows)) if arguments.json else print_rows(rows, Console())


if __name__ == "__main__":
    main()
