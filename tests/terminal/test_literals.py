"""Where the texts in a block stand, and what each is for."""

import pytest

from livecode.terminal.literals import literals_of


def found(code: str) -> list[tuple[str, str, set[str], int, int]]:
    return [(x.text, x.name, set(x.settings), x.line, x.column) for x in literals_of(code)]


def test_a_text_is_for_the_name_and_the_setting_that_it_is_given_to() -> None:
    code = 'drums = hits("bd", n="0 1")\ndrums.gain = pattern("1 0.5").add("0.1")\nprint("x")'
    assert found(code) == [
        ("bd", "drums", set(), 0, 14),
        ("0 1", "drums", {"n"}, 0, 22),
        ("1 0.5", "drums", {"gain"}, 1, 22),
        ("0.1", "drums", {"gain"}, 1, 35),
    ]


def test_texts_are_found_within_functions_tuples_and_lines_after_wide_characters() -> None:
    code = (
        '@every(1*bars)\ndef fill(bar, how="up"):\n    "é"; drums.pattern = "sn*8"\n'
        'a, b = hits("hh"), hits("cp")'
    )
    assert found(code) == [
        ("up", "fill", set(), 1, 19),
        ("sn*8", "drums", {"pattern"}, 2, 26),
        ("hh", "a", set(), 3, 13),
        ("cp", "b", set(), 3, 25),
    ]


def test_a_character_of_a_text_of_several_lines_has_its_own_line() -> None:
    (literal,) = literals_of('drums = hits("""bd sn,\n  hh*8""")')
    assert literal.place(3) == (0, 19)
    assert literal.place(literal.text.index("hh")) == (1, 2)


@pytest.mark.parametrize(
    "code",
    [
        r'a = hits("b\x64")',
        'a = hits("bd" " sn")',
        'x = "sn"; a = hits(f"bd")',
        'hits("bd")',
        "a = (",
    ],
)
def test_texts_that_the_code_does_not_show_as_they_are_or_gives_to_no_name_are_left_out(
    code: str,
) -> None:
    assert [each for each in found(code) if each[1] == "a"] == []
