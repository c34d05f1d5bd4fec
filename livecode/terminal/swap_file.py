"""The swap file: the text as it is typed, beside the journal, for a terminal that is killed."""

import os
from contextlib import suppress
from pathlib import Path

from livecode.files import replace_file
from livecode.terminal.text_file import TextFile


class SwapFile:
    """Keeps a text that changes all the time in a file, without waiting for the disk."""

    def __init__(self, path: Path):
        self._path = path
        self._kept: str | None = None
        #: A sentence if the text cannot be kept; else "".
        self.trouble = ""

    def text_over(self, file: TextFile) -> str:
        """Return what was typed last, or the text of the file if that is newer or the same.

        What was typed stays beside the journal under another name where the file is newer.
        """
        try:
            typed = self._path.read_text("utf-8", "replace")
        except OSError:
            return file.text
        if not file.unsaved(typed):
            return file.text
        path = file.path
        if path is not None and path.exists() and _changed_s(path) > _changed_s(self._path):
            former = self._path.with_name("typed-before.py")
            with suppress(OSError):
                os.replace(self._path, former)
            file.trouble = f"{path.name} is newer than what was typed, which is in {former}"
            return file.text
        file.trouble = "this is the text as it was typed; Ctrl-S saves it"
        return typed

    def keep(self, text: str) -> bool:
        """Write the text if it has changed; returns whether it is the first one that cannot be kept."""
        if text == self._kept or (self._kept is None and not text):
            return False
        self._kept = text
        try:
            content = text.encode("utf-8", "surrogatepass")
            replace_file(self._path, content, private=True, for_good=False)
        except OSError as error:
            first = not self.trouble
            self.trouble = f"what is typed cannot be kept in {self._path}: {error.strerror}"
            return first
        self.trouble = ""
        return False


def _changed_s(path: Path) -> float:
    """Return when a file was changed last, in seconds since 1970."""
    return path.stat().st_mtime
