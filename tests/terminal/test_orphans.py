"""Names that sound although the text that defined them is gone."""

import pytest

from livecode.terminal.orphans import Orphans

TEXT = """\
glass = space("additive")
ego = agent(glass)

@dsp
def hall(ego, size=0.9):
    wet = Freeverb(ego, size=size)
    return wet

if True:
    low, (high, rest) = agent(glass), (1, 2)
"""
SOUNDING = ("ego", "hall", "low")


def test_what_the_text_defines_is_no_orphan() -> None:
    assert Orphans().among(SOUNDING, TEXT) == []


def test_a_name_is_an_orphan_once_its_line_is_gone_and_no_more_when_it_is_back() -> None:
    orphans = Orphans()
    orphans.among(SOUNDING, TEXT)
    assert orphans.among(SOUNDING, TEXT.replace("ego = agent(glass)\n", "")) == ["ego"]
    assert orphans.among(SOUNDING, TEXT.replace("ego = ", "# ego = ")) == ["ego"]
    assert orphans.among(SOUNDING, TEXT.replace("def hall", "def room")) == ["hall"]
    assert orphans.among((), "") == []
    assert orphans.among(SOUNDING, TEXT) == []


def test_what_the_text_has_never_defined_is_somebody_elses() -> None:
    assert Orphans().among(("bass",), TEXT) == []


def test_a_block_that_is_being_typed_makes_no_orphans() -> None:
    orphans = Orphans()
    orphans.among(SOUNDING, TEXT)
    assert orphans.among(SOUNDING, TEXT.replace("agent(glass)", "agent(glass", 1)) == []
    assert orphans.among(SOUNDING, TEXT.replace("return wet", "return (")) == []


def test_to_use_a_name_is_not_to_define_it() -> None:
    orphans = Orphans()
    orphans.among(("ego",), "ego = agent(glass)")
    assert orphans.among(("ego",), "ego.level = 0.5\nother = lambda ego: ego\nf(ego=1)") == ["ego"]


def test_a_block_of_thousands_of_lines_is_not_parsed_at_each_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("livecode.terminal.orphans.names_of", lambda block: 1 / 0)
    orphans = Orphans()
    long = "".join(f"x{n} = {n}\n" for n in range(5_000))
    assert orphans.among(["x7"], long) == []
    assert orphans.among(["x7"], long.replace("x7 = 7", "y = 7")) == ["x7"]


def test_a_function_that_has_turns_is_an_orphan_once_its_text_is_gone() -> None:
    orphans = Orphans()
    assert orphans.among(("fill",), "@every(4*bars)\ndef fill(bar):\n    pass\n") == []
    assert orphans.among(("fill",), "x = 1\n") == ["fill"]
