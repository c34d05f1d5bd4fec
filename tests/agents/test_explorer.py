"""The explorer finds the place a listener has in mind, follows them, and wanders in silence."""

from functools import partial

import numpy as np
import pytest

from livecode.agents.belief import Belief, ExplorerSettings
from livecode.agents.explorer import Explorer
from livecode.agents.protocol import Learner
from livecode.bench import agent_trials as trials
from livecode.bench.agent_changes import Change, leaves_after

PERIOD_S = 0.1


def make(dims=2, seed=1, **settings) -> Explorer:
    return Explorer(ExplorerSettings(dims=dims, **settings), np.random.default_rng(seed))


def teach(agent, target, actions, start=0, musician=trials.taps, seed=0):
    """Distances to the target, heard by a musician who answers."""
    rng = np.random.default_rng(seed)
    heard = [float(np.linalg.norm(agent.position - target))]
    for k in range(start + 1, start + actions + 1):
        heard.append(float(np.linalg.norm(agent.act(k * PERIOD_S) - target)))
        agent.feedback(musician(heard, agent.step, rng), k * PERIOD_S)
    return np.array(heard) / np.sqrt(agent.dims)


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def test_it_is_an_agent_whose_moves_are_no_longer_than_a_step_or_a_leap_and_stay_inside():
    agent: Learner = make(dims=8)
    places = [agent.position, *(agent.act(k * PERIOD_S) for k in range(500))]
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert lengths.max() <= 0.24 + 1e-9
    assert (lengths <= 0.01 + 1e-9).mean() > 0.95
    assert np.min(places) >= 0
    assert np.max(places) <= 1


@pytest.mark.parametrize("dims", [1, 4, 8])
@pytest.mark.parametrize("musician", [trials.taps, trials.rings])
def test_it_comes_to_the_place_that_a_musician_has_in_mind(dims, musician):
    target = np.full(dims, 0.8)
    assert teach(make(dims), target, 1500, musician=musician)[-300:].mean() < 0.05


def test_when_the_musician_changes_their_mind_it_follows():
    agent = make()
    teach(agent, np.array([0.8, 0.8]), 600)
    assert teach(agent, np.array([0.2, 0.3]), 900, start=600)[-300:].mean() < 0.07


def test_when_the_feedback_turns_random_it_leaves():
    agent, target, rng = make(), np.array([0.8, 0.3]), np.random.default_rng(2)
    teach(agent, target, 600)
    distances = []
    for k in range(601, 900):
        distances.append(np.linalg.norm(agent.act(k * PERIOD_S) - target))
        if k % 5 == 0:
            agent.feedback(rng.choice([-1.0, 1.0]), k * PERIOD_S)
    assert max(distances) > 0.2


def test_in_silence_it_wanders_over_more_of_the_space_than_a_random_walk():
    def cells(agent):
        places = np.array([agent.act(k * PERIOD_S) for k in range(2000)])
        return len({tuple(cell) for cell in np.minimum(places * 10, 9).astype(int)})

    for dims, times in ((2, 1.0), (8, 2.0)):
        walk = trials.RandomWalk(dims, 0.01, np.random.default_rng(0))
        assert cells(make(dims)) > times * cells(walk)


def test_in_silence_it_slowly_forgets_where_the_listener_wanted_it():
    agent = make()
    teach(agent, np.array([0.8, 0.8]), 600)
    sure = np.trace(agent.first.cov)
    for k in range(601, 1601):
        agent.act(k * PERIOD_S)
    assert np.trace(agent.first.cov) > 10 * sure


@pytest.mark.parametrize("bad", [0.0, float("nan"), float("inf"), float("-inf")])
def test_feedback_that_says_nothing_is_ignored(bad):
    deaf, told = make(), make()
    for k in range(50):
        deaf.act(k * PERIOD_S)
        told.act(k * PERIOD_S)
        told.feedback(bad, k * PERIOD_S)
    told.feedback(1.0, float("nan"))
    told.zone(bad)
    assert same(deaf.state(), told.state())


def test_praise_for_standing_still_says_nothing():
    agent = make()
    agent.feedback(1.0, 0.0)
    assert np.array_equal(agent.first.mean, [0.5, 0.5])


