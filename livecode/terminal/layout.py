"""Lays out the screen: messages above, the editor below, the status bar at the foot."""

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    VSplit,
    Window,
)
from prompt_toolkit.layout.containers import ScrollOffsets, WindowRenderInfo
from prompt_toolkit.layout.margins import Margin
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import (
    BeforeInput,
    HighlightMatchingBracketProcessor,
    HighlightSelectionProcessor,
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.lexers import Lexer

from livecode.terminal.cue_list import LIST_COLUMNS
from livecode.terminal.editor import Editor
from livecode.terminal.output import Output, OutputControl
from livecode.terminal.signatures import Signature

#: The keys that stay in sight, as many as there is room for.
KEYS_IN_TITLE = (
    "Alt+Enter play · Alt+. fade out · F12 silence · F1 help · F8 next scene",
    "Alt+Enter play · Alt+. fade out · F12 silence · F1 help",
    "Alt+Enter play · F12 silence · F1 help",
    "Alt+Enter play · F1 help",
    "F1 help",
)
#: Rows in which a search through the history shows a block.
PREVIEW_ROWS = 6
#: The editor keeps so many rows, however long a text is shown above it.
EDITOR_ROWS = 4
Text = Callable[[], AnyFormattedText]


def _rows_wanted(output: Output) -> int:
    """Return the rows that a long text needs beyond the messages' share of the screen; 1 if it fits."""
    share = get_app().output.get_size().rows // 4
    return output.wanted_rows if output.wanted_rows > share else 1


class MarksMargin(Margin):
    """Shows the mark and the number of each line."""

    def __init__(self, editor: Editor):
        self._editor = editor

    def get_width(self, get_ui_content: Callable[[], UIContent]) -> int:
        """Return the columns for glyph, blank, number and blank."""
        return len(str(get_ui_content().line_count)) + 3

    def create_margin(
        self, window_render_info: WindowRenderInfo, width: int, height: int
    ) -> StyleAndTextTuples:
        """Return a row for each row of text; of a wrapped line, only the first has a number."""
        rows: StyleAndTextTuples = []
        previous = None
        for row in window_render_info.displayed_lines:
            if row != previous:
                mark = self._editor.marks[row]
                if mark is not None:
                    rows.append((f"class:mark.{mark.evaluation.state.value}", mark.glyph))
                else:
                    rows.append(("", " "))
                here = ".current" if row == self._editor.row else ""
                rows.append((f"class:line-number{here}", f"{row + 1:>{width - 2}} "))
            rows.append(("", "\n"))
            previous = row
        return rows


class Flash(Processor):
    """Lights up the lines that have just been evaluated, up to the edge of the screen."""

    def __init__(self, editor: Editor):
        self._editor = editor

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Return a line as it is, or lit up."""
        fragments = transformation_input.fragments
        mark = self._editor.marks[transformation_input.lineno]
        if mark is None or not mark.evaluation.flashing:
            return Transformation(fragments)
        lit: StyleAndTextTuples = [(f"{style} class:flash", text) for style, text, *_ in fragments]
        used = sum(len(text) for _, text, *_ in fragments)
        width = transformation_input.width
        return Transformation([*lit, ("class:flash", " " * max(0, width - used - 1))])


def title_line(
    title: str, unsaved: bool, rows_below: int, signature: Signature, columns: int
) -> StyleAndTextTuples:
    """Return the line between messages and text.

    It shows the file, how many rows of messages are out of sight, and the signature of the call at the
    cursor; while there is none, the keys that are needed most.
    """
    fragments: StyleAndTextTuples = [
        ("class:title", "─ "),
        ("class:title.name", title),
        ("class:title.unsaved", " • " if unsaved else " "),
    ]
    if rows_below:
        fragments.append(("class:title.more", f" ↓ {rows_below} more: PgDn "))
    room = columns - sum(len(text) for _, text, *_ in fragments)
    if signature.text and room > 10:
        shown = signature.cut(room - 5)
        rule = "─" * (room - len(shown.text) - 4)
        return [
            *fragments,
            ("class:title", f"{rule} "),
            ("class:title.signature", shown.text[: shown.begin]),
            ("class:title.argument", shown.text[shown.begin : shown.end]),
            ("class:title.signature", shown.text[shown.end :]),
            ("class:title", " ──"),
        ]
    keys = next((each for each in KEYS_IN_TITLE if len(each) + 6 <= room), "")
    if not keys:
        return [*fragments, ("class:title", "─" * max(0, room))]
    return [*fragments, ("class:title", f"{'─' * (room - len(keys) - 4)} {keys} ──")]


def terminal_layout(
    editor: Editor,
    output: Output,
    search: Buffer,
    highlighting: Lexer,
    lit_tokens: Processor,
    title: Text,
    status: Text,
    preview: Text,
    cues: Text = lambda: "",
    cue_line: Text = lambda: "",
    ways_out: Text = lambda: "",
) -> Layout:
    """Return the layout of the screen.

    `title`, `status`, `preview`, `cues`, `cue_line` and `ways_out` are called for the text of these
    places. The places of the last three disappear while they have no text.
    """
    searching = has_focus(search)
    text = Window(
        BufferControl(
            editor.buffer,
            lexer=highlighting,
            input_processors=[
                HighlightSelectionProcessor(),
                HighlightMatchingBracketProcessor(chars="[](){}"),
                lit_tokens,
                Flash(editor),
            ],
            include_default_input_processors=False,
        ),
        left_margins=[MarksMargin(editor)],
        wrap_lines=True,
        scroll_offsets=ScrollOffsets(top=1, bottom=1),
        height=lambda: Dimension(
            min=1, preferred=EDITOR_ROWS if _rows_wanted(output) > 1 else 1, weight=3
        ),
    )
    # Heights are shares of the screen, so that the pane of messages keeps its size; for a text that
    # is shown, it grows as far as the editor can do without.
    messages = Window(
        OutputControl(output),
        height=lambda: Dimension(min=0, preferred=_rows_wanted(output), weight=2),
    )
    beside = ConditionalContainer(
        Window(
            FormattedTextControl(cues), width=LIST_COLUMNS, height=Dimension(min=0, preferred=1)
        ),
        filter=Condition(lambda: bool(cues())),
    )
    line, ways = (
        ConditionalContainer(
            Window(FormattedTextControl(shown), height=1, style="class:status", wrap_lines=False),
            filter=Condition(lambda shown=shown: bool(shown())),  # type: ignore[misc]
        )
        for shown in (cue_line, ways_out)
    )
    search_rows = HSplit(
        [
            Window(FormattedTextControl(preview), height=Dimension(max=PREVIEW_ROWS)),
            Window(
                BufferControl(
                    search,
                    input_processors=[BeforeInput("history: ", style="class:history.prompt")],
                ),
                height=1,
            ),
        ]
    )
    body = FloatContainer(
        HSplit(
            [
                VSplit([messages, beside], padding=1),
                Window(
                    FormattedTextControl(title),
                    height=Dimension(min=0, preferred=1, max=1),
                    style="class:title",
                ),
                text,
                ConditionalContainer(search_rows, filter=searching),
                line,
                ways,
                Window(
                    FormattedTextControl(status),
                    height=Dimension(min=0, preferred=2, max=2),
                    style="class:status",
                    wrap_lines=False,
                ),
            ],
        ),
        floats=[
            Float(
                xcursor=True,
                ycursor=True,
                content=CompletionsMenu(max_height=8, scroll_offset=1),
            )
        ],
    )
    return Layout(body, focused_element=text)
