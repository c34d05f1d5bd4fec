"""Where a name is heard, as it is typed: `out` and `cue`, taken back by undo, kept by a new description."""

import pytest

from livecode import Session


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
