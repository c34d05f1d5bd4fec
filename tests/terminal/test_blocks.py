"""Dividing a text into blocks and cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.document import Document

from livecode import Session
from livecode.terminal.blocks import (
    block_at,
    blocks,
    cell_at,
    cell_named,
    code_at_cursor,
    divides,
    line_at,
    scene_at,
)

LINES = st.lists(
    st.sampled_from(["", "  ", "a = 1", "    b", "# %% coda", "#%%", "# a remark"])
    | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
    min_size=1,
    max_size=20,
)

SET = """x = 1

# %% first  for=8*s
a = 1
b = 2

def f():
    return 3
# %% second
c = 4
""".splitlines()


@given(LINES)
def test_every_line_belongs_to_one_block_or_divides(lines: list[str]) -> None:
    rows = [row for block in blocks(lines) for row in range(block.first, block.last + 1)]
    assert rows == [row for row, line in enumerate(lines) if not divides(line)]


@given(LINES)
def test_a_block_is_the_same_from_each_of_its_lines(lines: list[str]) -> None:
    for block in blocks(lines):
        for row in range(block.first, block.last + 1):
            assert block_at(lines, row) == block


@given(LINES)
def test_blocks_reach_from_one_divide_to_the_next(lines: list[str]) -> None:
    for block in blocks(lines):
        assert block.first == 0 or divides(lines[block.first - 1])
        assert block.last == len(lines) - 1 or divides(lines[block.last + 1])


@given(LINES, st.integers(0, 19))
def test_a_cell_holds_no_line_that_begins_a_cell(lines: list[str], row: int) -> None:
    cell = cell_at(lines, min(row, len(lines) - 1))
    if cell is not None:
        assert not any(cell_at(lines, r) != cell for r in range(cell.first, cell.last + 1))


@given(LINES)
def test_padding_puts_each_line_where_it_stands_in_the_text(lines: list[str]) -> None:
    for block in blocks(lines):
        padded = block.padded.split("\n")
        assert [line.strip() for line in padded[block.first :]] == [
            line.strip() for line in lines[block.first : block.last + 1]
        ]
        assert not any(padded[: block.first])


def test_the_empty_line_below_a_block_belongs_to_it_for_evaluation() -> None:
    assert block_at(["a = 1", ""], 1) == block_at(["a = 1", ""], 0)
    assert block_at(["a = 1", "", ""], 2) is None
    assert block_at(["# %% coda", ""], 1) is None
    assert block_at(["a = 1", "# %% coda"], 1) is None


def test_cells_are_found_by_cursor_and_by_name() -> None:
    first = cell_named(SET, "first")
    assert first is not None
    assert (first.first, first.last) == (3, 7)
    assert cell_at(SET, 2) == first
    assert cell_at(SET, 0) == block_at(SET, 0)
    assert cell_named(SET, "sec") is None
    assert cell_at(["# %% empty", "", "# %% next"], 0) is None


def test_a_line_alone_is_evaluated_without_its_indentation() -> None:
    line = line_at(SET, 7)
    assert line is not None
    assert line.padded == "\n" * 7 + "return 3"
    assert line_at(SET, 5) is None


def test_the_code_at_the_cursor_is_its_block() -> None:
    text = "a = 1\n\nb = 2\nc = f("
    assert code_at_cursor(Document(text)) == ("b = 2\nc = f(", 12)
    assert code_at_cursor(Document("a = 1\n")) == ("", 0)


def test_a_cell_played_by_itself_waits_for_the_quant_of_its_header_and_fades_as_that_says(
    session: Session,
) -> None:
    tone = "@dsp\ndef tone():\n    return Sine(440, mul=0.2)\n"
    text = f"# %% one\nx = 1\n\n# %% two  fade=2*s quant=1*bars\n{tone}"
    scene, faults = scene_at(text.split("\n"), 5)
    assert scene is not None
    assert faults == ()
    session.advance(0.3)
    assert session.eval(scene.padded).ok  # as F5 has it evaluated
    began_s = session.time
    audio = np.abs(session.advance(4.8)[:, 0])
    first_s = began_s + int(np.flatnonzero(audio > 1e-4)[0]) / 48000
    assert first_s == pytest.approx(2.0, abs=0.03)  # a bar at 120 beats a minute

    def level(time_s: float) -> float:
        begin = round((time_s - began_s) * 48000)
        return float(audio[begin : begin + 4800].max())

    assert level(2.4) < 0.6 * level(4.4)
    assert level(3.4) < 0.97 * level(4.4)
