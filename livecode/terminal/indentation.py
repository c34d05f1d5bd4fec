"""Indents lines of Python, and lets text that brings its own indentation have it."""

from collections.abc import Sequence

from livecode.syntax.brackets import OpenBracket, follow, tokens

STEP = 4
#: Keys that follow each other faster than this are pasted, since no hand types so fast.
PASTED_WITHIN_S = 0.02
#: So many keys that have come at once are pasted: hands do not type so many while a screen is drawn.
PASTED_AT_ONCE = 32
#: What comes this soon after pasted text is pasted, too.
PASTE_GOES_ON_S = 0.2
_LEAVING = ("return", "raise", "pass", "break", "continue")


def indentation(line: str) -> int:
    """Return the number of blanks at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


def indent_after(lines: Sequence[str]) -> int:
    """Return how many columns the line after these is to be indented.

    The last of `lines` may end at the cursor.
    """
    if not lines or not lines[-1].strip():
        return 0  # a blank line ends a block
    code = "\n".join(lines)
    last_line = len(code) - len(lines[-1])
    opened: list[OpenBracket] = []
    begun = indentation(lines[0])  # of the line that the statement began on
    on_last_line: list[str] = []
    last_row = 0
    for token in tokens(code):
        row = code.count("\n", 0, token.begin)
        if row > last_row and not opened:
            begun = indentation(lines[row])
        last_row = row
        if token.unfinished and token.end == len(code) and "\n" in token.text:
            return indentation(lines[-1])
        follow(opened, token)
        if token.begin >= last_line and not token.is_comment:
            on_last_line.append(token.text)
    if opened:
        return indentation(lines[code.count("\n", 0, opened[-1].at)]) + STEP
    if on_last_line and on_last_line[-1] == ":":
        return begun + STEP
    if on_last_line and on_last_line[0] in _LEAVING:
        return max(0, begun - STEP)
    return begun


class Typing:
    """Tells typed text, which the editor indents, from text that brings its own indentation.

    Text that is pasted key by key, by tmux for instance, is indented already. Some people indent by
    habit. In both cases the automatic indentation gives way.
    """

    def __init__(self) -> None:
        self.pasted = False  # whether the newest character was pasted
        self._typed_s = self._pasted_s = float("-inf")
        self._newline_s = float("-inf")
        #: Row and columns of an automatic indentation that is still untouched.
        self._line: tuple[int, int] | None = None
        self._own_columns = 0  # typed by hand instead of it
        self._brings_own = False

    def paste(self, now_s: float) -> None:
        """Note that many characters were pasted at once."""
        self.pasted, self._line = True, None
        self._typed_s = self._pasted_s = now_s

    def is_pasted(self, keys: int, now_s: float) -> bool:
        """Return whether so many keys that have come at once are pasted."""
        return keys >= PASTED_AT_ONCE or now_s - self._pasted_s < PASTE_GOES_ON_S

    def newline(self, row: int, columns: int, now_s: float) -> None:
        """Note that a line was begun at `row` and indented by so many columns."""
        self._note(now_s)
        self._line = (row, columns) if columns else None
        self._own_columns = 0
        self._newline_s = now_s

    def character(self, text: str, row: int, line: str, now_s: float) -> tuple[int, bool]:
        """Decide on a typed character in a line.

        Returns how many columns before the cursor to delete, and whether to insert the character.
        """
        since_newline_s = now_s - self._newline_s
        was_pasted = self.pasted
        self._note(now_s)
        if self._line is None or (row, line) != (self._line[0], " " * self._line[1]):
            self._line = None
            return 0, True
        columns = self._line[1]
        if text == " " and self._own_columns < columns:
            self._own_columns += 1
            return 0, False
        self._line = None
        pasted = was_pasted and since_newline_s < PASTED_WITHIN_S
        if self._own_columns:
            self._brings_own = True
            return columns - self._own_columns, True
        if pasted and self._brings_own:
            return columns, True
        self._brings_own = False
        return 0, True

    def _note(self, now_s: float) -> None:
        self.pasted = now_s - self._typed_s < PASTED_WITHIN_S
        self._typed_s = now_s
