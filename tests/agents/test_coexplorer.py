"""The Co-Explorer keeps its promises: controls, credit, dimensions, saving, and learning."""

import numpy as np
import pytest

from livecode.agents.coexplorer import CoExplorer, CoExplorerSettings
from livecode.agents.protocol import Learner
from livecode.errors import LivecodeError

PERIOD_S = 0.1


def make(dims=2, seed=1, **settings) -> CoExplorer:
    return CoExplorer(CoExplorerSettings(dims=dims, **settings), np.random.default_rng(seed))


def play(agent, actions, start=0, feedback=None):
    """Act so often, ten times a second; `feedback(position, k)` says what is thought of it."""
    places = []
    for k in range(start, start + actions):
        places.append(agent.act(k * PERIOD_S))
        if feedback is not None:
            agent.feedback(feedback(places[-1], k), k * PERIOD_S)
    return np.array(places)


def now_and_then(place, k):
    return [1.0, 0.0, 0.0, -0.5, 0.0][k % 5]


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def test_it_is_an_agent_that_starts_in_the_middle():
    agent: Learner = make(dims=4)
    assert np.array_equal(agent.position, [0.5] * 4)
    assert agent.position.dtype == np.float64


def test_the_same_seed_walks_the_same_way_and_another_seed_another():
    one, same_seed, other = make(seed=3), make(seed=3), make(seed=4)
    walked = play(one, 300, feedback=now_and_then)
    assert np.array_equal(walked, play(same_seed, 300, feedback=now_and_then))
    assert not np.array_equal(walked, play(other, 300, feedback=now_and_then))


@pytest.mark.parametrize("dims", [1, 2, 8, 32])
def test_every_move_is_one_step_along_one_axis_inside_the_cube(dims):
    agent = make(dims, step=0.05)
    places = np.vstack([agent.position, play(agent, 600, feedback=now_and_then)])
    moved = np.abs(np.diff(places, axis=0))
    assert np.allclose(np.sort(moved, axis=1)[:, :-1], 0)
    assert np.allclose(moved.max(axis=1), 0.05)
    assert places.min() >= 0
    assert places.max() <= 1


def test_moves_against_the_boundary_are_masked():
    agent = make(dims=1, step=0.25)
    places = play(agent, 200, feedback=lambda place, k: 1.0)  # praise whatever it does
    assert {0.0, 1.0} & set(places.ravel())  # it came to a wall
    assert (np.diff(places.ravel()) != 0).all()  # and never spent a move on pushing it
    while agent.position[0] != 1:
        agent.act(0.0)
    assert agent.beliefs.allowed.tolist() == [False, True]


def test_a_position_that_is_handed_out_is_a_copy():
    agent = make()
    agent.position[:] = 7
    agent.act(0.0)[:] = 7
    assert agent.position.max() < 1


@pytest.mark.parametrize("bad", [0.0, -0.0, float("nan"), float("inf"), float("-inf")])
def test_feedback_that_says_nothing_is_ignored(bad):
    deaf, told = make(), make()
    assert np.array_equal(play(deaf, 100), play(told, 100, feedback=lambda place, k: bad)), (
        "it moved differently"
    )
    deaf.zone(1.0)
    told.zone(1.0)
    told.zone(bad)
    told.feedback(1.0, float("nan"))
    assert same(deaf.state(), told.state())


def test_feedback_of_any_size_is_clipped():
    one, huge = make(), make()
    walked = play(one, 200, feedback=lambda place, k: 1.0)
    assert np.array_equal(walked, play(huge, 200, feedback=lambda place, k: 1e300))


def test_feedback_is_credited_to_moves_between_0_2_and_1_2_seconds_old_the_youngest_most():
    agent = make()
    play(agent, 20)
    agent.feedback(1.0, 19 * PERIOD_S)
    agent.act(20 * PERIOD_S)
    assert agent.replay.count == 10
    assert np.allclose(agent.replay.rewards[:10], 0.9 ** np.arange(10))
    youngest = agent.path.places[agent.path.cursor - 1 - 3]  # it stood there before move 17
    assert np.array_equal(agent.replay.places[0], youngest)


