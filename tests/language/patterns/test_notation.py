"""The notation is read, written again, and refused in one sentence with the column."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode import LivecodeError, pattern
from livecode.language.patterns.crowding import MOST_WORK
from livecode.language.patterns.cycle import MOST_EVENTS
from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.meaning import cycles_of
from livecode.language.patterns.notation import NotationError, written
from livecode.language.patterns.reader import read

WORDS = st.sampled_from(
    ["bd", "sn", "hh", "0", "-1", "2.5", ".5", "1%3", "c#4", "c'min7", "~", "a_b"]
)
FACTORS = st.sampled_from(["2", "1.5", "3", "<1 2>", "[1 3]", "{2 3}%4"])


def groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rows = st.lists(inner, min_size=1, max_size=4).map(" ".join)
    layers = st.lists(rows, min_size=1, max_size=3)
    step = st.one_of(
        layers.map(", ".join).map("[{}]".format),
        layers.map(" | ".join).map("[{}]".format),
        layers.map(", ".join).map("<{}>".format),
        st.tuples(layers.map(",".join), FACTORS).map(lambda both: f"{{{both[0]}}}%{both[1]}"),
        st.tuples(rows, rows).map(" . ".join).map("[{}]".format),
    )
    changes = st.one_of(
        st.just(""),
        FACTORS.map("*{}".format),
        FACTORS.map("/{}".format),
        st.sampled_from(
            [
                "!",
                "!3",
                "@2",
                "@1.5!2",
                "!2@3",
                "?",
                "?0.2",
                " _ _",
                "(3,8)",
                "(<3 5>,8,2)",
                ":2",
                ":<0 1>",
            ]
        ),
    )
    return st.tuples(st.one_of(inner, step), changes).map("".join)


NOTATIONS = st.lists(st.recursive(WORDS, groups, max_leaves=8), min_size=1, max_size=4).map(
    " ".join
)


def heard(text: str) -> list[Any]:
    return [tuple(event) for event in pattern(text).events(0, 3)]


@given(NOTATIONS)
def test_what_is_read_is_written_and_read_again(text: str) -> None:
    try:
        tree = read(text)
        events = heard(text)
    except LivecodeError:
        return
    assert read(written(tree)) == tree
    assert heard(written(tree)) == events


@given(NOTATIONS)
def test_each_event_stands_in_the_text_where_its_marks_say(text: str) -> None:
    try:
        events = pattern(text).events(0, 2)
    except LivecodeError:
        return
    for event in events:
        assert event.marks
        for mark in event.marks:
            assert mark.text == text
            assert text[mark.start : mark.end].strip() == text[mark.start : mark.end] != ""


def sentence_of(making: Callable[[], object]) -> str:
    """The sentence with which it is refused; "" if it is not."""
    try:
        making()
    except LivecodeError as error:
        return str(error)
    return ""


@given(st.text(alphabet="abd0123.,~!@?*/:|%_-#' <>[](){}e", max_size=40))
@settings(max_examples=400)
def test_any_text_is_a_pattern_or_a_sentence(text: str) -> None:
    assert "\n" not in sentence_of(lambda: pattern(text).events(0, 2))


@given(st.text(max_size=30))
def test_any_letters_are_a_pattern_or_a_sentence_with_a_column(text: str) -> None:
    found = re.match(
        r"(?:line \d+, )?column (\d+) of ", sentence_of(lambda: read(text)) or "column 1 of "
    )
    assert found is not None
    assert 1 <= int(found[1]) <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("bd [sn", 4, "this [ is not closed by a ]"),
        ("bd [sn>", 7, "a > stands here where a ] closes the [ of column 4"),
        ("bd sn]", 6, "this ] closes nothing"),
        ("<a b", 1, "this < is not closed by a >"),
        ("bd(3,8", 3, "this ( is not closed by a )"),
        ("bd(3)", 3, "two numbers or three"),
        ("bd(3,8,1,2)", 3, "two numbers or three"),
        ("bd(3|8)", 3, "two numbers or three"),
        ("bd(3,)", 3, "two numbers or three"),
        ("bd(x,8)", 4, "after ( stands a number, onsets, steps"),
        ("bd *2", 4, "* stands right behind the step"),
        ("bd*", 4, "* is followed by how many times as fast"),
        ("bd*x", 4, "after * stands a number, how many times as fast, not x"),
        ("bd/<2 sn>", 7, "after / stands a number, how many times as slow, not sn"),
        ("bd*1e9", 4, "* takes a number up to 1,000,000, not 1e9"),
        ("bd*1e400", 4, "1e400 is larger than a number can be"),
        ("sn bd*9999", 6, "up to 9,999 events in a cycle are made here, and it has at most 1,000"),
        ("[[a*50]*50]*50", 8, "events in a cycle are made here"),
        ("-900 .. 900", 6, "up to 1,801 events in a cycle are made here"),
        ("<[0 -90000]>!2 .. 5", 16, "events in a cycle are made here"),
        ("0 .. 5000", 3, "events in a cycle are made here"),
        ("a!2000", 2, "! is followed by how often the step comes"),
        ("a!1.5", 2, "! is followed by how often the step comes"),
        ("a@", 2, "@ is followed by how long the step is"),
        ("a@0", 2, "a step is 0.001 to 1000 steps long"),
        ("a?2", 3, "? is followed by how likely a rest is"),
        ("! a", 1, "! belongs to the step before it, and there is none"),
        ("_ a", 1, "_ belongs to the step before it, and there is none"),
        ("a _b", 3, "_ lengthens the step before it where it stands alone"),
        (". a", 1, "this . groups the steps before it, and there are none"),
        ("a b .", 5, "this . is followed by no steps"),
        ("a, b | c", 6, "`,` and `|` do not mix"),
        ("bd $ sn", 4, "$ means nothing here"),
        ("1.2.3", 1, "1.2.3 is neither a number nor a name"),
        ("a c'mim7", 3, "there is no chord 'mim7'; did you mean min7 or dim7?"),
        ("a:c'maj", 3, "after : stands a number or a name, not a chord"),
        ("{a b}%", 7, "% is followed by how many steps a cycle takes"),
        ("[" * 40 + "a", 17, "brackets stand in at most 16 others"),
        ("a" + "(3,8)" * 5 + "(", 27, "this ( is not closed by a )"),
        ("1%0", 1, "1%0 is no number that can be used here"),
        ("a " * 3000, 4001, "a notation has at most 4,000 characters"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_the_column(text: str, column: int, says: str) -> None:
    with pytest.raises(NotationError) as caught:
        pattern(text)
    assert caught.value.column == column
    assert f"column {column} of " in str(caught.value)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_a_text_of_several_lines_names_the_line() -> None:
    with pytest.raises(NotationError, match="line 2, column 9 of ") as caught:
        pattern("bd sn\nhh . cp*")
    assert (caught.value.row, caught.value.column) == (2, 9)


@pytest.mark.parametrize(
    "text",
    ["bd*999", "<a b c>*999", "{a b c}%990", "[a,b,c,d,e,f,g,h]*100", "[a*300]:[0*300]", "0 .. 900",
     "bd? " * 150, "<" + "a b " * 400 + ">", "[" * 6 + "a*9" + "]*1.1" * 6, "[0 .. 30]*30",
     "a*[1 2 3 4 5 6 7 8]*10", "c'maj'100 c'maj'128*5", "a*<" + " ".join(map(str, range(1, 90))) + ">",
     "a(<3 5>,<8 16>,<0 1 2 3>)(3,8)(5,8)", "[~ " * 6 + "a" + "]*1.2" * 6, "<a@0.01 b>*5"],
)  # fmt: skip
def test_the_most_that_can_be_written_is_little_to_compute(text: str) -> None:
    cycles = cycles_of(text)
    for number in range(3):
        assert len(cycles.cycle(number).fragments) <= 2 * MOST_EVENTS
    assert work(cycles) <= 3 * MOST_WORK


def work(cycles: Cycles) -> int:
    """How many fragments all parts of a pattern have computed."""
    found: set[Cycles] = set()
    waiting = [cycles]
    while waiting:
        part = waiting.pop()
        if part not in found:
            found.add(part)
            waiting += part.parts
    return sum(len(cycle.fragments) for part in found for cycle in part._known.values())


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("bd  [ sn sn ]*2", "bd [sn sn]*2"),
        ("a . b c", "[a] [b c]"),
        ("a _ _ b", "a@3 b"),
        ("a ! b!3", "a!2 b!3"),
        ("a!4@2 b", "a@1.25!4 b"),
        ("a@2!3", "a@2!3"),
        ("- a ~b", "~ a ~ b"),
        ("0..4", "0 .. 4"),
        ("a@1%3", "a@1%3"),
        ("{a b , c}%<4 3>", "{a b, c}%<4 3>"),
        ("bd(<3 5>, 8, 2)?0.25", "bd(<3 5>,8,2)?0.25"),
        ("", "~"),
        ("[] <>", "[~] <~>"),
    ],
)
def test_a_notation_is_written_in_one_way(text: str, again: str) -> None:
    assert written(read(text)) == again


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0 -1 2.5 .5 1e3 1%8", [0, -1, 2.5, 0.5, 1000, Fraction(1, 8)]),
        ("bd:3 808:1 c#4 eb3 a-b t", ["bd:3", "808:1", "c#4", "eb3", "a-b", "t"]),
        ("c'min7", [60, 63, 67, 70]),
        ("e4'maj'i", [68, 71, 76]),
        ("0'min7 -3'5", [0, 3, 7, 10, -3, 4]),
        ("c'maj'o c'maj'd1 c'5'4 c'i", [48, 55, 64, 55, 60, 64, 60, 67, 72, 79, 64, 67, 72]),
    ],
)
def test_words_are_numbers_names_notes_and_chords(text: str, values: list[Any]) -> None:
    assert [event.value for event in pattern(text).events()] == values
