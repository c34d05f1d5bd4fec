"""What `running()` shows."""

from livecode import Session


def test_a_bar_of_each_pattern_is_drawn_and_where_it_stands_now(session: Session) -> None:
    session.eval(
        "tempo(240)\ndrums = hits('bd*4, ~ cp', gain=pattern('1 <0.5 0.6>'))\n"
        "ego = agent(space('additive'))\nego.level = pattern('1 ~') * sine()"
    )
    session.advance(1.1)
    shown = (session.eval("running()").value or "").splitlines()
    assert shown[0].startswith("drums       hits    |▪┼──▪───▪───▪───| ")
    assert shown[1] == "    gain            |▪┼──────▪───────|  pattern('1 <0.5 0.6>')"
    assert shown[2].startswith(f"ego         agent   {' ' * 19}")
    assert shown[3] == "    level           |▪┼──────········|  pattern('1 ~')"
    session.eval("free(ego)\ndrums.pattern = '~ bd'\ndrums.gain = 1")
    session.advance(0.9)
    (row,) = (session.eval("running()").value or "").splitlines()
    assert row.startswith("drums       hits    |│·······▪───────| ")
    session.advance(0.5)
    (row,) = (session.eval("running()").value or "").splitlines()
    assert row.startswith("drums       hits    |········■───────| ")


def test_without_patterns_there_is_no_column_for_bars(session: Session) -> None:
    session.eval("ego = agent(space('additive'))")
    session.advance(0.1)
    row = session.eval("running()").value or ""
    assert row.startswith("ego         agent   ")
    assert row.split("agent")[1].lstrip()[0] in "-+s"
    assert not row.split("agent")[1].startswith(" " * 10)


def test_functions_that_have_turns_stand_below_what_sounds(session: Session) -> None:
    session.eval("@every(4*bars)\ndef fill(bar):\n    pass")
    nothing, row = (session.eval("running()").value or "").splitlines()
    assert nothing == "nothing sounds"
    assert row.startswith("fill        every   4*bars  block 1, line ")
    assert session.performance.board.status(False).turns == ("fill",)
    session.eval("free(fill)")
    assert session.eval("running()").value == "nothing sounds"
