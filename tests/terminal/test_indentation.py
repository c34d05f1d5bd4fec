"""Indentation: put in by the editor, or brought along by what is typed."""

import pytest

from livecode.terminal.indentation import Typing, indent_after


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a = 1", 0),
        ("def f():", 4),
        ("def f():  # a remark", 4),
        ("    if x:", 8),
        ("def f():\n    return 1", 0),
        ("def f():\n    x = 1", 4),
        ("ego = agent(", 4),
        ("ego = agent(glass,", 4),
        ("ego = agent(\n    glass,\n    dims=2)", 0),
        ("    f(\n        1)", 4),
        ("print('(:')", 0),
        ("print('a\\'(')", 0),
        ("x = 1  # (", 0),
        ("", 0),
    ],
)
def test_the_next_line_is_indented_as_python_wants_it(text: str, columns: int) -> None:
    assert indent_after(text.split("\n")) == columns


class Hand:
    """Types lines at a pace and shows the text that results, where the editor would put it."""

    def __init__(self, every_s: float):
        self._every_s, self._now_s = every_s, 100.0
        self._typing = Typing()
        self.lines = [""]

    def types(self, text: str) -> "Hand":
        for character in text:
            self._now_s += self._every_s
            if character == "\n":
                columns = indent_after(self.lines) if self.lines[-1].strip() else 0
                self.lines.append(" " * columns)
                self._typing.newline(len(self.lines) - 1, columns, self._now_s)
                continue
            back, put_in = self._typing.character(
                character, len(self.lines) - 1, self.lines[-1], self._now_s
            )
            line = self.lines[-1][: len(self.lines[-1]) - back]
            self.lines[-1] = line + character if put_in else line
        return self


BLOCK = "def f():\n    if x:\n        y = 1\n    else:\n        y = 2\nz = 3"


def test_pasted_text_keeps_its_own_indentation() -> None:
    assert "\n".join(Hand(every_s=0.0001).types(BLOCK).lines) == BLOCK


def test_a_hand_that_types_no_blanks_is_indented() -> None:
    hand = Hand(every_s=0.1).types("def f():\nx = 1\nreturn x\n")
    assert hand.lines == ["def f():", "    x = 1", "    return x", ""]


def test_keys_sent_at_once_without_blanks_are_indented() -> None:
    hand = Hand(every_s=0.0001).types("def f():\nx = 1\nreturn x\n")
    assert hand.lines == ["def f():", "    x = 1", "    return x", ""]


def test_a_hand_that_indents_by_habit_is_not_indented_twice() -> None:
    hand = Hand(every_s=0.1).types("def f():\n    x = 1\n    return x\ny")
    assert hand.lines == ["def f():", "    x = 1", "    return x", "y"]


def test_fewer_blanks_than_were_put_in_stand_as_typed() -> None:
    hand = Hand(every_s=0.1).types("def f():\n  x = 1")
    assert hand.lines == ["def f():", "  x = 1"]
