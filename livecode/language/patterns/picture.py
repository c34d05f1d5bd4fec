"""A bar of a pattern drawn as text: a row for each value, or one for all, a mark where it begins."""

import math
from collections.abc import Iterator
from typing import Any

from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.played import plain

#: A drawing has a mark for each of so many parts of the bar, where the events allow.
COLUMNS = 16
#: More rows than these are not drawn.
_ROWS = 8
_BEGINS, _SOUNDS, _RESTS = "▪", "─", "·"
#: What these are where the bar stands now.
_NOW = {_BEGINS: "■", _SOUNDS: "┼", _RESTS: "│"}


def bar_picture(cycles: Cycles, bar: int = 0, columns: int = COLUMNS) -> list[str]:
    """Rows such as `bd ▪───▪───▪───▪───`: where each value begins and how long it sounds."""
    rows: dict[str, list[str]] = {}
    for value, first, last, begins in _drawn(cycles, bar, columns):
        _draw(rows.setdefault(str(plain(value)), [_RESTS] * columns), first, last, begins)
    width = max(map(len, rows), default=0)
    drawn = [f"{value:<{width}} {''.join(row)}" for value, row in list(rows.items())[:_ROWS]]
    return drawn if len(rows) <= _ROWS else [*drawn, f"… and {len(rows) - _ROWS} more"]


def bar_row(cycles: Cycles, at: float, columns: int = COLUMNS) -> str:
    """One row, `▪───▪──┼▪───▪───`: where something begins in the bar `at`, and where that stands in it."""
    bar = math.floor(at)
    row = [_RESTS] * columns
    for _, first, last, begins in _drawn(cycles, bar, columns):
        _draw(row, first, last, begins)
    here = min(int((at - bar) * columns), columns - 1)
    row[here] = _NOW[row[here]]
    return "".join(row)


def _drawn(cycles: Cycles, bar: int, columns: int) -> Iterator[tuple[Any, int, int, bool]]:
    """Yield (value, first column, last column, whether it begins there) of each event of a bar."""
    grid, fragments = cycles.cycle(bar)
    for begin, _, start, stop, value, _ in fragments:
        yield value, start * columns // grid, -(-stop * columns // grid), begin == start


def _draw(row: list[str], first: int, last: int, begins: bool) -> None:
    for column in range(first, last):
        if row[column] == _RESTS:
            row[column] = _SOUNDS
    if begins:
        row[first] = _BEGINS
