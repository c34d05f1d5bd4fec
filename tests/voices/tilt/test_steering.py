"""Streams that are steered along directions: exact at 0, the same twice, held back by a price."""

from pathlib import Path

import numpy as np
import pytest

from livecode.neural.samplernn.own_takes import HORIZON, LEFT_OUT, read_takes, solved_takes
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt import own_takes
from livecode.voices.tilt.candidates import candidates_of
from livecode.voices.tilt.hands import TiltHand, TowardHand
from livecode.voices.tilt.nearness import Nearness
from livecode.voices.tilt.steering import PUSH, Steering
from livecode.voices.tilt.tilted import TiltedStream
from tests.fullband_model import write_fullband
from tests.samplernn_model import write_samplernn

HOP = 256
ONES = np.ones(HOP, np.float32)
HAND = TiltHand(0.0, 8, 0.05)


@pytest.fixture
def levels(tmp_path: Path) -> Loaded:
    return Loaded(write_samplernn(tmp_path, sharp=4.0, lufs=-20.0))


@pytest.fixture(params=["levels", "full-band"])
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> Loaded:
    if request.param == "levels":
        return Loaded(write_samplernn(tmp_path, sharp=4.0, lufs=-20.0))
    return Loaded(write_fullband(tmp_path, lufs=-20.0))


def stream_of(loaded: Loaded) -> TiltedStream:
    """A stream of seed 7 that knows a direction as number 5."""
    stream = TiltedStream(loaded.drawing(7), loaded.meta.sample_rate, 7, usual_bits=8.0)
    width = candidates_of(loaded.drawing(1), [1]).hidden.shape[1]
    direction = np.random.default_rng(3).standard_normal((1, width)).astype(np.float32)
    stream.steering.know(5.0, direction)
    return stream


def played(stream: TiltedStream, amount: float, hops: int = 40, number: float = 5.0) -> np.ndarray:
    toward = TowardHand(number, (amount,))
    return np.concatenate([stream.next(ONES, Held(), False, HAND, toward) for _ in range(hops)])


def test_at_an_amount_of_0_and_without_its_directions_it_is_the_stream_left_alone(
    loaded: Loaded,
) -> None:
    plain = played(stream_of(loaded), 0.0, number=0.0)
    assert (played(stream_of(loaded), 0.0) == plain).all()
    assert (played(stream_of(loaded), 1.0, number=4.0) == plain).all()
    assert not (played(stream_of(loaded), 1.0) == plain).all()


def test_it_is_the_same_twice_whenever_it_is_drawn_and_goes_back_to_where_it_was(
    loaded: Loaded,
) -> None:
    one, other = stream_of(loaded), stream_of(loaded)
    heard = played(one, 1.0)
    drawn_early = []
    for _ in range(40):
        drawn_early.append(played(other, 1.0, hops=1))
        while other.draw():
            pass
    assert (heard == np.concatenate(drawn_early)).all()
    state = one.state()
    onward = played(one, 1.0)
    one.load_state(state)
    assert (played(one, 1.0) == onward).all()


def test_a_model_left_alone_finds_what_nobody_steers_as_surprising_as_who_drew_it(
    levels: Loaded,
) -> None:
    candidates = candidates_of(levels.drawing(1), [3, 4])
    follower = candidates.follower(candidates.state(1))
    assert follower is not None
    for pushed in (False, True):
        drawn = candidates.draw(ONES, Held(), False)
        surprise = follower.surprise(drawn.drawn, 1)
        if pushed:
            assert surprise > 1.0001 * drawn.surprise[1]
        else:
            assert surprise == pytest.approx(float(drawn.surprise[1]), rel=1e-5)
        candidates.push(np.full(candidates.hidden.shape[1], 0.7, np.float32))


def test_a_push_moves_the_hidden_state_and_no_further_than_it_can_be(levels: Loaded) -> None:
    candidates = candidates_of(levels.drawing(1), [3, 4])
    before = candidates.hidden.copy()
    push = np.full(before.shape[1], 0.01, np.float32)
    push[0] = 9.0
    candidates.push(push)
    assert candidates.hidden[:, 1:] == pytest.approx(before[:, 1:] + 0.01, abs=1e-6)
    assert (candidates.hidden[:, 0] == 1.0).all()