def test_feedback_between_two_actions_counts_as_its_mean():
    agent = make()
    play(agent, 20)
    for reward in (1.0, 1.0, -0.5):
        agent.feedback(reward, 19 * PERIOD_S)
    agent.act(20 * PERIOD_S)
    assert agent.replay.rewards[0] == pytest.approx(0.5)


def test_feedback_at_every_action_counts_as_its_mean_twice_a_second():
    agent = make()
    play(agent, 20)
    agent.feedback(1.0, 19 * PERIOD_S)
    play(agent, 5, start=20, feedback=lambda place, k: 0.1 * (k - 19))
    assert agent.replay.count == 10  # from the first alone
    play(agent, 1, start=25)
    assert agent.replay.count == 20
    assert agent.replay.rewards[10] == pytest.approx(0.3)


@pytest.mark.parametrize("praised", [1.0, -1.0])
def test_it_learns_to_go_the_way_it_is_praised_for(praised):
    agent = make(dims=1, step=0.001)
    places = [0.5]
    for k in range(500):
        places.append(agent.act(k * PERIOD_S)[0])
        if k % 5 == 0 and k > 200:
            agent.feedback(praised * np.sign(places[-3] - places[-8]), k * PERIOD_S)
    assert praised * (places[-1] - places[-200]) > 0.1


def test_it_rehearses_between_feedback_and_as_published_not_at_a_move_that_is_fed():
    updates = {}
    for replay_when_fed in (True, False):
        agent = make(replay_when_fed=replay_when_fed)
        play(agent, 100, feedback=lambda place, k: 1.0)
        before = agent.model.updates
        play(agent, 50, start=100, feedback=lambda place, k: 1.0)
        updates[replay_when_fed] = agent.model.updates - before
    assert updates == {True: 50 + 10, False: 50}


def test_with_no_feedback_it_goes_on_to_new_places():
    agent = make(step=0.05)
    places = play(agent, 1000)
    cells = {tuple(cell) for cell in np.minimum(places * 10, 9).astype(int)}
    assert len(cells) > 60


# Controls


def test_pause_holds_still_and_resume_goes_on():
    agent = make()
    agent.pause()
    assert np.ptp(play(agent, 20), axis=0).max() == 0
    agent.resume()
    assert np.ptp(play(agent, 20, start=20), axis=0).max() > 0


def test_feedback_while_paused_reaches_only_the_moves_before():
    agent = make()
    play(agent, 20)
    agent.pause()
    play(agent, 20, start=20, feedback=lambda place, k: 1.0)
    credited = agent.replay.count
    assert credited > 0
    play(agent, 20, start=40, feedback=lambda place, k: 1.0)
    assert agent.replay.count == credited


def test_back_and_forward_go_along_the_path_it_walked():
    agent = make()
    places = play(agent, 50)
    agent.back(10)
    assert np.array_equal(agent.position, places[-11])
    agent.forward(4)
    assert np.array_equal(agent.position, places[-7])
    agent.forward(100)
    assert np.array_equal(agent.position, places[-1])
    agent.back(10_000)
    assert np.array_equal(agent.position, [0.5, 0.5])
    after = agent.act(60.0)
    agent.forward(5)  # there is nothing ahead any more
    assert np.array_equal(agent.position, after)


def test_the_path_reaches_back_thousands_of_moves_and_no_further():
    agent = make(path_length=100)
    places = play(agent, 1000)
    agent.back(100)
    assert np.array_equal(agent.position, places[-101])
    agent.back(10_000)
    assert len(agent.path.places) == 200
    play(agent, 10, start=1000)


