"""What the performer knows of the room: where the stage page is, who watches, and whether it is dark."""

import time

from livecode.terminal.audience import audience_line, qr_code
from livecode.terminal.editor import Editor
from livecode.terminal.lights import Lights
from livecode.terminal.output import Output
from livecode.terminal.shown_page import ShownPage
from livecode.terminal.text_file import TextFile
from livecode.transport import Arena
from livecode.transport.stage import Audience, look_at


class Room:
    """Shows the room the text, and tells the performer of the page."""

    def __init__(
        self, arena: Arena, output: Output, editor: Editor, file: TextFile, lights: Lights
    ):
        """`file` is that of the editor's text, and `lights` knows which of its tokens sound when."""
        self._arena, self._output = arena, output
        self._page = ShownPage(arena, editor, file, lights)
        self._told = Audience()

    def show(self) -> None:
        """Post the text, if somebody watches."""
        self._page.post()

    def look(self) -> None:
        """Post the text, and say where the page is, and what keeps it from being there."""
        self.show()
        audience = look_at(self._arena.audience, Audience)
        if audience.address and audience.address != self._told.address:
            self._output.say(f"· the room sees {audience.address}", "class:output.note")
        elif audience.trouble and audience.trouble != self._told.trouble:
            self._output.say(f"⚠ {audience.trouble}", "class:output.warning")
        self._told = audience

    def tell(self) -> None:
        """Say who watches, and show the address of the page as text and as QR code."""
        audience = look_at(self._arena.audience, Audience)
        if not audience.address:
            self._output.say(
                audience.trouble or "there is no stage page: `livecode play --stage` opens one",
                "class:output.note",
            )
            return
        self._output.show(qr_code(audience.address), "class:output.qr")
        told = f"{audience.address}\n{audience_line(audience, time.monotonic_ns())}"
        self._output.say(told, "class:output.note")

    def black_out(self) -> None:
        """Let the page be black, or show again what it showed."""
        header = self._arena.header
        header.blackout = 0 if header.blackout else 1
        self._output.say(
            "the room sees nothing" if header.blackout else "the room sees the page again",
            "class:output.note",
        )
