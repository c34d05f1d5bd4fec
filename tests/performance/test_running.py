"""What `running()` shows."""

from livecode import Session


def test_a_bar_of_each_pattern_is_drawn(session: Session) -> None:
    session.eval(
        "tempo(120)\nego = agent(space('additive'))\nego.level = pattern('1 <0 0.5>') * sine()"
    )
    session.advance(2.1)
    shown = session.eval("running()").value or ""
    assert "level: pattern('1 <0 0.5>')" in shown
    assert "1   ■───────········" in shown, "of the present bar"
    assert "0.5 │·······▪───────" in shown


def test_the_drawing_shows_where_the_bar_stands_now(session: Session) -> None:
    session.eval('tempo(240)\ndrums = hits("bd*4, ~ cp")')
    session.advance(0.55)
    shown = session.eval("running()").value or ""
    assert "bd ▪───▪───■───▪───" in shown
    assert "cp ········■───────" in shown
    session.advance(0.1)
    shown = session.eval("running()").value or ""
    assert "bd ▪───▪───▪─┼─▪───" in shown
    session.eval('drums.pattern = "~ cp"')
    session.advance(0.4)
    assert "cp │·······▪───────" in (session.eval("running()").value or "")