def test_explore_goes_to_the_least_visited_neighbour_even_when_paused():
    agent = make(dims=1)
    play(agent, 1)
    agent.pause()
    agent.explore(30)
    began = agent.position[0]
    places = play(agent, 40, start=1)[:, 0]
    assert abs(places[29] - began) == pytest.approx(0.3)  # straight on, away from where it was
    assert np.array_equal(places[29:], [places[29]] * 11)  # then it holds still again


def test_jump_goes_far_to_a_place_hardly_visited():
    agent = make()
    play(agent, 200)
    before = agent.position
    agent.jump()
    assert np.linalg.norm(agent.position - before) > 0.2
    assert agent.density.count(agent.position[None])[0] < agent.density.count(before[None])[0] / 2
    assert agent.beliefs.chosen is None


def test_feedback_after_a_jump_is_not_credited_to_moves_before_it():
    agent = make()
    play(agent, 20)
    agent.jump()
    agent.feedback(1.0, 2.0)
    agent.act(2.0)
    assert agent.replay.count == 0


@pytest.mark.parametrize("reward", [1.0, -1.0])
def test_zone_feedback_labels_the_moves_around_a_place(reward):
    agent = make()
    for _ in range(30):
        agent.zone(reward)
    place = agent.position
    outside = place + np.array([0.03, 0.0])
    back_in, further = agent.model.predict(outside[None])[0][[1, 0]]
    assert np.sign(back_in - further) == reward


def test_a_liked_zone_keeps_it_near_and_a_disliked_one_drives_it_away():
    distance = {}
    for reward in (1.0, -1.0):
        agent = make()
        for _ in range(30):
            agent.zone(reward)
        distance[reward] = np.linalg.norm(play(agent, 100)[-30:] - 0.5, axis=1).mean()
    assert distance[1.0] < 0.05 < distance[-1.0]


def test_precision_can_be_changed_while_it_plays():
    agent = make()
    agent.step = 0.1
    assert np.abs(agent.act(0.0) - 0.5).max() == pytest.approx(0.1)
    for impossible in (0, -1, 2, float("nan")):
        with pytest.raises(LivecodeError, match="no move"):
            agent.step = impossible


def test_forget_loses_what_was_learned_and_stays_where_it_is():
    agent = make()
    play(agent, 200, feedback=now_and_then)
    agent.step, place = 0.02, agent.position
    agent.forget()
    assert np.array_equal(agent.position, place)
    assert (agent.replay.count, agent.actions, agent.step) == (0, 0, 0.02)
    assert not agent.density.counts.any()
    agent.back(10)
    assert np.array_equal(agent.position, place)


def test_beliefs_name_every_move_and_the_one_chosen():
    agent = make(dims=3)
    before = agent.position
    after = agent.act(0.0)
    beliefs = agent.beliefs
    move = np.zeros(3)
    move[beliefs.axis[beliefs.chosen]] = 0.01 * beliefs.direction[beliefs.chosen]
    assert np.allclose(after - before, move)
    assert beliefs.predicted_reward.shape == beliefs.novelty_bonus.shape == (6,)
    assert (beliefs.novelty_bonus > 0).all()


# Dimensions


def test_axes_open_and_close_while_it_plays_and_those_that_stay_keep_their_place():
    agent = make(dims=2)
    start = 0
    for dims in (4, 8, 1, 32, 3):
        play(agent, 100, start, feedback=now_and_then)
        before, kept = agent.position, min(dims, agent.dims)
        agent.dims = dims
        assert agent.dims == len(agent.position) == dims
        assert np.array_equal(agent.position[:kept], before[:kept])
        assert np.array_equal(agent.position[kept:], [0.5] * (dims - kept))
        start += 100
    play(agent, 100, start, feedback=now_and_then)


def test_opening_axes_keeps_what_it_expects_and_what_it_remembers():
    agent = make(dims=2)
    play(agent, 300, feedback=now_and_then)
    play(agent, 10, start=300)
    before, remembered = agent.beliefs, agent.replay.count
    agent.dims = 4
    after = agent.beliefs
    assert np.allclose(after.predicted_reward[:4], before.predicted_reward, atol=1e-6)
    assert np.array_equal(after.predicted_reward[4:], [0.0] * 4)
    assert agent.replay.count == remembered
    assert agent.dropped == ""


