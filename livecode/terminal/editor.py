"""The text that is edited: its buffer, its marks, and the changes that keys make to lines."""

import re
from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import DummyHistory

from livecode.terminal.blocks import (
    TextBlock,
    begins_cell,
    block_at,
    blocks,
    cell_at,
    code_at_cursor,
    line_at,
)
from livecode.terminal.indentation import STEP, Typing, indent_after, indentation
from livecode.terminal.marks import Marks


class Editor:
    """One text of Python. Evaluating leaves it as it is."""

    def __init__(self, text: str, completer: Completer, now_s: Callable[[], float]):
        """`now_s` is a clock in seconds, by which typed text is told from pasted text."""
        self._now_s = now_s
        self._typing = Typing()
        self.buffer = Buffer(
            name="editor",
            multiline=True,
            completer=completer,
            complete_while_typing=Condition(lambda: not self._typing.pasted),
            history=DummyHistory(),
            accept_handler=lambda _: True,  # keeps the text
            document=Document(text, len(text)),
            on_text_changed=lambda buffer: self.marks.follow(buffer.document.lines),
        )
        self.marks = Marks(self.buffer.document.lines)

    def go_to_row(self, row: int) -> None:
        """Put the cursor at the beginning of a line, counted from 0."""
        document = self.buffer.document
        self.buffer.cursor_position = document.translate_row_col_to_index(row, 0)

    @property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.buffer.document.lines

    @property
    def row(self) -> int:
        """The line that the cursor is in, from 0."""
        return self.buffer.document.cursor_position_row

    def block(self) -> TextBlock | None:
        """Return the block at the cursor, if there is one."""
        return block_at(self.lines, self.row)

    def why_no_block(self) -> str:
        """Return why there is no block at the cursor, in a sentence."""
        if begins_cell(self.lines[self.row]):
            return "this line begins a scene: F5 plays its cell, F6 goes to the scene, and F8 to the next one"
        return "the cursor is in no block"

    def cell(self) -> TextBlock | None:
        """Return the cell at the cursor, if there is one."""
        return cell_at(self.lines, self.row)

    def line(self) -> TextBlock | None:
        """Return the line at the cursor as a block, unless it is blank."""
        return line_at(self.lines, self.row)

    def code_at_cursor(self) -> tuple[str, int]:
        """Return the code of the block at the cursor, or its line, and the cursor's position in it."""
        return code_at_cursor(self.buffer.document)

    def on_name(self) -> bool:
        """Return whether the cursor touches a name or a number."""
        document = self.buffer.document
        around = document.char_before_cursor + document.current_char
        return any(character.isalnum() or character == "_" for character in around)

    def type(self, text: str) -> None:
        """Type characters at the cursor; automatic indentation gives way to what is typed.

        A quote that the chosen completion has just written is not written twice.
        """
        document, menu = self.buffer.document, self.buffer.complete_state
        chosen = None if menu is None else menu.current_completion
        if chosen is not None and text in ('"', "'") and chosen.text.endswith(text):
            self.buffer.complete_state = None
            return
        back, put_in = self._typing.character(text, self.row, document.current_line, self._now_s())
        self.buffer.delete_before_cursor(back)
        if put_in:
            self.buffer.insert_text(text, overwrite=False)

    def paste_keys(self, text: str) -> bool:
        """Insert text that has come as keys, if it is pasted: as it is, and at once. Return whether it is.

        Line ends may be those of any system.
        """
        if not self._typing.is_pasted(len(text), self._now_s()):
            return False
        self._typing.paste(self._now_s())
        self.buffer.insert_text(text.replace("\r\n", "\n").replace("\r", "\n"))
        self._typing.paste(self._now_s())  # inserting much takes time
        return True

    def newline(self) -> None:
        """End the line, and indent the next one as Python needs it."""
        document = self.buffer.document
        before = document.current_line_before_cursor
        if not document.current_line.strip():
            self.buffer.cursor_position -= len(before)
            self.buffer.delete(len(document.current_line))
            columns = 0
        else:
            block = self.block()
            first = block.first if block is not None else self.row
            columns = indent_after([*self.lines[first : self.row], before])
        rest = self.buffer.document.current_line_after_cursor
        self.buffer.delete(len(rest) - len(rest.lstrip(" ")))
        self.buffer.insert_text("\n" + " " * columns)
        self._typing.newline(self.row, columns, self._now_s())

    def indent(self) -> None:
        """Insert blanks up to the next column that is a multiple of four, or move selected lines right."""
        if self.buffer.selection_state is not None:
            self._change_lines(lambda line: " " * STEP + line if line.strip() else line)
        else:
            column = self.buffer.document.cursor_position_col
            self.buffer.insert_text(" " * (STEP - column % STEP))

    def dedent(self) -> None:
        """Move the line, or the selected lines, left by up to four columns."""
        self._change_lines(lambda line: line[min(STEP, indentation(line)) :])

    def toggle_comment(self) -> None:
        """Comment out the line or the selected lines; uncomment them if all are comments."""
        first, last = self._selected()
        lines = [line for line in self.lines[first : last + 1] if line.strip()]
        if all(line.lstrip().startswith("#") for line in lines):
            self._change_lines(lambda line: re.sub(r"^(\s*)# ?", r"\1", line))
        else:
            column = min(map(indentation, lines))
            self._change_lines(
                lambda line: f"{line[:column]}# {line[column:]}" if line.strip() else line
            )

    def paste(self) -> None:
        """Insert the text that was cut last."""
        self.buffer.paste_clipboard_data(get_app().clipboard.get_data())

    def backspace(self) -> None:
        """Delete one character before the cursor, or one step of indentation."""
        before = self.buffer.document.current_line_before_cursor
        if before and not before.strip():
            self.buffer.delete_before_cursor((len(before) - 1) % STEP + 1)
        else:
            self.buffer.delete_before_cursor(1)

    def go_to_block(self, direction: int) -> None:
        """Move the cursor to the first line of the next block (+1) or of the one before (−1).

        From inside a block, −1 goes to its own first line.
        """
        starts = [block.first for block in blocks(self.lines)]
        if direction < 0:
            before = [row for row in starts if row < self.row]
            target = before[-1] if before else 0
        else:
            after = [row for row in starts if row > self.row]
            target = after[0] if after else len(self.lines) - 1
        self.go_to_row(target)

    def take_text(self, text: str) -> None:
        """Show another text in the place of this one; the cursor stays in its row."""
        self.buffer.save_to_undo_stack()
        self.buffer.exit_selection()
        self._set_lines(text.split("\n"), self.row, self.buffer.document.cursor_position_col)

    def insert_block(self, text: str) -> None:
        """Insert a block of its own, after the block that the cursor is in."""
        block = self.block()
        row = self.row if block is None else block.last
        head, tail = self.lines[: row + 1], self.lines[row + 1 :]
        while head and not head[-1].strip():
            head.pop()
        while tail and not tail[0].strip():
            tail.pop(0)
        if head:
            head.append("")
        self._set_lines([*head, *text.split("\n"), "", *tail], len(head), 0)

    def _selected(self) -> tuple[int, int]:
        """Return the first and the last line of the selection; the cursor's line if there is none."""
        document = self.buffer.document
        if self.buffer.selection_state is None:
            return self.row, self.row
        start, end = document.selection_range()
        first, _ = document.translate_index_to_position(start)
        last, column = document.translate_index_to_position(end)
        return first, last - 1 if column == 0 and last > first else last

    def _change_lines(self, change: Callable[[str], str]) -> None:
        """Change each selected line, and keep cursor and selection where they are."""
        first, last = self._selected()
        lines, row = list(self.lines), self.row
        column = self.buffer.document.cursor_position_col
        before = lines[row]
        lines[first : last + 1] = [change(line) for line in lines[first : last + 1]]
        self._set_lines(lines, row, max(0, column + len(lines[row]) - len(before)))

    def _set_lines(self, lines: list[str], row: int, column: int) -> None:
        """Replace the text, and put the cursor at a row and column."""
        selection = self.buffer.selection_state
        document = Document("\n".join(lines))
        at = document.translate_row_col_to_index(row, column)
        self.buffer.document = Document(document.text, at)
        self.buffer.selection_state = selection
