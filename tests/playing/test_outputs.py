"""Where a name is heard, as it is typed: `out` and `cue`, taken back by undo, kept by a new description."""

import numpy as np
import pytest

from livecode import Session
from livecode.engine.inlet import input_frames
from tests.engine.test_outputs import strength


def asked(session: Session) -> dict[str, tuple[int, ...]]:
    session.advance(0.1)
    return dict(session.engine.outputs._asked)


def ok(session: Session, code: str) -> None:
    result = session.eval(code)
    assert result.ok, result.error


def test_a_name_is_sent_to_outputs_and_comes_back_by_undo(session: Session) -> None:
    ok(session, "ego = agent(space('additive'))\nego.out = 3")
    assert asked(session) == {"ego": (3,)}
    ok(session, "ego.out = (5, 6)")
    assert asked(session) == {"ego": (5, 6)}
    ok(session, "ego = agent(space('additive'), dims=2)")
    assert asked(session) == {"ego": (5, 6)}
    ok(session, "undo(); undo()")
    assert asked(session) == {"ego": (3,)}
    ok(session, "ego.out = None")
    assert asked(session) == {}


@pytest.mark.parametrize("value", ["0", "(3, 3)", "(1, 2, 3)", "'left'", "2.5", "True", "()", "99"])
def test_what_is_no_output_is_refused(value: str, session: Session) -> None:
    ok(session, "ego = agent(space('additive'))")
    said = session.eval(f"ego.out = {value}").error
    assert "ego.out: takes an output of the sound card, as 3, or two, as (3, 4)" in str(said)


def test_cue_is_of_the_names_said_last(session: Session) -> None:
    ok(session, "a = agent(space('additive'))\nb = agent(space('additive'))")
    for code, cued in (
        ("cue(a)", {"a"}),
        ("cue(a, b)", {"a", "b"}),
        ("cue('b')", {"b"}),
        ("cue()", set()),
    ):
        ok(session, code)
        asked(session)
        assert session.engine.outputs._cued == cued
    assert "does not sound" in str(session.eval("cue('nobody')").error)


def test_one_input_is_heard_in_the_middle_and_the_other_is_not(session: Session) -> None:
    heard = input_frames(session.engine.server, session.block)
    at = np.arange(session.block)
    heard[:, 0] = 0.3 * np.sin(2 * np.pi * 3 / session.block * at)
    heard[:, 1] = 0.3 * np.sin(2 * np.pi * 8 / session.block * at)
    ok(session, "guitar = mic(2)")
    session.advance(0.5)
    sound = session.advance(0.5)[: session.block * 64]
    rate = session.sample_rate
    quiet, loud = (strength(sound, n * rate / session.block) for n in (3, 8))
    assert loud == pytest.approx([0.3, 0.3], abs=0.02)
    assert quiet.max() < 0.001
    assert repr(session.get("guitar")) == "guitar = mic(2)"
    assert "from 1 to 2, not 3" in str(session.eval("guitar = mic(3)").error)
