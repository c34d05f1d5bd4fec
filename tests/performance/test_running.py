"""What `running()` shows."""

from livecode import Session


def test_a_bar_of_each_pattern_is_drawn(session: Session) -> None:
    session.eval(
        "tempo(120)\nego = agent(space('additive'))\nego.level = pattern('1 <0 0.5>') * sine()"
    )
    session.advance(2.1)
    shown = session.eval("running()").value or ""
    assert "level: pattern('1 <0 0.5>')" in shown
    assert "1   ▪───────········" in shown, "of the present bar"
    assert "0.5 ········▪───────" in shown
