"""Layers of the performer's own: JavaScript files beside the set, which the page draws."""

import re
from collections.abc import Iterable
from pathlib import Path

from livecode.transport.stage import HYDRA, OWN

#: Names that are served: of files in the set's folder itself, without anything that leads elsewhere.
NAME = re.compile(r"[\w-][\w.-]{0,80}\.js", re.ASCII)
MOST_BYTES = 8 << 20


class OwnFiles:
    """The JavaScript files in the folder of a set."""

    def __init__(self, folder: str):
        """`folder` "": there is none, and so no file."""
        self._folder = Path(folder) if folder else None

    def read(self, name: str) -> bytes | None:
        """Return what is in a file; None if there is none of that name, or it is too large."""
        path = self._path(name)
        try:
            if path is None or path.stat().st_size > MOST_BYTES:
                return None
            return path.read_bytes()
        except OSError:
            return None

    def versions(self, layers: Iterable[str]) -> dict[str, int]:
        """Return a number for each layer that is a file, new when it has changed; 0: it is not there.

        Without a folder, as in a replay, there is nothing to say of them.
        """
        if self._folder is None:
            return {}
        return {name: self._version(name) for name in layers if name.endswith(OWN)}

    @property
    def hydra(self) -> bool:
        """Whether the performer has put the Hydra library there, which makes functions of text."""
        path = self._path(HYDRA)
        return path is not None and path.is_file()

    def _version(self, name: str) -> int:
        path = self._path(name)
        try:
            return 0 if path is None else path.stat().st_mtime_ns
        except OSError:
            return 0

    def _path(self, name: str) -> Path | None:
        if self._folder is None or not NAME.fullmatch(name):
            return None
        return self._folder / name
