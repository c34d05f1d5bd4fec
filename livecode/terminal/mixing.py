"""Mutes and soloes the name at the cursor, by blocks such as `mute(drums)`, which `undo()` takes back."""

import re
from collections.abc import Callable, Container

from prompt_toolkit.document import Document

from livecode.terminal.blocks import block_at
from livecode.terminal.editor import Editor
from livecode.terminal.output import Output
from livecode.transport.status import Status

_WORD = re.compile(r"\w+")
#: What a line begins with that gives a name something, or defines it.
_BEGIN = re.compile(r"\s*(?:def\s+)?(?P<name>[^\W\d]\w*)")


class Mixing:
    """What the keys do that mute and solo."""

    def __init__(
        self,
        editor: Editor,
        output: Output,
        look: Callable[[], Status],
        run: Callable[[str], None],
    ):
        """`look()` is the mind's status of now; `run(code)` evaluates a block."""
        self._editor, self._output, self._look, self._run = editor, output, look, run

    def mute(self) -> None:
        """Mute the name at the cursor, or let it be heard again."""
        status = self._look()
        if (name := self._name(status)) is not None:
            word = "unmute" if status.sounding[name].by_name else "mute"
            self._run(f"{word}({name})")

    def solo(self) -> None:
        """Let only the name at the cursor be heard, beside others that are solo; or no longer."""
        status = self._look()
        if (name := self._name(status)) is not None:
            solo = [each for each, sound in status.sounding.items() if sound.solo]
            solo = [each for each in solo if each != name] if name in solo else [*solo, name]
            self._run(f"solo({', '.join(solo)})")

    def _name(self, status: Status) -> str | None:
        name = name_at(self._editor.buffer.document, status.sounding)
        if name is None:
            self._output.say("no name that sounds is at the cursor", "class:output.note")
        return name


def name_at(document: Document, sounding: Container[str]) -> str | None:
    """Return which of the names that sound the cursor is at; None if at none.

    It is the word at the cursor, or the name that the line begins with, or the nearest line above it
    in the block.
    """
    row, column = document.cursor_position_row, document.cursor_position_col
    for word in _WORD.finditer(document.current_line):
        if word.start() <= column <= word.end() and word[0] in sounding:
            return word[0]
    block = block_at(document.lines, row)
    if block is None:
        return None
    for line in document.lines[block.first : row + 1][::-1]:
        begin = _BEGIN.match(line)
        if begin is not None and begin["name"] in sounding:
            return begin["name"]
    return None
