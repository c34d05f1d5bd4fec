"""What is taken away goes on as it was until its fade is over."""

import numpy as np
import pytest

from livecode import Session

SAMPLE = "beep = agent(space('additive'), seed=3)\n"


def gates(sound: np.ndarray, sample_rate: int) -> int:
    """How many times the sound comes back after a silence."""
    piece = sample_rate // 100
    level = np.abs(sound[: len(sound) // piece * piece]).reshape(-1, piece * 2).max(1)
    on = level > 1e-4
    return int((on[1:] & ~on[:-1]).sum())


@pytest.mark.parametrize("end", ["del beep", "free(beep)", "free('beep')", "scene.ends = ['beep']"])
def test_what_is_taken_away_goes_on_as_it_was_until_it_is_gone(session: Session, end: str) -> None:
    session.eval(SAMPLE + "beep.level = square(0, 1, period=200*ms)")
    session.advance(0.5)
    session.eval("beep.fade = 2*s")
    assert session.eval(end).ok
    assert gates(session.advance(1.5), session.sample_rate) >= 5
    session.advance(0.7)
    assert not session.advance(0.1).any()


def test_an_agent_walks_on_while_it_fades(session: Session) -> None:
    session.eval(SAMPLE + "beep.step = 0.1\nbeep.fade = 2*s")
    session.advance(1.0)
    controls = session.performance.arena.controls
    slot = controls.open("beep.position")
    session.eval("del beep")
    session.advance(0.1)
    before = np.array(controls.last(slot))
    session.advance(1.0)
    assert not np.array_equal(np.array(controls.last(slot)), before)


def test_a_function_that_listens_to_what_fades_goes_on(session: Session) -> None:
    session.eval(SAMPLE + "beep.pan = lambda beep: beep.rms\nbeep.fade = 2*s")
    session.advance(1.0)
    told = len(session.log)
    session.eval("del beep")
    session.advance(3.0)
    assert [event.text for event in session.log[told:] if event.wrong] == []
    assert "beep" not in session.performance.signals


def test_a_name_that_is_taken_again_while_it_fades_follows_the_new_thing(session: Session) -> None:
    session.eval(SAMPLE + "beep.level = square(0, 1, period=200*ms)\nbeep.fade = 2*s")
    session.advance(1.0)
    session.eval("del beep")
    session.advance(0.2)
    session.eval(SAMPLE + "beep.fade = 0.1*s")
    session.advance(0.5)
    assert gates(session.advance(1.0), session.sample_rate) == 0


@pytest.mark.parametrize("order", ["glass, piano", "piano, glass"])
@pytest.mark.parametrize("fade", ["2*s", "0.2*s"])
def test_a_function_that_fades_hears_what_leaves_with_it(
    session: Session, order: str, fade: str
) -> None:
    """A name is listened to until all that fades and reads it is gone, even if it is gone sooner."""
    session.eval(f"piano = agent('additive', seed=3, fade={fade})")
    session.eval("glass = agent('additive', seed=4, fade=1*s)")
    session.eval(
        "glass.reward = lambda glass, piano: glass.brightness - piano.brightness\n"
        "glass.pan = 0.5 * piano.rms"
    )
    session.advance(0.5)
    told = len(session.log)
    session.eval(f"del {order}")
    session.advance(0.5)
    assert "piano" in session.performance.signals
    session.advance(2.0)
    assert [event.text for event in session.log[told:] if event.wrong] == []
    assert not {"piano", "glass"} & set(session.performance.signals)


def test_what_goes_on_without_its_source_falls_back_at_once(session: Session) -> None:
    session.eval("piano = agent('additive', seed=3, fade=2*s)")
    session.eval("glass = agent('additive', seed=4)\nglass.pan = lambda piano: piano.rms")
    session.advance(0.5)
    session.eval("del piano")
    session.advance(0.1)
    assert any("nothing called piano sounds yet" in event.text for event in session.log)
