"""Posts the text around the cursor, its marks and lit tokens for the stage page, while somebody watches."""

from livecode.terminal.editor import Editor
from livecode.terminal.lights import Lights
from livecode.terminal.marks import LineMark, MarkState
from livecode.terminal.text_file import TextFile
from livecode.transport import Arena
from livecode.transport.stage import LitSpan, MarkedLine, ShownText, encode_stage

#: So many lines before and after the cursor are posted, each up to so many columns.
MOST_LINES, MOST_COLUMNS = 60, 200
#: So many lit tokens are posted, those that begin first.
MOST_LIGHTS = 600


class ShownPage:
    """What the room sees of the editor."""

    def __init__(self, arena: Arena, editor: Editor, file: TextFile, lights: Lights):
        """`file` is that of the text, and `lights` knows which of its tokens sound when."""
        self._arena, self._editor, self._file, self._lights = arena, editor, file, lights
        self._posted: ShownText | None = None

    def post(self) -> None:
        """Post what has changed, if somebody watches."""
        if not self._arena.header.viewers:
            self._posted = None
            return
        page = self._page()
        if page != self._posted:
            self._posted = page
            self._arena.page.post(encode_stage(page))

    def _page(self) -> ShownText:
        document = self._editor.buffer.document
        row, lines = document.cursor_position_row, document.lines
        first, end = max(0, row - MOST_LINES), min(len(lines), row + MOST_LINES + 1)
        marks = self._editor.marks
        spans = [
            LitSpan(light.begin, light.end, light.lit.row, light.lit.first, light.lit.last)
            for light in self._lights.coming
            if first <= light.lit.row < end
        ]
        return ShownText(
            self._file.title,
            first,
            tuple(line[:MOST_COLUMNS] for line in lines[first:end]),
            row,
            document.cursor_position_col,
            tuple(_marked(at, mark) for at in range(first, end) if (mark := marks[at]) is not None),
            tuple(sorted(spans, key=lambda span: span.begin)[:MOST_LIGHTS]),
        )


def _marked(row: int, mark: LineMark) -> MarkedLine:
    state = mark.evaluation.state
    shown = "edited" if mark.edited and state is MarkState.LIVE else state.value
    return MarkedLine(row, shown, mark.evaluation.number)
