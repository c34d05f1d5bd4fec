"""What stands in the margin, and how it goes along with edits."""

from hypothesis import given
from hypothesis import strategies as st

from livecode.terminal.marks import Evaluation, Marks, MarkState

LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=8)


def live(code: str = "a = 1") -> Evaluation:
    return Evaluation(code, MarkState.LIVE)


def glyphs(marks: Marks, count: int) -> str:
    found = [marks[row] for row in range(count)]
    return "".join(mark.glyph if mark is not None else " " for mark in found)


def test_marks_stay_with_their_lines_when_lines_come_and_go_above() -> None:
    marks = Marks(["a", "", "b", "c"])
    marks.put(2, 3, live())
    marks.follow(["new", "a", "", "b", "c"])
    assert glyphs(marks, 5) == "   ●●"
    marks.follow(["b", "c"])
    assert glyphs(marks, 2) == "●●"


def test_an_edited_line_says_that_it_is_not_what_is_heard() -> None:
    marks = Marks(["a = 1", "b = 2"])
    marks.put(0, 1, live())
    marks.follow(["a = 1", "b = 3"])
    assert glyphs(marks, 2) == "●○"


def test_an_empty_line_is_not_marked() -> None:
    marks = Marks(["a", "", "b"])
    marks.put(0, 2, live())
    assert glyphs(marks, 3) == "● ●"
    marks.follow(["a", "", ""])
    assert glyphs(marks, 3) == "●  "


def test_each_state_has_its_glyph() -> None:
    marks = Marks(["a"])
    evaluation = Evaluation("a")
    marks.put(0, 0, evaluation)
    shown = []
    for state in MarkState:
        evaluation.state = state
        shown.append(glyphs(marks, 1))
    assert shown == ["◌", "●", "✗", "↺"]


def test_a_block_whose_names_are_all_defined_anew_elsewhere_loses_its_mark() -> None:
    marks = Marks(["a = 1", "", "a = 2", "", "a.b = 3"])
    marks.put(0, 0, live("a = 1"))
    marks.put(4, 4, live("a.b = 3"))
    newer = live("a = 2")
    marks.put(2, 2, newer)
    marks.supersede(newer)
    assert glyphs(marks, 5) == "  ● ●"


def test_a_block_of_which_one_name_still_plays_keeps_its_mark() -> None:
    marks = Marks(["a = b = 1", "", "a = 2"])
    marks.put(0, 0, live("a = b = 1"))
    marks.supersede(live("a = 2"))
    assert glyphs(marks, 3) == "●  "


def test_the_block_that_defines_a_name_is_found() -> None:
    marks = Marks(["a = 1", "", "b = 2"])
    marks.put(0, 0, live("a = 1"))
    marks.put(2, 2, second := live("b = 2"))
    assert marks.defining("b") is second
    assert marks.defining("c") is None


@given(LINES, LINES, st.data())
def test_there_is_one_place_for_each_line_after_any_edit(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    marks = Marks(before)
    row = data.draw(st.integers(0, len(before) - 1))
    marks.put(row, row, live())
    marks.follow(after)
    assert len(marks) == len(after)
    assert all(marks[row] is None or line for row, line in enumerate(after))
    if before == after and before[row]:
        assert marks[row] is not None
