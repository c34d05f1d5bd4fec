"""Rewards of the way and of the place, and what is seen of them."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.signals import osc
from tests.playing.agents.playing import a_space, said, tell, where
from tests.sound import longest_silence_s


def test_two_agents_in_two_spaces_teach_each_other_by_their_sound(playing: Session, tmp_path: Path):
    small = a_space("small", 4, tmp_path)
    tell(playing, f"two = agent({str(small)!r}, dims=3, every=30*ms)")
    tell(
        playing, "two.reward = lambda ego: ego.brightness\nego.reward = lambda two: -0.5 * two.flux"
    )
    sure = np.trace(playing.get("two").player.learner.first.cov)
    playing.advance(4.0)
    assert np.trace(playing.get("two").player.learner.first.cov) < sure
    assert 0.1 < playing.get("two").player.reward < 1
    assert playing.get("ego").player.terms.keys() == {"lambda"}
    assert said(playing) == []


@pytest.mark.slow
def test_a_reward_of_the_place_is_climbed_whatever_its_scale(session: Session):
    tell(session, "ego = agent('additive', dims=2, every=50*ms, step=0.02, seed=1)")
    tell(
        session,
        "@reward\ndef near():\n    x, y = ego.position\n"
        "    return 5000 - 1000 * ((x - 0.8) ** 2 + (y - 0.2) ** 2)\nego.reward = near",
    )
    session.advance(20.0)
    far = []
    for _ in range(40):
        session.advance(0.25)
        far.append(np.linalg.norm(where(session) - [0.8, 0.2]))
    assert np.mean(far) < 0.2
    assert said(session) == []


def test_what_is_seen_names_the_terms_and_what_it_believes(playing: Session):
    tell(
        playing,
        "@reward\ndef hands(rings): return 0.25\n@reward\ndef shimmer(sound): return 0.5\n"
        "ego.reward = hands + 0.3 * shimmer - 0.1",
    )
    playing.advance(1.0)
    seen = playing.performance.status().agents["ego"]
    assert seen.terms == {"hands": 0.25, "shimmer": 0.15, "0.1": -0.1}
    assert seen.reward == pytest.approx(0.3)
    assert len(seen.position) == len(seen.action) == 2
    assert np.linalg.norm(seen.action) <= 1.01
    assert 0 <= seen.novelty <= 1
    assert len(seen.beliefs.reward) == len(seen.beliefs.novelty) == 4
    assert np.abs(seen.beliefs.reward).max() <= 1
    assert playing.performance.status().values == {}
    beliefs = playing.get("ego").beliefs
    assert beliefs.predicted_reward.shape == beliefs.allowed.shape == (4,)
    shown = playing.eval("ego.beliefs").value or ""
    assert shown.count("\n") == 3
    assert "pitch    up    reward " in shown


@pytest.mark.parametrize("learner", ["explorer", "coexplorer"])
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("float('nan') if n[0] > 5 else 0.5", "not a finite number"),
        ("float('inf') if n[0] > 5 else 0.5", "not a finite number"),
        ("1e300 if n[0] > 5 else 0.5", "scale it"),
        ("-1e9", "scale it"),
        ("0.5", None),
        ("0", None),
        ("None if n[0] > 5 else 0.5", "where a number was needed"),
    ],
)
def test_a_reward_gone_wrong_is_one_sentence_and_the_sound_goes_on(
    session: Session, learner: str, body: str, sentence: str | None
):
    tell(session, f"ego = agent('additive', dims=2, every=30*ms, learner={learner!r})")
    tell(
        session,
        f"n = [0]\n@reward\ndef r(rings):\n    n[0] += 1\n    return {body}\nego.reward = r",
    )
    audio = session.advance(2.0)
    assert np.isfinite(audio).all()
    assert longest_silence_s(audio[4800:], 48000) < 0.005
    assert np.isfinite(where(session)).all()
    assert len([line for line in said(session) if "goes back" not in line]) == (
        sentence is not None
    )
    assert sentence is None or sentence in said(session)[0]
    before = where(session)
    session.advance(0.5)
    assert not np.array_equal(where(session), before)


def test_without_a_reward_it_wanders(playing: Session):
    tell(playing, "ego.reward = None\nego.step = 0.03\nego.rest = 0")
    places = []
    for _ in range(100):
        playing.advance(0.1)
        places.append(where(playing))
    assert np.ptp(places, axis=0).min() > 0.4


def test_keys_midi_and_osc_are_praise_like_any_other(playing: Session):
    tell(playing, "ego.reward = keys.like - keys.dislike + osc['/button'] + midi.cc[74]")
    playing.advance(0.2)
    playing.press("like")
    playing.advance(0.1)
    assert playing.get("ego").player.reward > 0.5
    playing.advance(1.5)
    assert playing.get("ego").player.reward == 0
    playing.receive_osc(osc.encode("/button", -1.0))
    playing.advance(0.1)
    assert playing.get("ego").player.reward == -1
    playing.receive_osc(osc.encode("/button", 0.0))
    playing.receive_midi(bytes([0xB0, 74, 127]))
    playing.advance(0.1)
    assert playing.get("ego").player.reward == pytest.approx(1, abs=0.02)
