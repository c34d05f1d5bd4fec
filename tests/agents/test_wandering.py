"""What an explorer does while nobody speaks: it wanders in phrases, breathes about a place, or stays."""

import numpy as np
import pytest

from livecode.agents.belief import ExplorerSettings
from livecode.agents.explorer import Explorer

PERIOD_S = 0.05
TARGET = np.array([0.7, 0.35])


def make(**settings) -> Explorer:
    agent = Explorer(ExplorerSettings(dims=2), np.random.default_rng(1))
    for name, value in settings.items():
        setattr(agent, name, value)
    return agent


def walk(agent: Explorer, seconds: float, start_s: float = 0.0, hear=None) -> np.ndarray:
    """The places (moves, dims) of so many seconds; `hear(places, time_s)` answers each."""
    places = []
    for k in range(1, round(seconds / PERIOD_S) + 1):
        places.append(agent.act(start_s + k * PERIOD_S))
        if hear is not None:
            hear(places, start_s + k * PERIOD_S)
    return np.array(places)


def taught(agent: Explorer) -> Explorer:
    """An agent that was told for a minute whether it came nearer to the target."""

    def hear(places, time_s):
        if len(places) % 10 == 0:
            far = np.linalg.norm(np.array(places[-10:]) - TARGET, axis=1)
            agent.tap(float(np.sign(far[0] - far[-1])), time_s)

    walk(agent, 60.0, hear=hear)
    return agent


def moves(places: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(places, axis=0), axis=1)


def rests(places: np.ndarray) -> float:
    """The share of moves that lead nowhere."""
    return float((moves(places) == 0).mean())


def longest_line_s(places: np.ndarray) -> float:
    """The longest time without half a second of rest."""
    longest = line = still = 0
    for moved in moves(places) > 0:
        still = 0 if moved else still + 1
        line = 0 if still * PERIOD_S >= 0.4 else line + 1
        longest = max(longest, line)
    return longest * PERIOD_S


def test_untaught_it_walks_in_phrases_of_drifts_lines_and_leaps_with_rests_between():
    agent = make()
    places = walk(agent, 300.0)
    lengths = moves(places) / agent.step
    assert 0.2 < rests(places) < 0.6
    assert longest_line_s(places) < 20
    assert (lengths > 5).sum() >= 5
    assert ((lengths > 0.01) & (lengths < 0.4)).mean() > 0.2
    assert ((lengths > 0.55) & (lengths < 1.01)).mean() > 0.05
    assert np.ptp(places, axis=0).min() > 0.7


def test_how_much_it_rests_is_in_the_performers_hand():
    shares = [rests(walk(make(rest=rest), 200.0)) for rest in (0.0, 0.35, 0.8)]
    assert shares[0] == 0 < 0.15 < shares[1] < 0.6 < shares[2]
    assert rests(walk(make(rest=1.0), 60.0)[80:]) == 1


@pytest.mark.parametrize("period_s", [0.5, 4.0])
def test_long_notes_are_held_through_rests(period_s):
    agent = make()
    places = np.array([agent.act(k * period_s) for k in range(200)])
    assert 0.15 < rests(places) < 0.75


def test_one_that_strides_drifts_from_note_to_note():
    gliding, striding = make(step=0.1, strides=False), make(step=0.1, strides=True)
    moves = [
        np.abs(np.diff(walk(agent, 120.0), axis=0)).max(axis=1) for agent in (gliding, striding)
    ]
    tiny = [np.mean(m[m > 0] < 0.03) for m in moves]
    assert tiny[0] > 0.25
    assert tiny[1] < 0.02


def test_of_a_surprise_it_makes_one_line():
    agent = make(rest=0.8)
    walk(agent, 20.0)
    agent.explore(100)
    assert rests(walk(agent, 5.0, 20.0)) == 0


def test_a_taught_place_is_breathed_about_for_as_long_as_it_has_patience():
    agent = taught(make(patience_s=3 * 3600.0))
    middle = agent.first.mean.copy()
    places = walk(agent, 600.0, 60.0)[200:]
    assert np.abs(places - middle).max() < 0.05
    assert moves(places).max() / PERIOD_S < 0.02, "slowly"
    assert rests(places[-600:]) < 0.8, "but it lives"
    assert np.allclose(agent.first.mean, middle)


