"""Watches the file of a set while it plays: a change is told once, and read at the next scene."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from livecode.errors import LivecodeError
from livecode.sets.set_file import SetFile, parse_set, read_set

#: The file is looked at this often, in seconds.
LOOK_EVERY_S = 1.0
Stamp = tuple[int, int, int] | None


class FileWatch(Protocol):
    """Knows the set's file: a SetWatch, or in a replay what the journal says of it."""

    def told(self) -> str | None:
        """Return a sentence if the file has changed since it was read, once for each change."""

    def offer(self, text: str) -> None:
        """Keep the text of an editor: it is read in the place of the file, once."""

    def read(self, former: SetFile, whole: bool = False) -> tuple[SetFile | None, list[str]]:
        """Read the file again; returns (the set, what to say of it), None for a set that stays as it was.

        With `whole`, a file in which a scene is missing waits until it is read without `whole`.
        """


#: Takes up the set at a path, and returns what knows its file.
Watching = Callable[[Path], FileWatch]


class SetWatch:
    """Compares the file of a set with what was read last."""

    def __init__(self, path: Path):
        self._path = path
        self._read = self._told = self._stamp()
        self._offered: str | None = None

    def told(self) -> str | None:
        """Return a sentence if the file has changed since it was read, once for each change."""
        stamp = self._stamp()
        if stamp in (None, self._told):
            return None
        self._told = stamp
        if stamp == self._read:
            return None
        return self._waits()

    def _waits(self) -> str:
        return f"{self._path.name} has changed: it is played as it is now from the next cue on"

    def offer(self, text: str) -> None:
        """Keep the text of an editor: it is read in the place of the file, once."""
        self._offered = text

    def read(self, former: SetFile, whole: bool = False) -> tuple[SetFile | None, list[str]]:
        """Read the file again; returns (the set, what to say of it), None for a set that stays as it was.

        With `whole`, a file in which a scene is missing waits until it is read without `whole`.
        """
        stamp, text = self._stamp(), self._offered
        if text is not None:
            return self._read_offered(parse_set(text, self._path), former, whole)
        if stamp in (None, self._read):
            return None, []
        try:
            again = read_set(self._path)
        except LivecodeError as error:
            self._read = self._told = stamp
            return None, [f"{error} – playing it as it was before"]
        if whole and _lacks_scenes(again, former):
            return None, [self._waits()]
        self._read = self._told = stamp
        if again.text == former.text:
            return None, []
        if new := [fault for fault in again.faults if fault.text not in _texts(former)]:
            sentence = "; ".join(f"{self._path.name}, {fault}" for fault in new[:3])
            if any(fault.scene for fault in new) and _broken(again, former):
                return None, [f"{sentence} – playing it as it was before"]
            return again, [sentence]
        changed = _changed(former, again)
        return again, [f"{self._path.name} as it is now: {changed}"] if changed else []

    def _read_offered(
        self, again: SetFile, former: SetFile, whole: bool
    ) -> tuple[SetFile | None, list[str]]:
        """Read an editor's text; whoever plays a cell of it is told of its faults by that."""
        if whole and _lacks_scenes(again, former):
            return None, []
        self._offered = None
        if again.text == former.text or _broken(again, former):
            return None, []
        return again, []

    def _stamp(self) -> Stamp:
        try:
            found = os.stat(self._path)
        except OSError:  # the file is being written, or is gone
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _texts(piece: SetFile) -> set[str]:
    return {fault.text for fault in piece.faults}


def _lacks_scenes(again: SetFile, former: SetFile) -> bool:
    """Tell whether a scene that was there is there no more."""
    return any(again.find(scene.name) is None for scene in former.scenes)


def _broken(again: SetFile, former: SetFile) -> bool:
    """Tell whether a scene that could be played before cannot be played any more."""
    could = {scene.name for scene in (former.preparation, *former.scenes) if not scene.broken}
    return any(scene.broken and scene.name in could for scene in (again.preparation, *again.scenes))


def _changed(former: SetFile, again: SetFile) -> str:
    """Return the names of the scenes that are new, changed or gone, as one text."""
    before = {scene.name: scene for scene in former.scenes}

    def same(name: str) -> bool:
        one, other = before[name], again.scenes[again.find(name) or 0]
        return (one.code, one.padded.lstrip()) == (other.code, other.padded.lstrip()) and (
            one.lasts, one.then, one.loop
        ) == (other.lasts, other.then, other.loop)  # fmt: skip

    names = [scene.name for scene in again.scenes]
    other = [name for name in names if name not in before or not same(name)]
    gone = [f"without {name}" for name in before if name not in names]
    return ", ".join([*other, *gone])
