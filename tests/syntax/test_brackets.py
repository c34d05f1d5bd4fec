"""Open brackets of code that is being typed, whatever stands in its strings and comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.syntax.brackets import open_brackets, pieces, tokens


@pytest.mark.parametrize(
    ("code", "opened"),
    [
        ("f(1, [2, 3], g(", "f( g("),
        ('space("(", ', "space("),
        ("f(')', \"a", "f("),
        ("x = '''(\n(", ""),
        ("f(x, '''(\n)''', g[", "f( g["),
        ("it's(\nf(", "f("),
        ("f(  # (\n  1,\n", "f("),
        ("a)\nf(", "f("),
        ("  if x:\n f(\n", "f("),
        ("f(\\\n", "f("),
        ("f(→, 2x, $, 0x, !", "f("),
        ('f"{a(1)}", f(', "f("),
        ("f(f'{a", "f("),
        ("f(]), g(", "g("),
        ("", ""),
    ],
)
def test_what_is_open_is_found(code: str, opened: str) -> None:
    found = [code[: each.at + 1] for each in open_brackets(code)]
    assert len(found) == len(opened.split())
    assert all(one.endswith(other) for one, other in zip(found, opened.split(), strict=True))


def test_commas_are_those_of_each_bracket() -> None:
    code = "f(a, ',', [b, c], "
    assert [each.commas for each in open_brackets(code)] == [[3, 8, 16]]


@pytest.mark.parametrize(
    ("code", "parts"),
    [("1, f(2, 3)", ["1", " f(2, 3)"]), ("", [""]), ("a, )b, c", ["a", " )b", " c"]),
     ("'a,b', c", ["'a,b'", " c"]), ("a=(1,", ["a=(1,"])],
)  # fmt: skip
def test_arguments_are_told_apart(code: str, parts: list[str]) -> None:
    assert [code[begin:end] for begin, end in pieces(code)] == parts


@given(st.text(st.sampled_from("ab1.,:#=\\'\"()[]{} \n\t\0→²f!$"), max_size=40))
def test_any_text_has_tokens_in_order(code: str) -> None:
    at = 0
    for token in tokens(code):
        assert at <= token.begin <= token.end <= len(code)
        at = token.end
    open_brackets(code)
    assert pieces(code)[-1][1] == len(code)
