"""Lights tokens up where the text shows them: as it is drawn, and in between, when drawing costs too much."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from prompt_toolkit.application import Application
from prompt_toolkit.layout import Window
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.screen import Char, Screen
from prompt_toolkit.layout.utils import explode_text_fragments

from livecode.terminal.lights import Lit
from livecode.terminal.marks import Marks

#: The style that is added to that of a token.
LIT = " class:lit"
#: What stands above the text.
_HIDING = "completion-menu"
_SAVE_CURSOR, _RESTORE_CURSOR = "\x1b7", "\x1b8"


class LitTokens(Processor):
    """Shows which tokens of the text sound."""

    def __init__(self, marks: Marks):
        """`marks` are those of the text."""
        self._marks = marks
        self._lit: frozenset[Lit] = frozenset()
        self._app: Application[None] | None = None
        self._window: Window | None = None
        self._drawn = -1  # the version of the marks when the text was drawn last

    def appear_on(self, app: Application[None], window: Window) -> None:
        """Be shown in this window, whose input this processes."""
        self._app, self._window = app, window

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Return a line as it is, or with some of it lit up."""
        self._drawn = self._marks.version
        fragments = transformation_input.fragments
        lit = [each for each in self._lit if each.row == transformation_input.lineno]
        if lit:
            fragments = explode_text_fragments(fragments)
            for each in lit:
                for column in range(each.first, min(each.last, len(fragments))):
                    style, text, *_ = fragments[column]
                    fragments[column] = (f"{style}{LIT}", text)
        return Transformation(fragments)

    def show(self, lit: frozenset[Lit]) -> None:
        """Light up these tokens and no others; those in sight at once, without drawing anything else.

        A token that is not where it was drawn last is left to the next drawing.
        """
        off, on, self._lit = self._lit - lit, lit - self._lit, lit
        if self._app is None or not self._app.is_running or self._drawn != self._marks.version:
            return
        screen = self._app.renderer.last_rendered_screen
        if screen is None:
            return
        runs = [*self._runs(screen, off, lit=False), *self._runs(screen, on, lit=True)]
        if not runs:
            return
        output, attributes = self._app.output, self._app.renderer.style.get_attrs_for_style_str
        output.write_raw(_SAVE_CURSOR)
        for y, x, text, style in runs:
            output.cursor_goto(y + 1, x + 1)
            output.set_attributes(attributes(style), self._app.color_depth)
            output.write(text)
            for place, character in enumerate(text, start=x):
                screen.data_buffer[y][place] = Char(character, style)
        output.write_raw(_RESTORE_CURSOR)
        output.flush()

    def _runs(
        self, screen: Screen, tokens: Iterable[Lit], lit: bool
    ) -> Iterator[tuple[int, int, str, str]]:
        """Yield (y, x, text, style) of what is to be written, each in one style."""
        for y, places in self._places(screen, tokens):
            row = screen.data_buffer[y]
            for style, run in groupby(places, key=lambda x: row[x].style):
                cells = list(run)
                text = "".join(row[x].char for x in cells)
                dark = style.replace(LIT, "")
                yield y, cells[0], text, f"{dark}{LIT}" if lit else dark

    def _places(self, screen: Screen, tokens: Iterable[Lit]) -> Iterator[tuple[int, list[int]]]:
        """Yield the row and the columns of each token on the screen, unless something hides it."""
        assert self._window is not None
        info = self._window.render_info
        window = screen.visible_windows_to_write_positions.get(self._window)
        if info is None or window is None:
            return
        begins: dict[int, list[tuple[int, int]]] = {}  # row of the text -> (column, row in sight)
        for shown, (row, column) in info.visible_line_to_row_col.items():
            begins.setdefault(row, []).append((column, shown))
        left = window.xpos + window.width - info.window_width
        for token in sorted(tokens):
            for column, shown in begins.get(token.row, ()):
                first = max(token.first, column)
                last = min(token.last, column + info.window_width)
                cells = screen.data_buffer[window.ypos + shown]
                places = [left + at - column for at in range(first, last)]
                text = "".join(cells[x].char for x in places)
                hidden = any(_HIDING in cells[x].style for x in places)
                if text and text == self._marks.lines[token.row][first:last] and not hidden:
                    yield window.ypos + shown, places
