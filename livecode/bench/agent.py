"""How well an agent learns from simulated musicians, beside a random walk and an oracle."""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from multiprocessing import get_context

import numpy as np
from rich.console import Console

from livecode.agents.path import Array
from livecode.bench.agent_rows import change_rows, path_rows
from livecode.bench.agent_trials import (
    BUDGET,
    LAST,
    MUSICIANS,
    SUBJECTS,
    Score,
    TaughtTrial,
    action_times_ms,
    distances,
    score,
    together_ms,
)
from livecode.bench.rows import BenchRow, Identity, print_rows, rows_to_json, spread


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
) -> list[BenchRow]:
    """Teach every subject with every musician, then measure approach and timing.

    `jobs` trials run in parallel. `changed` are the subjects whose listener also changes. With
    `paths`, packets teach the explorer, too, if there is a virtual sound card. `beside` are the
    musicians who teach the other subjects.
    """
    # for the processes below, in which numpy is loaded anew
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:

        def runs(subject: str, musician: str, n: int, step: float, actions: int) -> list[Array]:
            trials = [
                TaughtTrial(subject, musician, n, step, seed, actions) for seed in range(seeds)
            ]
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


def _score_rows(own: Score, walk: Score, best: Score, about: Identity) -> list[BenchRow]:
    asked = goals(about)
    return [
        BenchRow.measured(
            "success", own.success, "%", about,
            baseline=walk.success, target=asked.success, better="higher",
        ),
        BenchRow.measured(
            "median actions to arrive", own.actions, "", spread(about, own.actions_spread),
            baseline=best.actions, target=asked.actions,
        ),
        BenchRow.measured(
            "last minute", own.distance, "√n", spread(about, own.distance_spread),
            baseline=walk.distance, target=asked.distance,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """The targets for an agent in one row; None where there is none."""

    success: float | None = None  # per cent
    actions: float | None = None
    distance: float | None = None  # distance / sqrt(dims)


GOALS = {
    ("A", 0.01, 2): Goal(95, 110), ("A", 0.01, 4): Goal(95, 450), ("A", 0.01, 8): Goal(95, 1200),
    ("A, 10 % wrong", 0.01, 8): Goal(90),
    ("B", 0.01, 2): Goal(95, 150), ("B", 0.01, 4): Goal(95, 400), ("B", 0.01, 8): Goal(90, 1000),
    ("B", 0.05, 4): Goal(90),
}  # fmt: skip
STAYS = 0.05  # distance / sqrt(dims), at small steps


def goals(about: Identity) -> Goal:
    """Return the targets of the explorer; the published agent has none."""
    if about["agent"] != "explorer":
        return Goal()
    musician, step, dims = about["musician"], about["step"], about["dims"]
    goal = GOALS.get((str(musician), float(step or 0), int(dims or 0)), Goal())
    judged = step == 0.01 and musician in ("A", "A, 10 % wrong", "B")
    return replace(goal, distance=STAYS) if judged else goal


def _approach_rows(subject: str, own: Sequence[Array], walk: Sequence[Array]) -> list[BenchRow]:
    """Return rows on whether rewards for approaching a hidden point beat a random walk."""
    about: Identity = {"agent": subject, "musician": "B", "dims": 2, "step": 0.01}
    figures = {
        "final": ([run[-1] for run in runs] for runs in (own, walk)),
        "mean": ([run.mean() for run in runs] for runs in (own, walk)),
    }
    rows = []
    for name, values in figures.items():
        value, limit = (float(np.median(each)) for each in values)
        what = f"approach, median {name} distance"
        rows.append(BenchRow.measured(what, value, "√n", about, baseline=limit, target=limit))
    return rows


def _timing_rows(taken_ms: Sequence[float], subject: str, dims: int) -> list[BenchRow]:
    about: Identity = {"agent": subject, "dims": dims}
    mean, p99 = float(np.mean(taken_ms)), float(np.percentile(taken_ms, 99))
    return [
        BenchRow.measured("act + learn, mean", mean, "ms", about, target=0.5),
        BenchRow.measured("act + learn, p99", p99, "ms", about, target=3.0 if dims <= 8 else 6.0),
    ]


def _together_rows(taken_ms: Sequence[float]) -> list[BenchRow]:
    """Return the row of four agents in one tick of 30 ms, most of which they must leave to others."""
    p99 = float(np.percentile(taken_ms, 99))
    about: Identity = {"agent": "explorer", "dims": 8, "agents": 4}
    return [BenchRow.measured("act + learn of all, p99", p99, "ms", about, target=10.0)]


def main() -> None:
    """Run the command line, `python -m livecode.bench.agent`."""
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
