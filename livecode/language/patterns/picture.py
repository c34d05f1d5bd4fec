"""A bar of a pattern drawn as text: a row for each value, a mark where it begins."""

from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.played import plain

#: A drawing has a mark for each of so many parts of the bar, where the events allow.
COLUMNS = 16
#: More rows than these are not drawn.
_ROWS = 8
_BEGINS, _SOUNDS, _RESTS = "▪", "─", "·"
#: What these are where the bar stands now.
_NOW = {_BEGINS: "■", _SOUNDS: "┼", _RESTS: "│"}


def bar_picture(
    cycles: Cycles, bar: int = 0, columns: int = COLUMNS, now: float | None = None
) -> list[str]:
    """Rows such as `bd ▪───▪──┼▪───▪───`: where each value begins and how long it sounds.

    `now`: how much of the bar is over, 0 to 1, which a sign in each row shows.
    """
    grid, fragments = cycles.cycle(bar)
    rows: dict[str, list[str]] = {}
    for begin, _, start, stop, value, _ in fragments:
        row = rows.setdefault(str(plain(value)), [_RESTS] * columns)
        first, last = start * columns // grid, -(-stop * columns // grid)
        for column in range(first, last):
            if row[column] == _RESTS:
                row[column] = _SOUNDS
        if begin == start:
            row[first] = _BEGINS
    if now is not None:
        here = min(int(now * columns), columns - 1)
        for row in rows.values():
            row[here] = _NOW[row[here]]
    width = max(map(len, rows), default=0)
    drawn = [f"{value:<{width}} {''.join(row)}" for value, row in list(rows.items())[:_ROWS]]
    return drawn if len(rows) <= _ROWS else [*drawn, f"… and {len(rows) - _ROWS} more"]
