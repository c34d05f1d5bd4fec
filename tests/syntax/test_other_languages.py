"""Lines of other live coders' languages are answered with how they are written here."""

import ast

import pytest

from livecode.syntax.other_languages import no_python


def said(code: str) -> str:
    with pytest.raises(SyntaxError) as caught:
        ast.parse(code)
    return no_python(caught.value)


@pytest.mark.parametrize(
    ("code", "column", "here"),
    [
        ('d1 $ sound "kick*4"', 4, 'd1 = hits("kick*4")'),
        ('  d1 $ every 4 (fast 2) $ s "bd(3,8)" # room 0.3', 6, 'd1 = hits("bd(3,8)")'),
        ('d2 $ n "0 3" # s "superpiano"', 4, 'd2 = notes("0 3", "pluck")'),
        ('d2 $ note "0 [3 7]"', 4, 'd2 = notes("0 [3 7]", "pluck")'),
        ('$: s("bd hh")', 1, 'd1 = hits("bd hh")'),
        ('d1 $ stack [\n  sound "bd"\n]', 4, 'd1 = hits("bd*4")'),
    ],
)
def test_a_dollar_is_shown_with_how_the_line_is_written_here(
    code: str, column: int, here: str
) -> None:
    assert said(code) == f"there is no $ here (column {column}); a name plays a pattern, as {here}"


def test_other_code_that_is_no_python_is_named_with_its_column() -> None:
    assert said("def f(:") == "invalid syntax (column 7)"
    assert said("x = (1") == "'(' was never closed"
    assert said("x = '$ 3") == "unterminated string literal (detected at line 1)"
