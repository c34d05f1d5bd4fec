"""Functions of `@layer`: their numbers are in the status, and one that fails draws nothing."""

from pathlib import Path

import pytest

from livecode import Session
from tests.replayed import assert_replayed

RISING = "@layer\ndef rising(t):\n    return 10 * t"


def drawn(session: Session) -> dict[str, float]:
    return session.performance.status().drawn


def test_what_a_function_returns_is_drawn_ten_times_a_second(session: Session) -> None:
    assert session.eval(RISING).ok
    session.advance(0.5)
    assert drawn(session)["rising"] == pytest.approx(5.0, abs=1.1)
    before = drawn(session)["rising"]
    session.advance(0.15)
    assert drawn(session)["rising"] - before == pytest.approx(1.5, abs=1.0)


def test_it_is_a_value_and_ends_with_its_name(session: Session) -> None:
    result = session.eval(
        f"{RISING}\nego = agent(space('additive'), dims=1)\nego.level = 0.1 * rising"
    )
    assert result.ok, result.error
    session.advance(0.5)
    assert session.performance.status().values["ego.level"] == pytest.approx(0.5, abs=0.1)
    assert session.eval("ego.level = 0.5\ndel rising").ok
    session.advance(0.2)
    assert drawn(session) == {}


def test_one_that_fails_draws_nothing_and_says_why(session: Session) -> None:
    assert not session.eval("@layer\ndef wrong(t):\n    return 'much'").ok
    assert session.eval("@layer\ndef short(t):\n    return 1 / (t < 0.3)").ok
    assert session.eval(RISING).ok
    session.advance(0.2)
    assert set(drawn(session)) == {"short", "rising"}
    session.advance(0.5)
    assert set(drawn(session)) == {"rising"}
    assert any("ZeroDivisionError" in str(event) for event in session.log)


def test_it_stands_above_a_function(session: Session) -> None:
    result = session.eval("loud = layer(3)")
    assert not result.ok
    assert "@layer stands above a function" in str(result.error)


def test_a_replay_calls_it_as_well(tmp_path: Path) -> None:
    counted = "calls = []\n\n@layer\ndef count(t):\n    calls.append(t)\n    return len(calls)"
    ego = "ego = agent(space('additive'), dims=1)\nego.pan = 0.01 * count"
    assert_replayed([counted, ego], 0.5, tmp_path)
