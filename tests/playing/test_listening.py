"""Signals by name: features of what sounds, of all together and of each name, and what they cost."""

import numpy as np
import pytest

from livecode import Session
from livecode.signals.features import SoundFeatures
from tests.sound import rms

EGO = "ego = agent(space('additive'))"


def taps(session: Session) -> frozenset[str]:
    return session.performance.signals.tapped


def reward(session: Session) -> float:
    return session.get("ego").player.reward


def test_all_together_is_heard_as_sound(session: Session):
    session.eval(EGO + "\n@reward\ndef bright(sound): return sound.rms\nego.reward = bright")
    session.advance(1.0)
    assert reward(session) == pytest.approx(0.1, rel=0.2)
    assert float(session.get("sound").rms) == pytest.approx(0.1, rel=0.2)


def test_a_name_is_heard_alone(session: Session):
    session.eval(
        EGO
        + "\n@dsp\ndef low(): return Sine(300, mul=0.1)\n@dsp\ndef high(): return Sine(3000, mul=0.1)"
    )
    session.eval("ego.reward = lambda low, high: high.centroid / (low.centroid + 1)")
    session.advance(1.0)
    assert reward(session) == pytest.approx(10, rel=0.1)


def test_a_name_can_be_asked_for_in_the_block_that_defines_it(session: Session):
    result = session.eval(
        "@reward\ndef own(ego): return ego.rms\n" + EGO + "\nego.reward = own\nego.level = 0.5"
    )
    assert result.ok, result.error
    session.advance(1.0)
    assert reward(session) == pytest.approx(0.05, rel=0.2)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ego.reward = lambda eggo: 1", "did you mean ego?"),
        ("ego.reward = lambda suond: 1", "did you mean sound?"),
        ("ego.reward = lambda sound: sound.rmss", "did you mean rms?"),
        ("ego.reward = lambda np: 1", "'np', which is no signal"),
        ("x = 3\nego.reward = lambda x: 1", "'x', which is no signal"),
        ("x = sine()\nego.reward = lambda x: 1", "'x', which is no signal"),
        ("later = lambda r7: 1\nego.level = later", "'r7', which is no signal"),
    ],
)
def test_a_name_that_does_not_sound_is_refused_with_the_nearest(
    session: Session, code: str, says: str
):
    session.eval(EGO)
    result = session.eval(code)
    assert not result.ok
    assert says in result.error


def test_a_name_that_is_heard_and_goes_lets_who_asked_for_it_fall_back(session: Session):
    session.eval(EGO + "\nr7 = stream()\nego.level = 0.5")
    session.eval("ego.level = lambda r7: 0.2 + r7.rms")
    session.advance(0.5)
    assert taps(session) == {"r7"}
    session.eval("del r7")
    session.advance(0.5)
    assert taps(session) == set()
    assert session.get("ego").level == 0.5
    assert "'r7', which is no signal" in session.log[-2].text
    session.eval("r7 = stream()\nego.level = lambda r7: 0.2 + r7.rms")
    session.advance(0.5)
    assert session.get("ego").player.controls["level"].automation.now == pytest.approx(
        0.3, abs=0.03
    )


def test_a_reward_that_asks_for_its_agent_works_again_when_that_is_undeleted(session: Session):
    session.eval(EGO + "\n@reward\ndef own(ego): return 0.3\nego.reward = own")
    session.advance(0.3)
    session.eval("del ego")
    session.advance(1.0)
    session.eval("undo()")
    session.advance(0.5)
    assert reward(session) == pytest.approx(0.3)


def test_twelve_names_are_heard_at_once_and_one_more_is_refused(session: Session):
    names = [f"x{i}" for i in range(13)]
    block = [
        f"@dsp\ndef {name}(): return Sine({300 * (i + 1)}, mul=0.02)"
        for i, name in enumerate(names)
    ]
    session.eval(EGO + "\nego.level = 0.01\n" + "\n".join(block))
    twelve = ", ".join(names[:12])
    assert session.eval(
        f"def least({twelve}): return min(x.rms for x in ({twelve}))\nego.reward = least"
    ).ok
    session.advance(1.0)
    assert reward(session) == pytest.approx(0.02 / 2**0.5, rel=0.05)
    result = session.eval(f"ego.level = lambda {names[12]}: {names[12]}.rms")
    assert "12 names are listened to already" in result.error
    assert result.error.endswith("still playing the previous version")
    session.advance(0.3)
    assert reward(session) == pytest.approx(0.02 / 2**0.5, rel=0.05)


@pytest.mark.slow
def test_a_name_that_no_one_asks_for_any_more_makes_room(session: Session):
    for index in range(30):
        session.eval(f"{EGO}\n@dsp\ndef x{index}(): return Sine(300, mul=0.1)")
        result = session.eval(f"ego.level = lambda x{index}: 10 * x{index}.rms")
        assert result.ok, result.error
        session.advance(0.3)
        now = session.get("ego").player.controls["level"].automation.now
        assert now == pytest.approx(0.707, rel=0.05), index
    assert len(taps(session)) <= 12
    assert not [event for event in session.log if event.kind == "fallback"]


def test_the_microphone_is_a_signal_wherever_a_number_goes(session: Session):
    assert session.eval(EGO + "\nego.level = 0.5 + mic.rms").ok
    session.advance(0.5)
    assert rms(session.advance(0.3)) == pytest.approx(0.05, rel=0.1)
    assert session.eval("voice = mic(level=0.5)").ok


def test_the_microphone_is_listened_to_without_being_heard(session: Session):
    session.eval(EGO + "\nego.reward = lambda mic: mic.rms - 0.5")
    assert np.isfinite(session.advance(0.5)).all()
    assert reward(session) == pytest.approx(-0.5)


def test_osc_addresses_are_read_as_numbers(session: Session):
    session.eval(
        EGO + "\nego.reward = lambda osc: osc['/a'] + osc.get('/a', 1) + osc.get('/b', 0, 0.25)"
    )
    session.advance(0.2)
    assert reward(session) == pytest.approx(0.25)
    session.receive_osc(b"/a\0\0,ii\0" + (1).to_bytes(4, "big") + (2).to_bytes(4, "big"))
    session.advance(0.2)
    assert reward(session) == pytest.approx(3.25)
    session.receive_osc(b"/a\0\0,ss\0no\0\0no\0\0")
    session.advance(0.2)
    assert np.isfinite(reward(session))


def test_every_feature_is_a_finite_number_from_the_first_tick_on(session: Session):
    features = [name for name, kind in vars(SoundFeatures).items() if isinstance(kind, property)]
    numbers = [name for name in features if name not in ("mel", "chroma", "samples")]
    total = " + ".join(f"abs(sound.{name})" for name in numbers)
    assert session.eval(EGO + f"\nego.reward = lambda sound: {total}").ok
    session.advance(1.0)
    assert not [event for event in session.log if event.kind == "fallback"]
    assert len(numbers) >= 10