def test_outlines_of_a_full_band_model_lean_in_the_direction(tmp_path: Path) -> None:
    loaded = Loaded(write_fullband(tmp_path, lufs=-20.0))
    means = []
    for far in (-4.0, 0.0, 4.0):
        candidates, outlined = candidates_of(loaded.drawing(1), range(8)), []
        push = np.zeros(candidates.hidden.shape[1], np.float32)
        push[0] = far * PUSH * loaded.sampler.plan.codebook[0][:, 0].std()  # type: ignore[union-attr]
        for _ in range(60):
            if far:
                candidates.push(push)
            candidates.draw(ONES, Held(), False)
            outlined.append(candidates.hidden[:, 0].copy())
        means.append(float(np.mean(outlined)))
    assert means[0] < means[1] < means[2]


def test_it_is_steered_further_while_it_surprises_no_more_than_is_allowed_and_less_far_beyond() -> (
    None
):
    nearness, shares = Nearness(3.0), []
    for bits in (3.0, 3.0, 5.0, 3.0):
        for _ in range(40):
            nearness.take(bits, 0.125, 1.0, 0.0)
        shares.append(nearness.steered)
    assert 0.7 < shares[0] < shares[1] < 1.0
    assert shares[2] < 0.01
    assert shares[3] > 0.1
    steering = Steering()
    steering.know(1.0, np.ones((1, 2), np.float32))
    pushes = [steering.push(1.0, (1.0,), share) for share in (1.0, 0.5)]
    assert pushes[1] == pytest.approx(pushes[0] / 2)  # type: ignore[operator]


def test_two_sets_of_directions_are_known_while_one_gives_way_to_the_other() -> None:
    steering = Steering()
    for number in (1.0, 2.0, 3.0):
        steering.know(number, np.full((1, 2), number, np.float32))
    pushes = [steering.push(number, (1.0, 0.0), 1.0) for number in (1.0, 2.0, 3.0)]
    assert [push is None for push in pushes] == [True, False, False]


def test_a_fit_finds_the_direction_in_which_a_reward_rises() -> None:
    random = np.random.default_rng(2)
    hidden = random.standard_normal((4, 60, 12)).astype(np.float32)
    weights = np.zeros(12)
    weights[3], weights[7] = 1.0, -2.0
    said = np.zeros((4, 60))
    for later in range(1, HORIZON + 1):
        said[:, later:] += hidden[:, :-later] @ weights + 0.1 * random.standard_normal(
            (4, 60 - later)
        )
    takes = solved_takes(
        16_000, np.zeros((4, 600), np.float32), np.zeros((4, 60), np.float32), hidden
    )
    direction = takes.direction(said) / takes.spread
    assert direction @ weights / np.linalg.norm(weights) > 0.9
    assert np.linalg.norm(direction) == pytest.approx(1.0, rel=1e-5)
    assert (takes.direction(np.ones((4, 60))) == 0).all()
    assert takes.solved.shape == (12, 4 * (60 - LEFT_OUT - HORIZON))


def test_takes_are_drawn_once_and_kept(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_takes, "TAKES_FOLDER", tmp_path / "takes")
    monkeypatch.setattr(own_takes, "TAKES", 2)
    monkeypatch.setattr(own_takes, "CHUNKS", 10)
    path = own_takes.kept_takes(loaded)
    written = path.stat().st_mtime_ns
    assert own_takes.kept_takes(loaded) == path
    assert path.stat().st_mtime_ns == written
    takes, again = read_takes(path), own_takes.own_takes(loaded, 2, 10)
    assert all(np.array_equal(one, other) for one, other in zip(takes, again, strict=True))
    assert takes.audio.shape == (2, 10 * takes.frames)
    assert np.isfinite(takes.solved).all()
