"""Keeps the evaluated blocks of all performances, and searches them."""

import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.history import FileHistory

from livecode.files import make_private_folder, open_private


def history_path() -> Path:
    """Return the file of the evaluated blocks of all performances."""
    return platformdirs.user_state_path("livecode") / "history"


class BlockHistory:
    """Evaluated blocks in a file that outlives the performance.

    `error` is set to a sentence when the file cannot be read or written.
    """

    def __init__(self, path: Path):
        self._file = FileHistory(str(path))
        self._path = path
        self._blocks: list[str] | None = None  # the newest first; None: not yet read
        self.error: str | None = None

    def add(self, block: str) -> None:
        """Add a block, unless the newest one is the same."""
        blocks = self._read()
        if blocks and blocks[0] == block:
            return
        blocks.insert(0, block)
        try:
            self._close_to_others()
            self._file.store_string(block)
        except OSError as error:  # a full disk must not stop the playing
            self.error = f"the history {self._path} cannot be written: {error.strerror}"

    def matching(self, words: str) -> Iterator[str]:
        """Yield the blocks that contain all the words, the newest first and each once.

        Upper and lower case are alike.
        """
        wanted = words.lower().split()
        seen = set()
        for block in self._read():
            low = block.lower()
            if block not in seen and all(word in low for word in wanted):
                seen.add(block)
                yield block

    def _close_to_others(self) -> None:
        """Make the file and its folder if they are not there, and let only this user read them."""
        make_private_folder(self._path.parent)
        os.close(open_private(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND))

    def _read(self) -> list[str]:
        if self._blocks is None:
            try:
                self._blocks = list(self._file.load_history_strings())
            except OSError as error:
                self._blocks = []
                self.error = f"the history {self._path} cannot be read: {error.strerror}"
        return self._blocks


class HistorySearch:
    """A search through the history: the words that were typed, and the match that is shown."""

    def __init__(self, history: BlockHistory):
        self._history = history
        self._matches: list[str] = []
        self._at = 0
        self.field = Buffer(name="search", on_text_changed=lambda _: self._look())

    @property
    def match(self) -> str | None:
        """The block that is shown; None if nothing matches."""
        return self._matches[self._at] if self._matches else None

    def begin(self) -> None:
        """Begin without words, at the newest block."""
        self.field.reset()
        self._look()

    def move(self, back: int) -> None:
        """Go back by so many matches; a negative number goes forward."""
        if self._matches:
            self._at = min(max(0, self._at + back), len(self._matches) - 1)

    def preview(self, rows: int) -> str:
        """Return a line that counts the matches, and the block below it, in `rows` rows at most."""
        if not self._matches:
            return "nothing found"
        lines = self._matches[self._at].split("\n")
        if len(lines) > rows - 1:
            lines = [*lines[: rows - 2], "…"]
        return "\n".join([f"{self._at + 1} of {len(self._matches)}", *lines])

    def _look(self) -> None:
        self._matches, self._at = list(self._history.matching(self.field.text)), 0
