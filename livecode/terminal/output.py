"""The pane above the editor: messages, results and errors, with the newest at the bottom."""

import re
from collections import deque
from collections.abc import Callable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.utils import get_cwidth

#: Older messages are dropped, so that a long night does not fill the memory.
MOST_MESSAGES = 1000
#: Limits for one message, since a block may print without end.
MOST_LINES_AT_ONCE = 200
MOST_CHARACTERS_AT_ONCE = 20_000
MOST_COLUMNS = 2000
#: The same sentence is counted, where it may come often, if it is among so many messages.
AGAIN_WITHIN = 12
#: A text of more rows than this is long: the pane grows for it.
SHORT_ROWS = 3
#: A long text may have so many rows of a small screen, with what is said below it.
MOST_WANTED_ROWS = 20
#: Sequences of terminals: colours and cursor moves (ECMA-48), titles and links, and those of two signs.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]+[0-~]"
)


class Output:
    """Messages, wrapped to the width of the pane."""

    def __init__(self, on_change: Callable[[], None]):
        self._on_change = on_change
        self.messages: deque[tuple[str, str]] = deque(maxlen=MOST_MESSAGES)  # (style, line)
        self.rows: list[tuple[str, str]] = []
        self._width, self._height = 80, 1
        self._unfinished = False  # the newest message is printed text whose line has not ended
        self.below = 0  # rows that are out of sight at the bottom
        self._page: int | None = None  # the row that the long text shown last begins with
        self._pinned = False  # whether that row is to stay in sight
        self._read = False  # whether it is being read: nothing else has been played since

    def say(self, text: str, style: str = "class:output.plain") -> None:
        """Show a message; each of its lines is wrapped by itself."""
        self._unfinished = False
        for line in _bounded(text):
            self._append(style, line)
        self._on_change()

    def say_again(self, text: str, style: str = "class:output.plain") -> None:
        """Show a message of one line; the same one among the newest few is counted and moves down."""
        (line,) = _bounded(text)[:1]
        counted = re.compile(rf"{re.escape(line)}(?: \(×(\d+)\))?")
        for at in range(len(self.messages) - 1, max(-1, len(self.messages) - 1 - AGAIN_WITHIN), -1):
            if found := counted.fullmatch(self.messages[at][1]):
                self._take_out(at)
                line = f"{line} (×{int(found[1] or 1) + 1})"
                break
        self.say(line, style)

    def show(self, text: str, style: str = "class:output.plain") -> None:
        """Show a text whose beginning stays in sight however long it is."""
        before = len(self.rows)
        self.to_end()
        self.say(text, style)
        if len(self.rows) - before > SHORT_ROWS:
            self._page, self._pinned, self._read = before, True, True
            self.below = max(0, len(self.rows) - before - self._height)

    @property
    def wanted_rows(self) -> int:
        """The rows that hold the long text shown last and what was said since, as many as it may have.

        They are 1 where that is too much, and something else has been played since.
        """
        rows = 1 if self._page is None else len(self.rows) - self._page
        return min(rows, MOST_WANTED_ROWS) if self._read or rows <= MOST_WANTED_ROWS else 1

    def print(self, text: str, style: str = "class:output.plain") -> None:
        """Show text that a block prints; its lines may come in pieces."""
        lines = _bounded(text)
        if self._unfinished and lines:
            before = self.messages.pop()
            self._forget_rows(len(wrap(before[1], self._width)))
            lines[0] = (before[1] + lines[0])[:MOST_COLUMNS]
        for line in lines:
            self._append(style, line)
        self._unfinished = not text.endswith("\n")
        self._on_change()

    def to_end(self) -> None:
        """Scroll down to the newest message."""
        self.below, self._pinned, self._read = 0, False, False

    def scroll(self, pages: int) -> None:
        """Scroll down by so many pages; a negative number scrolls up."""
        step = max(1, self._height - 1)
        most = max(0, len(self.rows) - self._height)
        self.below, self._pinned = min(max(0, self.below - pages * step), most), False
        self._on_change()

    def visible(self, width: int, height: int) -> list[tuple[str, str]]:
        """Return the rows to show as (style, text), `height` of them at most."""
        if width != self._width:
            self._width = width
            former, self.rows = len(self.rows), []
            for message in self.messages:
                self.rows += self._wrapped(*message)
            if self._page is not None:
                self._page = max(0, self._page + len(self.rows) - former)
        self._height = height
        if self._pinned and self._page is not None:
            self.below = max(0, len(self.rows) - self._page - height)
        self.below = min(self.below, max(0, len(self.rows) - height))
        end = len(self.rows) - self.below
        return self.rows[max(0, end - height) : end]

    def _append(self, style: str, line: str) -> None:
        if len(self.messages) == MOST_MESSAGES:
            self._forget_rows(len(wrap(self.messages[0][1], self._width)), oldest=True)
        self.messages.append((style, line))
        rows = self._wrapped(style, line)
        self.rows.extend(rows)
        if self.below:  # a reader further up stays in place
            self.below += len(rows)

    def _take_out(self, at: int) -> None:
        """Remove one message and its rows."""
        before = sum(len(wrap(line, self._width)) for _, line in list(self.messages)[at + 1 :])
        count = len(wrap(self.messages[at][1], self._width))
        end = len(self.rows) - before
        del self.messages[at], self.rows[end - count : end]
        if self._page is not None and end <= self._page:
            self._page -= count
        self.below = max(0, self.below - count) if before < self.below else self.below

    def _wrapped(self, style: str, line: str) -> list[tuple[str, str]]:
        return [(style, row) for row in wrap(line, self._width)]

    def _forget_rows(self, count: int, oldest: bool = False) -> None:
        if oldest:
            del self.rows[:count]
            if self._page is not None:
                self._page = max(0, self._page - count)
        else:
            del self.rows[len(self.rows) - count :]


