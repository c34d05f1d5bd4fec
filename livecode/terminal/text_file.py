"""The file behind the editor: it is read once, saved whole or not at all, and never lost."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import platformdirs

from livecode.errors import LivecodeError
from livecode.files import make_private_folder, replace_file
from livecode.transport.places import make_temporary_folder

#: So many texts that were not saved are kept.
MOST_KEPT = 50
#: The names of such texts. Other files in their folder are somebody's own.
_KEPT = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_.*\.py", re.DOTALL)
#: The editor is slow with more text than this.
MOST_BYTES = 1 << 20


class TextFile:
    """The file that the editor's text comes from and goes to; `path` is None until the first save."""

    def __init__(self, path: Path | None):
        self.path = path
        #: Whether the file holds other bytes than text. Then it is kept beside the saved one.
        self._keep_former = False
        #: A sentence if something is unusual about the file; else "".
        self.trouble = ""
        #: The text as it is in the file, "" before the first save.
        self.saved = "" if path is None else _ended(self._read(path))
        self._seen = self._stamp()

    def _read(self, path: Path) -> str:
        """Return the text of the file, with line ends as \\n."""
        if not path.exists():
            self.trouble = f"{path.name} is new: Ctrl-S makes the file"
            return ""
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
        """The text for the editor, with two line ends at its end: the cursor begins a new block."""
        return self.saved + "\n" if self.saved else ""

    @property
    def title(self) -> str:
        """The path from the working directory; "no file yet" without one."""
        if self.path is None:
            return "no file yet"
        try:
            return str(self.path.relative_to(Path.cwd()))
        except ValueError:
            return str(self.path)

    def unsaved(self, text: str) -> bool:
        """Return whether saving would change the file."""
        return _ended(text) != self.saved

    def changed_by_others(self) -> str | None:
        """Return the text of the file if others have changed it since it was last looked at; else None."""
        stamp = self._stamp()
        if stamp == self._seen or stamp is None or self.path is None:
            return None
        self._seen = stamp
        if stamp[1] > MOST_BYTES:
            return None
        try:
            text = _ended(self.path.read_text("utf-8", "replace"))
        except OSError:
            return None
        return None if text == self.saved else text

    def take(self, text: str) -> None:
        """Take the text that others have written for the file's."""
        self.saved = text

    def _stamp(self) -> tuple[int, int] | None:
        """Return what tells one version of the file from another; None if there is no file."""
        try:
            status = None if self.path is None else self.path.stat()
        except OSError:
            return None
        return None if status is None else (status.st_mtime_ns, status.st_size)

    def save(self, text: str) -> str:
        """Save the text, and return a sentence that says so.

        If somebody else has changed the file meanwhile, their version is kept beside it. Raises
        LivecodeError if the file cannot be written.
        """
        if self.path is None:
            self.path = Path.cwd() / time.strftime("livecode_%Y-%m-%d_%H-%M-%S.py")
        said = f"saved {self.title}"
        try:
            there = self.path.read_text("utf-8", "replace") if self.path.exists() else ""
            if there and (self._keep_former or _ended(there) != self.saved):
                other = self.path.with_name(self.path.name + "~")
                os.replace(self.path, other)
                said += f"; it had been changed by others, whose version is now {other.name}"
            replace_file(self.path, _ended(text).encode())
        except OSError as error:
            raise LivecodeError(f"{self.title} could not be saved: {error.strerror}") from None
        self.saved, self._keep_former = _ended(text), False
        self._seen = self._stamp()
        return said

    def keep(self, text: str) -> Path | None:
        """Keep a text that was not saved, and return its file; None if there is no need, or no room."""
        if not self.unsaved(text):
            return None
        stem = self.path.stem if self.path is not None else "untitled"
        name = f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{stem}.py"
        places: tuple[Callable[[], Path], ...] = (_state_folder, make_temporary_folder)
        for find in places:
            try:
                return _keep(find() / "unsaved" / name, text)
            except OSError:  # there may be a place for as long as the system runs
                continue
        return None


def _state_folder() -> Path:
    """Return the user's folder for what livecode keeps from one start to the next."""
    return platformdirs.user_state_path("livecode")


def _keep(path: Path, text: str) -> Path:
    """Write a text that was not saved, remove the oldest of its kind, and return its file."""
    folder = path.parent
    make_private_folder(folder.parent)
    make_private_folder(folder)
    replace_file(path, _ended(text).encode(), private=True)
    kept = [each for each in folder.glob("*.py") if _KEPT.fullmatch(each.name)]
    for old in sorted(kept)[:-MOST_KEPT]:
        old.unlink()
    return path


def _ended(text: str) -> str:
    """Return the text with one line end at its end."""
    stripped = text.rstrip()
    return stripped + "\n" if stripped else ""