def test_a_cut_of_the_belief_lies_on_the_praised_side_and_is_surer():
    belief = Belief(ExplorerSettings(), 2)
    way = np.array([0.05, 0.0])
    belief.learn(way, float(way @ [0.5, 0.5]), sign=1.0, weight=1.0, mistakes=0.1)
    assert belief.mean[0] > 0.6
    assert belief.mean[1] == 0.5
    assert belief.cov[0, 0] < belief.cov[1, 1]


def test_axes_that_stay_keep_their_place_and_their_beliefs():
    agent = make(dims=2)
    teach(agent, np.array([0.8, 0.3]), 300)
    for dims in (4, 8, 1, 3):
        position, mean, cov = agent.position, agent.first.mean, agent.first.cov
        agent.dims = dims
        kept = min(dims, len(position))
        assert np.array_equal(agent.position[:kept], position[:kept])
        assert np.array_equal(agent.first.mean[:kept], mean[:kept])
        assert np.array_equal(agent.first.cov[:kept, :kept], cov[:kept, :kept])
        assert np.array_equal(agent.position[kept:], [0.5] * (dims - kept))
        assert bool(agent.dropped) == (dims < len(position))
        agent.act(100.0)


def test_a_saved_agent_goes_on_exactly_as_the_one_it_was_saved_from():
    agent, twin = make(4), make(2, seed=9)
    target = np.array([0.8, 0.3, 0.5, 0.2])
    teach(agent, target, 300)
    twin.load_state(agent.state())
    assert same(agent.state(), twin.state())
    one = teach(agent, target, 300, start=300)
    assert np.array_equal(one, teach(twin, target, 300, start=300))


def test_a_liked_place_is_where_it_stays_and_a_disliked_one_is_left():
    agent = make()
    here = agent.position
    for _ in range(3):
        agent.zone(1.0)
    near = max(np.linalg.norm(agent.act(k * PERIOD_S) - here) for k in range(95))
    agent.zone(-1.0)
    far = max(np.linalg.norm(agent.act(k * PERIOD_S) - here) for k in range(95, 200))
    assert near < 0.25 < far


def test_back_returns_and_takes_that_place_for_what_is_wanted():
    agent = make()
    places = [agent.act(k * PERIOD_S) for k in range(100)]
    agent.back(50)
    assert np.array_equal(agent.position, places[-51])
    assert np.allclose(agent.first.mean, agent.position, atol=0.05)


def test_pause_holds_still_but_for_exploring():
    agent = make()
    agent.pause()
    assert np.array_equal(agent.act(0.0), [0.5, 0.5])
    agent.explore(3)
    places = [agent.act(k * PERIOD_S) for k in range(1, 6)]
    assert len({tuple(place) for place in places}) == 3


def test_beliefs_expect_praise_on_the_way_to_the_place():
    agent = make()
    teach(agent, np.array([0.9, 0.5]), 12)
    agent.first.like(np.array([0.9, 0.5]), 0.01)
    up, down, *_ = agent.beliefs.predicted_reward
    assert up > 0 > down


def climbed(agent, value, actions=200):
    for k in range(1, actions + 1):
        agent.sense(value(agent.act(k * PERIOD_S)), k * PERIOD_S)
    return agent


def test_how_good_a_place_is_teaches_by_its_changes_on_any_scale():
    near, far = make(), make()
    climbed(near, lambda place: -np.sum((place - [0.8, 0.3]) ** 2))
    climbed(far, lambda place: 1e6 - 1e4 * np.sum((place - [0.8, 0.3]) ** 2))
    assert np.allclose(near.first.mean, far.first.mean, atol=1e-3)
    assert np.linalg.norm(near.first.mean - [0.8, 0.3]) < 0.1


@pytest.mark.parametrize("value", [0.0, 0.7, -1e9, float("nan"), float("inf")])
def test_what_is_the_same_everywhere_teaches_nothing(value):
    agent = climbed(make(), lambda place: value, 50)
    assert np.array_equal(agent.first.mean, [0.5, 0.5])


def test_a_tap_counts_in_full_however_soon_after_other_feedback():
    def taught(tell):
        agent = make()
        for k in range(1, 20):
            agent.act(k * PERIOD_S)
        agent.feedback(0.01, 1.9)
        before = np.trace(agent.first.cov)
        getattr(agent, tell)(1.0, 1.91)
        return before - np.trace(agent.first.cov)

    assert taught("tap") > 5 * taught("feedback")