def test_closing_axes_says_what_was_dropped():
    agent = make(dims=4)
    play(agent, 300, feedback=now_and_then)
    remembered = agent.replay.count
    agent.dims = 1
    assert agent.replay.count < remembered
    assert f"{remembered - agent.replay.count} of {remembered}" in agent.dropped
    agent.dims = 1
    assert agent.dropped == ""


def test_an_axis_that_closes_and_opens_again_opens_in_the_middle():
    agent = make(dims=2, step=0.1)
    play(agent, 30)
    agent.dims = 1
    agent.dims = 2
    assert agent.position[1] == 0.5


def test_a_place_stays_visited_when_axes_open():
    agent = make(dims=2)
    play(agent, 200)
    agent.dims = 4
    here, elsewhere = agent.density.count(np.array([agent.position, [0.9, 0.1, 0.9, 0.1]]))
    assert here > elsewhere


@pytest.mark.parametrize("dims", [0, -1, 1.5, float("nan")])
def test_an_impossible_number_of_dimensions_is_refused_and_changes_nothing(dims):
    agent = make()
    with pytest.raises(LivecodeError, match="dimensions"):
        agent.dims = dims
    assert agent.dims == 2
    with pytest.raises(LivecodeError, match="dimensions"):
        make(dims)


# Saving


@pytest.mark.parametrize("dims", [1, 4])
def test_a_saved_agent_goes_on_exactly_as_the_one_it_was_saved_from(dims, tmp_path):
    from safetensors.numpy import load_file, save_file

    agent = make(2)
    play(agent, 200, feedback=now_and_then)
    agent.dims = dims
    play(agent, 200, 200, feedback=now_and_then)
    agent.back(20)
    agent.explore(5)
    agent.feedback(0.7, 40.0)
    save_file(agent.state(), tmp_path / "agent.safetensors")
    twin = make(3, seed=99)
    twin.load_state(load_file(tmp_path / "agent.safetensors"))
    assert same(agent.state(), twin.state())
    for one in (agent, twin):
        one.forward(3)
    walked = play(agent, 300, 400, feedback=now_and_then)
    assert np.array_equal(walked, play(twin, 300, 400, feedback=now_and_then))
    assert same(agent.state(), twin.state())


@pytest.mark.parametrize("reach", [0, 30])
def test_a_state_without_most_of_its_path_goes_on_as_well_and_reaches_back_less(reach):
    agent, twin = make(), make(seed=99)
    walked = play(agent, 400, feedback=now_and_then)
    agent.back(20)
    state = agent.state(reach)
    assert len(state["path.moves"]) == reach + 1 + min(reach, 20)
    twin.load_state(state)
    twin.forward(20)
    assert np.array_equal(twin.position, walked[-1 if reach else -21])
    twin.back(1000)
    assert np.array_equal(twin.position, walked[-21 - reach])
    assert not twin.moved.any()
    twin.load_state(agent.state(max(reach, 300)))
    assert np.array_equal(play(agent, 100, 400), play(twin, 100, 400))


def test_a_saved_state_is_a_copy():
    agent = make()
    play(agent, 100, feedback=now_and_then)
    state = agent.state()
    before = {name: array.copy() for name, array in state.items()}
    play(agent, 100, 100, feedback=now_and_then)
    assert same(state, before)


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing():
    agent = make()
    play(agent, 100, feedback=now_and_then)
    before = agent.state()
    missing = {name: array for name, array in before.items() if name != "replay.rewards"}
    for state in (missing, make(hidden=10).state(), {**before, "rng": np.zeros(3, np.uint8)}):
        with pytest.raises(LivecodeError, match="saved agent"):
            agent.load_state(state)
        assert same(agent.state(), before)
