"""Divides a text: blocks stand between blank or `# %%` lines, and cells between `# %%` lines."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit.document import Document

from livecode.sets.cells import cells
from livecode.sets.set_file import Fault, Scene, parse_set

_CELL = re.compile(r"#\s*%%")


@dataclass(frozen=True)
class TextBlock:
    """Lines `first` to `last` of a text, both included, counted from 0.

    `text` is their code without the indentation that they share.
    """

    first: int
    last: int
    text: str

    @property
    def padded(self) -> str:
        """The code after as many blank lines as stand above it, so that errors name the right line."""
        return "\n" * self.first + self.text


def begins_cell(line: str) -> bool:
    """Return whether a line begins a cell, as `# %% coda` does."""
    return _CELL.match(line) is not None


def divides(line: str) -> bool:
    """Return whether a line stands between blocks and belongs to none."""
    return not line.strip() or begins_cell(line)


def block_at(lines: Sequence[str], row: int) -> TextBlock | None:
    """Return the block that line `row` is in.

    On a blank line it is the block that ends just above. None if there is none.
    """
    if divides(lines[row]):
        row -= 1
        if row < 0 or divides(lines[row]) or begins_cell(lines[row + 1]):
            return None
    first = last = row
    while first > 0 and not divides(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and not divides(lines[last + 1]):
        last += 1
    return _block(lines, first, last)


def cell_at(lines: Sequence[str], row: int) -> TextBlock | None:
    """Return the cell that line `row` is in, without its `# %%` line; None if the cell is empty."""
    header = row
    while header >= 0 and not begins_cell(lines[header]):
        header -= 1
    first = header + 1
    last = first
    while last < len(lines) and not begins_cell(lines[last]):
        last += 1
    last -= 1
    while first <= last and not lines[first].strip():
        first += 1
    while first <= last and not lines[last].strip():
        last -= 1
    return _block(lines, first, last) if first <= last else None


def cell_named(lines: Sequence[str], name: str) -> TextBlock | None:
    """Return the cell of the scene of that name; None if there is none."""
    for cell in cells("\n".join(lines))[1:]:
        if cell.name == name:
            return cell_at(lines, cell.line - 1)
    return None


def first_cell(lines: Sequence[str]) -> TextBlock | None:
    """Return the first cell below a `# %%` line that is not empty; None if there is none."""
    headers = (row for row, line in enumerate(lines) if begins_cell(line))
    return next((cell for row in headers if (cell := cell_at(lines, row)) is not None), None)


def scene_at(lines: Sequence[str], row: int) -> tuple[Scene | None, tuple[Fault, ...]]:
    """Return the scene that line `row` is in, and what is wrong in its header.

    (None, ()) above the first `# %%` line.
    """
    header = row
    while header >= 0 and not begins_cell(lines[header]):
        header -= 1
    if header < 0:
        return None, ()
    found = parse_set("\n".join(lines), Path("text"))
    for scene in found.scenes:
        if scene.first_line == header + 2:
            mine = [fault for fault in found.faults if fault.scene == scene.name]
            return scene, () if scene.broken else tuple(mine)
    return None, ()


def line_at(lines: Sequence[str], row: int) -> TextBlock | None:
    """Return line `row` alone as a block; None if nothing is on it."""
    return None if divides(lines[row]) else _block(lines, row, row)


def blocks(lines: Sequence[str]) -> list[TextBlock]:
    """Return all blocks of a text, in order."""
    found = []
    row = 0
    while row < len(lines):
        if divides(lines[row]):
            row += 1
            continue
        block = block_at(lines, row)
        assert block is not None
        found.append(block)
        row = block.last + 1
    return found


def code_at_cursor(document: Document) -> tuple[str, int]:
    """Return the code of the block at the cursor, and the cursor's position in that code.

    Where there is no block, the line stands in for it.
    """
    row, column = document.cursor_position_row, document.cursor_position_col
    block = block_at(document.lines, row)
    if block is None or not block.first <= row <= block.last:
        return document.current_line, column
    lines = document.lines[block.first : block.last + 1]
    return "\n".join(lines), sum(len(line) + 1 for line in lines[: row - block.first]) + column


def _block(lines: Sequence[str], first: int, last: int) -> TextBlock:
    """Return the lines `first` to `last`, both included, as a block."""
    return TextBlock(first, last, textwrap.dedent("\n".join(lines[first : last + 1])))
