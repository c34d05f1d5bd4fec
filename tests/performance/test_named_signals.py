"""The performer's signals by name: told while a layer of their own is shown, and changed by nothing."""

from pathlib import Path

import pytest

from livecode import Session
from tests.replayed import assert_replayed

SIGNALS = """
half = 0.5 * keys.fader1
raw = keys.fader1
smooth = keys.fader1.lag(300*ms)
rising = ramp(0, 1, over=2*s)
number = 7

@reward
def praised(t):
    return 1.0
"""


def named(session: Session) -> dict[str, float]:
    return session.performance.status().named


def test_signals_are_told_by_name_while_a_layer_of_one_s_own_is_shown(session: Session) -> None:
    assert session.eval(SIGNALS).ok
    session.press("fader1=0.8")
    session.advance(0.3)
    assert named(session) == {}
    assert session.eval("stage.show('waves.hydra.js', 'code')").ok
    session.advance(3.0)
    found = named(session)
    assert set(found) == {"half", "raw", "smooth"}, "no functions, and no curve that has not begun"
    assert (found["half"], found["raw"]) == (pytest.approx(0.4), pytest.approx(0.8))
    assert found["smooth"] == pytest.approx(0.8, abs=0.01)
    assert session.eval("stage.show()").ok
    session.advance(0.3)
    assert named(session) == {}


def test_what_is_read_changes_nothing(tmp_path: Path) -> None:
    blocks = [
        "stage.show('waves.hydra.js')",
        "slow = keys.fader1.lag(1*s)\nrise = ramp(0, 1, over=1*s)",
        "ego = agent(space('additive'), dims=1)\nego.level = 0.5 + 0.4 * slow\nego.pan = rise",
    ]
    assert_replayed(blocks, 0.5, tmp_path)
    values = []
    for shown in ("waves.hydra.js", "code"):
        with Session(seed=3) as session:
            assert session.eval(f"stage.show({shown!r})").ok
            for block in blocks[1:]:
                assert session.eval(block).ok
                session.advance(0.2)
            values.append(session.performance.status().values)
    assert values[0] == values[1]