@pytest.mark.parametrize("late", [1, 4])
def test_it_finds_out_how_late_its_listener_is(late):
    agent, target = make(dims=2), np.array([0.8, 0.3])
    heard = [0.0]
    for k in range(1, 600):
        heard.append(float(np.linalg.norm(agent.act(k * PERIOD_S) - target)))
        if k > late + 5 and k % 3 == 0:
            agent.feedback(np.sign(heard[-late - 6] - heard[-late - 1]), k * PERIOD_S)
    believed = agent.lag_scores @ agent.settings.lags_s / agent.lag_scores.sum()
    assert believed == pytest.approx(late * PERIOD_S, abs=0.1)


def test_contradictions_unsettle_it_and_it_strays_further():
    agent, target, rng = make(), np.array([0.8, 0.3]), np.random.default_rng(1)
    teach(agent, target, 600)
    calm = agent.straying()
    strays = []
    for k in range(601, 660):
        agent.act(k * PERIOD_S)
        agent.feedback(rng.choice([-1.0, 1.0]), k * PERIOD_S)
        strays.append(agent.straying())
    assert calm < 0.07
    assert max(strays) > 0.1


def test_the_patient_bear_more_and_stay_longer_in_silence():
    def stays(patience_s):
        agent, target = make(), np.array([0.8, 0.8])
        agent.patience_s = patience_s
        teach(agent, target, 600)
        places = [agent.act(k * PERIOD_S) for k in range(601, 1001)]
        return np.linalg.norm(np.array(places) - target, axis=1).mean()

    assert stays(60.0) < 0.15 < stays(3.0)


def test_without_curiosity_it_rests_on_what_it_believes():
    agent, target = make(), np.array([0.8, 0.8])
    teach(agent, target, 600)
    agent.curiosity = 0.0
    for k in range(601, 640):
        agent.act(k * PERIOD_S)
    assert np.linalg.norm(agent.position - agent.first.mean) < 0.02


def test_woken_at_another_time_it_knows_what_it_knew():
    agent, target = make(), np.array([0.8, 0.3])
    teach(agent, target, 600)
    mean, agent.patience_s = agent.first.mean.copy(), 60.0
    agent.wake(np.array([0.1, 0.9]), 0.0)
    assert np.array_equal(agent.position, [0.1, 0.9])
    for k in range(1, 150):
        agent.act(k * PERIOD_S)
    assert np.linalg.norm(agent.position - mean) < 0.15
    assert np.allclose(agent.first.mean, mean, atol=0.02)


def test_going_back_by_seconds_counts_its_own_time():
    agent = make()
    places = [agent.act(k * 0.05) for k in range(100)]
    agent.go_back(2.0)
    assert np.array_equal(agent.position, places[-41])
    agent.go_back(-1.0)
    assert np.array_equal(agent.position, places[-21])
    agent.go_back(100.0)
    assert np.array_equal(agent.position, [0.5, 0.5])


def test_it_finds_out_how_reliable_its_listener_is():
    def mistakes(wrong):
        agent = make(dims=2)
        teach(agent, np.array([0.8, 0.3]), 1500, musician=partial(trials.taps, wrong=wrong))
        return agent.mistaken / agent.judged

    assert mistakes(0.0) < 0.05 < mistakes(0.1) < mistakes(0.2)


def test_a_mistake_now_and_then_does_not_drive_it_away_but_chance_does():
    agent, target = make(), np.full(2, 0.75)
    teach(agent, target, 1000)
    steady = teach(agent, target, 500, start=1000, musician=partial(trials.taps, wrong=0.03))
    assert steady.mean() < 0.08
    left = [leaves_after(Change("explorer", "A", 2, seed)) for seed in range(4)]
    assert sum(each is not None for each in left) >= 3


@pytest.mark.parametrize("dims", [1, 2, 4])
def test_praise_for_one_direction_alone_leads_it_to_that_border(dims):
    agent, along = make(dims), []
    for k in range(1, 601):
        agent.act(k * PERIOD_S)
        along.append(agent.position[0])
        if k % 5 == 0 and agent.moved[0]:
            agent.feedback(np.sign(agent.moved[0]), k * PERIOD_S)
    assert np.mean(along[-200:]) > 0.9
