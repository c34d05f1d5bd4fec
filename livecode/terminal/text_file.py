"""The file behind the editor: read once, saved whole or not at all, and never lost."""

import os
import time
from pathlib import Path

import platformdirs

from livecode.errors import LivecodeError
from livecode.files import replace_file

#: Texts that were left unsaved are kept, this many of them.
MOST_KEPT = 50
#: An editor with more text than this is slow.
MOST_BYTES = 1 << 20


class TextFile:
    """Where the editor's text is from and goes to; `path` is None until it is first saved."""

    def __init__(self, path: Path | None):
        self.path = path
        #: A file that is not all text is kept beside what is saved in its place.
        self._keep_former = False
        #: What is to be said of the file; "" if it is like any other.
        self.trouble = ""
        self._saved = "" if path is None else _ended(self._read(path))

    def _read(self, path: Path) -> str:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            self.path = None
            self.trouble = f"{path.name} is too large to be edited here; it is played all the same"
            return ""
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            self._keep_former = True
            self.trouble = (
                f"{path.name} is not all UTF-8; Ctrl-S keeps the file as it was beside it"
            )
            return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def text(self) -> str:
        """The text as an editor takes it: with a fresh line at the end, apart from the rest."""
        return self._saved + "\n" if self._saved else ""

    @property
    def title(self) -> str:
        """The path as a performer would write it."""
        if self.path is None:
            return "no file yet"
        try:
            return str(self.path.relative_to(Path.cwd()))
        except ValueError:
            return str(self.path)

    def unsaved(self, text: str) -> bool:
        """Whether saving would change the file."""
        return _ended(text) != self._saved

    def save(self, text: str) -> str:
        """Save; returns a sentence. A file that others changed meanwhile is kept beside it."""
        if self.path is None:
            self.path = Path.cwd() / time.strftime("livecode_%Y-%m-%d_%H-%M-%S.py")
        said = f"saved {self.title}"
        try:
            there = self.path.read_text("utf-8", "replace") if self.path.exists() else ""
            if there and (self._keep_former or _ended(there) != self._saved):
                other = self.path.with_name(self.path.name + "~")
                os.replace(self.path, other)
                said += f"; it had been changed by others, whose version is now {other.name}"
            replace_file(self.path, _ended(text).encode())
        except OSError as error:
            raise LivecodeError(f"{self.title} could not be saved: {error.strerror}") from None
        self._saved, self._keep_former = _ended(text), False
        return said

    def keep(self, text: str) -> Path | None:
        """Put a text that was not saved where it can be found again; None if there is no need."""
        if not self.unsaved(text):
            return None
        folder = platformdirs.user_state_path("livecode") / "unsaved"
        stem = self.path.stem if self.path is not None else "untitled"
        path = folder / f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{stem}.py"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, _ended(text).encode())
            for old in sorted(folder.glob("*.py"))[:-MOST_KEPT]:
                old.unlink()
        except OSError:
            return None
        return path


def _ended(text: str) -> str:
    """The text with one line end at its end."""
    stripped = text.rstrip()
    return stripped + "\n" if stripped else ""
