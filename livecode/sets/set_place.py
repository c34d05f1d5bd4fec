"""The place of a set: its folder, to which paths and imports in its code are relative."""

import importlib
import os
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from livecode.sets.set_watch import SetWatch


class SetPlace:
    """Lets a process stand in the folder of the set that it plays, wherever it was started.

    `open("words.txt")`, `sample("door.wav")` and `import my_scales` then mean files beside the set,
    in play, render, check, rehearse, resume and replay alike.
    """

    def __init__(self, variables: MutableMapping[str, Any]):
        """`variables` are those of the performer, in which `__file__` is the set."""
        self._variables = variables
        self._came_from: Path | None = None  # where the process stood before
        self._folder: str | None = None
        self._known: frozenset[str] = frozenset()  # the modules that were imported before

    def enter(self, path: Path) -> None:
        """Stand in the folder of the set at that path. A folder that is gone is passed over."""
        path = Path(os.path.abspath(path))
        self._variables["__file__"] = str(path)
        self.stand_in(path.parent)

    def stand_in(self, folder: Path) -> None:
        """Stand in a folder, given by its absolute path. One that is gone is passed over."""
        if str(folder) == self._folder:
            return
        self.leave()
        came_from = Path.cwd()
        try:
            os.chdir(folder)
        except OSError:
            return
        self._came_from, self._folder = came_from, str(folder)
        self._known = frozenset(sys.modules)
        sys.path.insert(0, self._folder)
        importlib.invalidate_caches()

    def watch(self, path: Path) -> SetWatch:
        """Stand in the folder of the set at that path, and return what knows its file."""
        self.enter(path)
        return SetWatch(path)

    def leave(self) -> None:
        """Go back to where the process stood, and forget the modules that were imported from the folder."""
        if self._came_from is None or self._folder is None:
            return
        if self._folder in sys.path:
            sys.path.remove(self._folder)
        for name in set(sys.modules) - self._known:
            file = getattr(sys.modules[name], "__file__", None)
            if isinstance(file, str) and file.startswith(self._folder + os.sep):
                del sys.modules[name]
        with suppress(OSError):  # that folder may be gone
            os.chdir(self._came_from)
        self._came_from = self._folder = None

    def outside(self, path: str | Path) -> Path:
        """Return the absolute path of what the caller of a program means by `path`."""
        return (self._came_from or Path.cwd()) / Path(path).expanduser()