class OutputControl(UIControl):
    """The control that draws an `Output`."""

    def __init__(self, output: Output):
        self._output = output

    def create_content(self, width: int, height: int) -> UIContent:
        """Return the visible rows, at the bottom of the pane."""
        rows = self._output.visible(width, height)
        blank = height - len(rows)

        def line(index: int) -> StyleAndTextTuples:
            return [rows[index - blank]] if index >= blank else []

        return UIContent(get_line=line, line_count=height, show_cursor=False)

    def is_focusable(self) -> bool:
        """Return False: the cursor stays in the editor."""
        return False


def wrap(line: str, width: int) -> list[str]:
    """Break a line into rows of at most `width` columns, between words where possible."""
    if line.isascii() and len(line) <= width:
        return [line]
    rows: list[str] = []
    row, columns, space = "", 0, -1
    for character in line:
        wide = get_cwidth(character)
        if columns + wide > width and row:
            if character == " ":
                space = len(row)
            if space > len(row) // 2:
                rows.append(row[:space])
                row = row[space + 1 :]
            else:
                rows.append(row)
                row = ""
            columns, space = get_cwidth(row), -1
            if character == " " and not row:
                continue
        if character == " ":
            space = len(row)
        row += character
        columns += wide
    return [*rows, row]


def _bounded(text: str) -> list[str]:
    """Return the lines of a message, within the limits for one message."""
    if len(text) > MOST_CHARACTERS_AT_ONCE:  # first, since all else takes time for each character
        text = "… " + text[-MOST_CHARACTERS_AT_ONCE:]
    lines = [line[:MOST_COLUMNS] for line in _printable(text).split("\n")]
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if len(lines) > MOST_LINES_AT_ONCE:
        left_out = len(lines) - MOST_LINES_AT_ONCE
        lines = [f"… {left_out} lines left out", *lines[-MOST_LINES_AT_ONCE:]]
    return lines


def _printable(text: str) -> str:
    """Return the text without tabs, colours and control characters, which would move the cursor."""
    text = _ESCAPES.sub("", text)
    text = text.replace("\t", "    ").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c == "\n" or c.isprintable() or ord(c) > 0x9F)
