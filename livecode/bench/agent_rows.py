"""More rows of the agent's benchmark: listeners who change, silence, and the whole path."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from livecode.bench import agent_path
from livecode.bench.agent_changes import Change, cells_covered, found_again, leaves_after
from livecode.bench.rows import BenchRow, Identity, quartiles, spread

#: A moved target must be found within this many times the actions of the first arrival.
AGAIN = 1.5
MUSICIANS = ("A", "B")
#: (dimensions, step, factor over the cells that a random walk covers)
COVERAGE = ((2, 0.01, 1.0), (2, 0.05, 1.0), (8, 0.01, 2.0), (8, 0.05, 2.0))

Calls = Callable[[Callable[[Change], Any], Sequence[Change]], list[Any]]


def change_rows(subject: str, dims: Sequence[int], seeds: int, calls: Calls) -> list[BenchRow]:
    """Return rows on finding again, leaving and covering; `calls` maps a function over changes."""
    rows = []
    for musician in MUSICIANS:
        for n in dims:
            changes = [Change(subject, musician, n, seed) for seed in range(seeds)]
            about: Identity = {"agent": subject, "musician": musician, "dims": n}
            rows += _again_rows(calls(found_again, changes), about)
            rows += _left_rows(calls(leaves_after, changes), calls(_stays, changes), about)
    for n, step, times in COVERAGE:
        if n in dims:
            rows.append(_covered_row(subject, n, step, times, seeds, calls))
    return rows


def path_rows(trials: int = 10) -> list[BenchRow]:
    """Return rows on an agent taught by packets; none without a virtual sound card."""
    if not agent_path.possible():
        return []
    paths, benched = agent_path.arrivals(trials), agent_path.benched(trials)
    about: Identity = {"agent": "explorer", "musician": "B, packets", "dims": agent_path.DIMS}
    rate, baseline = (
        100 * sum(each is not None for each in runs) / trials for runs in (paths, benched)
    )
    arrived = [each for each in paths if each is not None]
    other = [each for each in benched if each is not None]
    return [
        BenchRow.measured(
            "success", rate, "%", about, baseline=baseline, target=baseline - 10, better="higher"
        ),
        BenchRow.measured(
            "median time to arrive",
            float(np.median(arrived)) if arrived else None,
            "s",
            spread(about, quartiles(arrived) if arrived else None),
            baseline=float(np.median(other)) if other else None,
        ),
    ]


def _stays(change: Change) -> float | None:
    return leaves_after(change, turns_random=False)


def _again_rows(found: Sequence[tuple[int | None, int | None]], about: Identity) -> list[BenchRow]:
    first, again = ([k for k in each if k is not None] for each in zip(*found, strict=True))
    if not first:
        return []
    once = float(np.median(first))
    return [
        BenchRow.measured(
            "median actions to find it again", float(np.median(again)) if again else None, "",
            spread(about, quartiles(again) if again else None), baseline=once,
            target=AGAIN * once if about["agent"] == "explorer" else None,
        ),
        BenchRow.measured("found again", 100 * len(again) / len(found), "%", about,
                     baseline=100 * len(first) / len(found), better="higher"),
    ]  # fmt: skip


def _left_rows(
    left: Sequence[float | None], stayed: Sequence[float | None], about: Identity
) -> list[BenchRow]:
    gone = [each for each in left if each is not None]
    middle = float(np.median([math.inf if each is None else each for each in left]))
    asked = about["agent"] == "explorer"
    return [
        BenchRow.measured(
            "left within 10 s of random feedback", 100 * len(gone) / len(left), "%", about,
            baseline=100 * sum(each is not None for each in stayed) / len(stayed),
            target=90 if asked else None, better="higher",
        ),
        BenchRow.measured("median time to leave", middle if math.isfinite(middle) else None, "s",
                     about, target=10 if asked else None),
    ]  # fmt: skip


def _covered_row(
    subject: str, n: int, step: float, times: float, seeds: int, calls: Calls
) -> BenchRow:
    own, walk = (
        calls(cells_covered, [Change(name, "none", n, seed, step) for seed in range(seeds)])
        for name in (subject, "random walk")
    )
    about: Identity = {"agent": subject, "musician": "none", "dims": n, "step": step}
    walked = float(np.mean(walk))
    target = times * walked if subject == "explorer" else None
    return BenchRow.measured(
        "cells covered in silence", float(np.mean(own)), "", spread(about, quartiles(own)),
        baseline=walked, target=target, better="higher",
    )  # fmt: skip
