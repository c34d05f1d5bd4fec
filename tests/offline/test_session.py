"""The whole performance in one process: repeatable, without clicks, and taught by rings."""

import numpy as np
import pytest

from livecode import LivecodeError, Session
from livecode.signals.simulate import turned_packets
from tests.sound import jump, longest_silence_s, rms

AGENT = "ego = agent(space('additive'), dims=2, every=50*ms)\n"
HANDS = "@reward\ndef hands(rings): return rings.twist\nego.reward = hands\n"


def play(seed: int) -> np.ndarray:
    with Session(seed=seed) as session:
        heard = []
        for block in (AGENT, HANDS, "ego.dims = 4", "1/0", "ego.every = 30*ms\nego.pan = -0.5"):
            session.eval(block)
            for packet in turned_packets(0.5, 0.7):
                session.receive_osc(packet)
            heard.append(session.advance(0.7))
        return np.concatenate(heard)


def test_the_same_seed_gives_the_same_samples():
    assert np.array_equal(play(3), play(3))


def test_another_seed_gives_others():
    assert not np.array_equal(play(3), play(4))


def test_audio_is_float32_in_two_channels_of_the_length_asked_for(session: Session):
    audio = session.advance(1.0)
    assert audio.dtype == np.float32
    assert audio.shape[1] == 2
    assert 48000 <= len(audio) < 48000 + 256


def test_nothing_evaluated_is_silence_to_the_last_bit(session: Session):
    assert np.abs(session.advance(0.5)).max() == 0.0


def test_an_agent_sounds_at_once_and_without_a_gap(session: Session):
    session.eval(AGENT)
    audio = session.advance(3.0)
    assert np.flatnonzero(np.abs(audio[:, 0]) > 0.001)[0] < 0.1 * 48000
    assert longest_silence_s(audio[4800:], 48000) < 0.005
    assert 0.05 < rms(audio) < 0.2


def test_swapping_spaces_and_dimensions_does_not_click(session: Session):
    session.eval(AGENT)
    session.advance(0.5)
    steady = jump(session.advance(2.0))
    for code in ("ego.dims = 8", "ego.dims = 1", "ego = agent(space('additive'), seed=5)",
                 "ego = agent(space('additive'), seed=6)", "ego.every = 15*ms"):  # fmt: skip
        session.eval(code)
        assert jump(session.advance(0.4)) < 1.5 * steady, code


def test_rings_reach_the_reward(session: Session):
    session.eval(AGENT + HANDS)
    for packet in turned_packets(1.0, 1.0):
        session.receive_osc(packet)
    session.advance(0.1)
    assert session.get("rings").twist == pytest.approx(1.0, abs=0.01)
    assert session.get("ego").player.reward == pytest.approx(1.0, abs=0.01)
    session.advance(0.6)
    assert session.get("ego").player.reward == 0.0, "rings silent for half a second are neutral"


def test_the_position_is_within_the_open_dimensions(session: Session):
    session.eval(AGENT)
    for dims in (1, 2, 4, 8, 3):
        session.eval(f"ego.dims = {dims}")
        session.advance(0.3)
        position = session.get("ego").position
        assert position.shape == (dims,)
        assert ((position >= 0) & (position <= 1)).all()


def test_closing_and_opening_dimensions_keeps_the_place(session: Session):
    session.eval("ego = agent(space('additive'), dims=4, every=20*ms)")
    session.advance(2.0)
    before = session.get("ego").position
    session.eval("ego.dims = 2")
    assert session.get("ego").position == pytest.approx(before[:2])
    session.eval("ego.dims = 4")
    assert session.get("ego").position == pytest.approx(before), (
        "closed ones stayed where they were"
    )


def test_two_sessions_at_a_time_are_refused_with_a_sentence(session: Session):
    with pytest.raises(LivecodeError, match="another Session is open"), Session():
        pass


def test_many_sessions_one_after_the_other():
    for _ in range(30):
        with Session(seed=1) as session:
            session.eval(AGENT)
            assert np.abs(session.advance(0.2)).max() > 0


@pytest.mark.parametrize(("sr", "block"), [(44100, 64), (48000, 1024), (96000, 512)])
def test_other_rates_and_blocks_play(sr: int, block: int):
    with Session(seed=1, sr=sr, block=block) as session:
        session.eval(AGENT)
        audio = session.advance(1.0)
    assert longest_silence_s(audio[sr // 5 :], sr) < 0.005


def test_the_position_at_a_time_does_not_depend_on_how_it_was_advanced():
    positions = []
    for step in (0.05, 1.0):
        with Session(seed=9) as session:
            session.eval(AGENT)
            for _ in range(round(2.0 / step)):
                session.advance(step)
            while session.time < 2.2:
                session.advance(0.001)
            positions.append(session.get("ego").position)
    assert np.array_equal(*positions)
