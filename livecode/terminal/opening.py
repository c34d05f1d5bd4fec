"""Opens the terminal, and keeps what was not saved when it is left."""

import asyncio
import os
import sys
from collections.abc import Sequence

from livecode.processes.attachment import Attachment
from livecode.terminal.app import Terminal
from livecode.terminal.key_bindings import learn_terminal_keys
from livecode.transport.plain_text import plain_line


def run_terminal(
    attachment: Attachment,
    seconds: float | None = None,
    theme: str = "dark",
    told: Sequence[str] = (),
) -> int:
    """Open the terminal, and return the exit status when the performer has left it.

    `theme` is one of dark, light and high-contrast; NO_COLOR in the environment overrules it. `told`
    holds sentences that are shown first. A text that was not saved is kept in a file.
    """
    learn_terminal_keys()
    terminal = Terminal(attachment, "no-colour" if os.environ.get("NO_COLOR") else theme, told)
    try:
        asyncio.run(terminal.run(seconds))
    finally:
        kept = terminal.file.keep(terminal.editor.buffer.text)
        if kept is not None:
            # the screen is given back by now: this is the shell's line
            print(plain_line(f"the text was not saved; it is kept in {kept}"), file=sys.stderr)
    return 0
