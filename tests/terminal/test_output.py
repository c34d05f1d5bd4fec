"""The pane of messages."""

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from livecode.terminal.output import MOST_LINES_AT_ONCE, MOST_MESSAGES, Output, OutputControl, wrap


def pane() -> Output:
    return Output(lambda: None)


def rows(output: Output, width: int = 20, height: int = 5) -> list[str]:
    return [text for _, text in output.visible(width, height)]


def test_the_newest_message_is_at_the_bottom() -> None:
    output = pane()
    for number in range(9):
        output.say(f"message {number}")
    assert rows(output, height=2) == ["message 7", "message 8"]
    content = OutputControl(output).create_content(20, 12)
    assert content.line_count == 12
    assert [len(content.get_line(row)) for row in (0, 2, 3, 11)] == [0, 0, 1, 1]


def test_paging_up_and_down_ends_at_the_ends() -> None:
    output = pane()
    for number in range(12):
        output.say(str(number))
    rows(output)
    output.scroll(-1)
    assert rows(output) == ["3", "4", "5", "6", "7"]
    output.scroll(-9)
    assert rows(output) == ["0", "1", "2", "3", "4"]
    output.scroll(+9)
    assert rows(output) == ["7", "8", "9", "10", "11"]


def test_who_reads_further_up_is_not_moved_by_new_messages() -> None:
    output = pane()
    for number in range(12):
        output.say(str(number))
    rows(output)
    output.scroll(-1)
    before = rows(output)
    output.say("new")
    assert rows(output) == before
    assert output.below == 5


def test_a_long_help_is_shown_from_its_beginning() -> None:
    output = pane()
    rows(output)
    output.say("before")
    output.show("\n".join(map(str, range(9))))
    assert rows(output) == ["0", "1", "2", "3", "4"]
    output.show("short")
    assert rows(output)[-1] == "short"


def test_text_printed_in_pieces_is_put_together() -> None:
    output = pane()
    output.print("one ")
    output.print("line\nand")
    output.print(" another\n")
    output.print("third")
    output.say("a message")
    assert rows(output) == ["one line", "and another", "third", "a message"]


def test_what_is_printed_without_end_is_cut_and_forgotten() -> None:
    output = pane()
    output.print("x\n" * 5000)
    assert len(output.messages) == MOST_LINES_AT_ONCE + 1
    for _ in range(MOST_MESSAGES):
        output.say("word " * 9)
    rows(output, 20)
    output.say("word " * 9)
    assert len(output.rows) == len(output.messages) * len(wrap("word " * 9, 20))


def test_control_characters_do_not_reach_the_screen() -> None:
    output = pane()
    output.say("\x1b[31mred\x07\tand\x00")
    assert rows(output) == ["red    and"]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80), st.integers(2, 30))
def test_no_row_is_wider_than_the_pane_and_no_letter_is_lost(line: str, width: int) -> None:
    wrapped = wrap(line, width)
    assert all(get_cwidth(row) <= width for row in wrapped)
    assert "".join(wrapped).replace(" ", "") == line.replace(" ", "")


def test_lines_break_between_words() -> None:
    assert wrap("a line of seven words to wrap", 12) == ["a line of", "seven words", "to wrap"]
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_colours_links_and_titles_of_tools_are_left_out() -> None:
    output = Output(lambda: None)
    output.print(
        "\x1b[1;32mok\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1b(B\x1b[2K\x9b31mred\n"
    )
    assert output.messages[-1][1] == "ok link red"


def test_a_sentence_that_comes_again_and_again_is_counted() -> None:
    output = pane()
    rows(output, 20)
    late = "↺ fill: it came too late for its line"
    for between in ("one", "two", "a message of more than one row"):
        output.say_again(late)
        output.say(between)
    output.say_again(late)
    said = [line for _, line in output.messages]
    assert said == ["one", "two", "a message of more than one row", f"{late} (×4)"]
    assert rows(output, 20, 9) == [row for line in said for row in wrap(line, 20)]
    output.say_again("↺ other")
    assert output.messages[-1][1] == "↺ other"
