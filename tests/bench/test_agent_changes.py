"""A listener who changes: what counts as leaving and as finding again, and the targets."""

import numpy as np
import pytest

from livecode.bench.agent import Goal, goals
from livecode.bench.agent_changes import Change, cells_covered, found_again, leaves_after
from livecode.bench.musician import RingMusician
from livecode.signals.intake import Intake


def test_a_random_walk_finds_nothing_again_and_leaves_as_often_taught_as_untaught():
    walk = Change("random walk", "A", 4, seed=1)
    assert found_again(walk) == (None, None)
    assert leaves_after(walk) is None
    assert leaves_after(walk, turns_random=False) is None


@pytest.mark.slow
def test_a_place_that_moves_is_found_again_and_random_feedback_is_left():
    changes = [Change("explorer", "B", 2, seed) for seed in range(5)]
    assert all(again is not None for _, again in map(found_again, changes))
    left = [leaves_after(change) for change in changes]
    assert sum(each is not None for each in left) >= 3
    assert all(leaves_after(change, turns_random=False) is None for change in changes)


def test_an_explorer_covers_more_in_silence_than_a_random_walk():
    own, walk = (cells_covered(Change(name, "none", 2, 1)) for name in ("explorer", "random walk"))
    assert own > 2 * walk


@pytest.mark.parametrize(
    ("about", "goal"),
    [
        (("explorer", "A", 4, 0.01), Goal(95, 450, 0.05)),
        (("explorer", "A, 10 % wrong", 1, 0.01), Goal(None, None, 0.05)),
        (("explorer", "B", 4, 0.05), Goal(90)),
        (("explorer", "B, thinned", 4, 0.01), Goal()),
        (("coexplorer", "A", 4, 0.01), Goal()),
    ],
)
def test_targets_are_those_of_the_explorer(about, goal):
    agent, musician, dims, step = about
    asked = {"agent": agent, "musician": musician, "dims": dims, "step": step}
    assert goals(asked) == goal


def test_hands_turn_to_the_front_while_it_comes_nearer_and_say_when_it_has_arrived():
    musician = RingMusician(np.array([0.8, 0.5]), np.random.default_rng(1))
    intake, turns = Intake(), []
    for k in range(200):
        x = 0.2 + min(k, 60) * 0.01 if k < 100 else 0.8
        for packet in musician.hear(np.array([x, 0.5]), 0.05 * k):
            intake.receive(packet, 0.05 * k)
        turns.append(intake.rings.twist)
    assert np.mean(turns[20:60]) > 0.7
    assert abs(np.mean(turns[80:])) < 0.2
    assert musician.arrived_s == pytest.approx(0.05 * 53, abs=0.06)
