"""Watches the file of a set while it plays: a change is told once, and read at the next scene."""

import os
from pathlib import Path
from typing import Protocol

from livecode.errors import LivecodeError
from livecode.sets.set_file import SetFile, read_set

#: The file is looked at this often, in seconds.
LOOK_EVERY_S = 1.0
Stamp = tuple[int, int, int] | None


class FileWatch(Protocol):
    """Knows the set's file: a SetWatch, or in a replay what the journal says of it."""

    def told(self) -> str | None:
        """Return a sentence if the file has changed since it was read, once for each change."""

    def read(self, former: SetFile) -> tuple[SetFile | None, list[str]]:
        """Read the file again; returns (the set, what to say of it), None for a set that stays as it was."""


class SetWatch:
    """Compares the file of a set with what was read last."""

    def __init__(self, path: Path):
        self._path = path
        self._read = self._told = self._stamp()

    def told(self) -> str | None:
        """Return a sentence if the file has changed since it was read, once for each change."""
        stamp = self._stamp()
        if stamp in (None, self._told):
            return None
        self._told = stamp
        if stamp == self._read:
            return None
        return f"{self._path.name} has changed: it is played as it is now from the next cue on"

    def read(self, former: SetFile) -> tuple[SetFile | None, list[str]]:
        """Read the file again; returns (the set, what to say of it), None for a set that stays as it was."""
        stamp = self._stamp()
        if stamp in (None, self._read):
            return None, []
        self._read = self._told = stamp
        try:
            again = read_set(self._path)
        except LivecodeError as error:
            return None, [f"{error} – playing it as it was before"]
        if again.text == former.text:
            return None, []
        if new := [fault for fault in again.faults if fault.text not in _texts(former)]:
            sentence = "; ".join(f"{self._path.name}, {fault}" for fault in new[:3])
            if any(fault.scene for fault in new) and _broken(again, former):
                return None, [f"{sentence} – playing it as it was before"]
            return again, [sentence]
        changed = _changed(former, again)
        return again, [f"{self._path.name} as it is now: {changed}"] if changed else []

    def _stamp(self) -> Stamp:
        try:
            found = os.stat(self._path)
        except OSError:  # the file is being written, or is gone
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _texts(piece: SetFile) -> set[str]:
    return {fault.text for fault in piece.faults}


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