def test_while_it_is_spoken_to_it_goes_further_so_that_there_is_something_to_judge():
    agent = taught(make(patience_s=3600.0))
    calm = np.ptp(walk(agent, 30.0, 60.0)[200:], axis=0).max()

    def hear(places, time_s):
        if len(places) % 10 == 0 and len(places) > 10:
            far = np.linalg.norm(np.array(places[-10:]) - TARGET, axis=1)
            agent.tap(float(np.sign(far[0] - far[-1])), time_s)

    assert np.ptp(walk(agent, 30.0, 90.0, hear), axis=0).max() > 1.5 * calm


def test_a_reward_of_the_place_which_never_falls_silent_ends_in_a_breath_too():
    agent = make()

    def hear(places, time_s):
        agent.sense(-float(((places[-1] - TARGET) ** 2).sum()), time_s)

    walk(agent, 60.0, hear=hear)
    places = walk(agent, 60.0, 60.0, hear)
    assert np.linalg.norm(places - TARGET, axis=1).mean() < 0.08
    assert moves(places).mean() / PERIOD_S < 0.03


def test_without_curiosity_it_stays_at_what_it_liked_for_good():
    agent = make()
    walk(agent, 10.0)
    agent.curiosity = 0.0
    agent.zone(1.0)
    here = agent.position
    assert np.abs(walk(agent, 600.0, 10.0) - here).max() < 0.02


def test_told_to_stay_it_stays_though_nobody_speaks_until_it_is_told_otherwise():
    agent = taught(make(patience_s=2.0))
    agent.stay()
    assert np.linalg.norm(walk(agent, 300.0, 60.0) - TARGET, axis=1).max() < 0.15
    agent.stay(False)
    assert np.linalg.norm(walk(agent, 60.0, 360.0) - TARGET, axis=1).max() > 0.3


def test_untaught_it_stays_where_it_is():
    agent = make(patience_s=2.0)
    walk(agent, 10.0)
    here = agent.position
    agent.stay()
    assert np.linalg.norm(walk(agent, 100.0, 10.0) - here, axis=1).max() < 0.15


@pytest.mark.parametrize("end", ["jump", "dislike", "contradict", "forget"])
def test_staying_ends_with_a_jump_a_dislike_or_contradiction(end):
    agent = taught(make(patience_s=2.0))
    agent.stay()
    match end:
        case "jump":
            agent.jump()
        case "dislike":
            agent.zone(-1.0)
        case "forget":
            agent.forget()
        case "contradict":

            def blame(places, time_s):
                if len(places) % 10 == 0:
                    far = np.linalg.norm(np.array(places[-10:]) - TARGET, axis=1)
                    agent.tap(float(np.sign(far[-1] - far[0])), time_s)

            walk(agent, 30.0, 60.0, blame)
    assert not agent.staying


def test_praise_during_a_rest_is_of_the_way_that_led_there():
    agent = make(rest=0.9)
    time_s = 0.0
    while not agent.wandering.resting(time_s):
        time_s += PERIOD_S
        agent.act(time_s)
    here = agent.path.places[agent.path.cursor]
    came = here - agent.path.places[agent.path.cursor - 12]
    for _ in range(20):
        time_s += PERIOD_S
        agent.act(time_s)
    assert np.array_equal(agent.position, here)
    before = agent.first.mean.copy()
    agent.tap(1.0, time_s)
    assert (agent.first.mean - before) @ came > 0


def test_a_state_of_before_phrases_loads():
    agent = taught(make())
    former = agent.state()
    for name in (
        "gesture",
        "until_s",
        "gestures",
        "sung_s",
        "pace",
        "alert_s",
        "moved_s",
        "staying",
    ):
        del former[name]
    again = make()
    again.load_state(former)
    assert np.array_equal(again.first.mean, agent.first.mean)
    walk(again, 5.0, 60.0)


def test_a_state_goes_on_as_the_agent_does():
    agent, again = make(), make()
    walk(agent, 30.0)
    again.load_state(agent.state())
    assert np.array_equal(walk(agent, 30.0, 30.0), walk(again, 30.0, 30.0))
