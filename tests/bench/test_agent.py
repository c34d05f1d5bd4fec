"""The simulated musicians, the scale that they are judged on, and an agent that learns from them."""

import json
import subprocess
import sys

import numpy as np
import pytest

from livecode.bench import agent_trials as trials
from livecode.bench.agent import run

SEEDS = 20


def heard(*distances):
    return [float(distance) for distance in distances]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_targets_lie_inside_and_away_from_the_start():
    for dims in (1, 2, 8):
        targets = np.array([trials.draw_target(dims, rng(seed)) for seed in range(50)])
        assert targets.min() >= 0.1
        assert targets.max() <= 0.9
        assert (np.linalg.norm(targets - 0.5, axis=1) >= 0.25 * dims**0.5).all()


def test_taps_come_at_every_fifth_action_and_four_times_in_five():
    approaching = list(np.linspace(1, 0, 2001))
    given = [trials.taps(approaching[: k + 1], 0.01, rng(k)) for k in range(2000)]
    assert {k % 5 for k in np.flatnonzero(given)} == {0}
    assert set(given) == {0.0, 1.0}
    assert np.count_nonzero(given) / 400 == pytest.approx(0.8, abs=0.05)


def test_taps_blame_a_retreat_and_are_wrong_as_often_as_they_should():
    retreating = list(np.linspace(0, 1, 2001))
    given = np.array(
        [trials.taps(retreating[: k + 1], 0.01, rng(k), wrong=0.1) for k in range(20, 2000, 5)]
    )
    assert (given == 1).sum() / np.count_nonzero(given) == pytest.approx(0.1, abs=0.04)


def test_rings_say_how_fast_it_approaches_with_noise():
    full, half = heard(5, 4, 3, 2, 1, 0), heard(5, 4.5, 4, 3.5, 3, 2.5)
    for progress, distances in ((1.0, full), (0.5, half)):
        given = [trials.rings(distances, 1.0, rng(seed)) for seed in range(300)]
        assert max(given) <= 1
        assert np.median(given) == pytest.approx(progress, abs=0.05)
    assert trials.rings(full[:5], 1.0, rng()) == 0


def test_thinned_rings_come_at_every_fifth_action_about_what_was_two_actions_ago():
    turning = heard(*range(50, 39, -1), 60, 70)  # approached until two actions ago
    assert trials.rings_thinned(turning, 1.0, rng()) > 0.5
    assert all(trials.rings_thinned([*turning, *range(n)], 1.0, rng()) == 0 for n in range(1, 5))


def test_arrival_is_near_and_stays():
    away, there = [0.5] * 10, [0.04] * 60
    assert trials.arrival(np.array(away + there)) == 10
    assert trials.arrival(np.array(away + [0.04] * 5 + [0.5] * 60)) is None
    assert trials.arrival(np.array(away + [0.06] * 60)) is None


def test_an_oracle_arrives_by_the_shortest_way_and_a_random_walk_does_not():
    dims, step = 2, 0.01
    oracle = [
        trials.distances(trials.TaughtTrial("oracle", "A", dims, step, seed)) for seed in range(10)
    ]
    walk = [
        trials.distances(trials.TaughtTrial("random walk", "A", dims, step, s)) for s in range(10)
    ]
    for seed, way in enumerate(oracle):
        target = trials.draw_target(dims, rng([seed, dims, 0]))
        assert trials.arrival(way) <= np.abs(target - 0.5).sum() / step
    assert trials.score(oracle).success == 100
    assert trials.score(walk).distance > 0.2


def test_a_trial_repeats_by_its_seed():
    taught = [trials.TaughtTrial("coexplorer", "A", 2, 0.01, seed, 100) for seed in (1, 1, 2)]
    one, again, other = map(trials.distances, taught)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    "musician",
    [
        pytest.param("A", marks=pytest.mark.slow),
        "B",
        pytest.param("B, thinned", marks=pytest.mark.slow),
    ],
)
def test_an_agent_rewarded_for_approaching_a_hidden_point_gets_nearer_than_a_random_walk(musician):
    def distances(subject):
        taught = [
            trials.TaughtTrial(subject, musician, 2, 0.02, seed, 300) for seed in range(SEEDS)
        ]
        return [trials.distances(trial)[-100:].mean() for trial in taught]

    learned, walked = np.median(distances("coexplorer")), np.median(distances("random walk"))
    assert learned < 0.7 * walked


@pytest.mark.slow
def test_a_run_gives_rows_for_every_musician_approach_and_timing():
    rows = run(seeds=2, dims=(1,), steps=(0.05,), musicians=("A",), subjects=("explorer",), jobs=1)
    names = [row.what for row in rows]
    assert names[:3] == ["success", "median actions to arrive", "last minute"]
    assert rows[0].about == {"agent": "explorer", "musician": "A", "dims": 1, "step": 0.05}
    assert rows[1].about["q25"] <= rows[1].value <= rows[1].about["q75"]
    together = next(row for row in rows if row.about.get("agents") == 4)
    assert together.value > 0
    approach = [row for row in rows if row.what.startswith("approach")]
    assert len(approach) == 2
    timed = {(row.about["dims"], row.what) for row in rows if row.what.startswith("act + learn, ")}
    assert timed == {(n, f"act + learn, {kind}") for n in (2, 8, 32) for kind in ("mean", "p99")}


@pytest.mark.slow
def test_the_command_prints_one_json_list():
    done = subprocess.run(
        [sys.executable, "-m", "livecode.bench.agent", "--json", "--quick"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = json.loads(done.stdout)
    assert {"what", "value", "unit", "baseline", "ratio", "target", "ok", "dims"} <= rows[0].keys()
