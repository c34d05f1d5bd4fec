"""What the performer decides about takes: kept in an order, rated, named, discarded; with undo.

A take's name is part of its file name, and discarded takes lie in `discarded/`. The rest is in
`choices.json`. Nothing is ever deleted.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.takes.index import (
    DISCARDED,
    FILE,
    Index,
    TakeRecord,
    all_take_files,
    file_name,
    read_index,
)  # fmt: skip

CHOICES = "choices.json"
VERSION = 1
STARS = 5
LONGEST_NAME = 60
NOT_IN_NAMES = set('/\\:*?"<>|')  # characters that have another meaning on some system


@dataclass(frozen=True)
class Take:
    """A take, and what the performer has decided about it."""

    record: TakeRecord
    path: Path
    name: str = ""
    discarded: bool = False
    stars: int = 0  # 1 to STARS; 0: not rated
    place: int = 0  # place in the piece, from 1; 0: not kept

    @property
    def number(self) -> int:
        """The take's number, from 1, in the order of generation."""
        return self.record.number


@dataclass(frozen=True)
class Choices:
    """The content of `choices.json`."""

    version: int = VERSION
    kept: tuple[int, ...] = ()  # numbers of takes, in the order of the piece
    stars: dict[int, int] = field(default_factory=dict)  # number -> 1 to STARS


class TakesFolder:
    """A folder that `livecode generate` fills or has filled."""

    def __init__(self, folder: Path) -> None:
        """Open the folder. Raises `LivecodeError` if there are no takes in it."""
        self.folder = folder
        self.choices = _read_choices(folder)
        self._done: list[tuple[str, Callable[[], None]]] = []  # (what was done, how to undo it)
        self.refresh()

    def refresh(self) -> None:
        """Read what has been generated since the last call."""
        index = read_index(self.folder)
        if index is None:
            raise LivecodeError(
                f"there are no takes in {self.folder}: make some with `livecode generate`"
            )
        self.index: Index = index
        files = all_take_files(self.folder)
        stars = self.choices.stars
        places = {number: place for place, number in enumerate(self.choices.kept, 1)}
        self._takes = {
            record.number: Take(
                record,
                path := files[record.number],
                _name(path),
                path.parent != self.folder,
                stars.get(record.number, 0),
                places.get(record.number, 0),
            )
            for record in index.records
            if record.number in files
        }

    @property
    def takes(self) -> list[Take]:
        """All takes by number, including discarded ones."""
        return list(self._takes.values())

    @property
    def kept(self) -> list[Take]:
        """The takes of the piece, in its order."""
        return sorted((take for take in self.takes if take.place), key=lambda take: take.place)

    def keep(self, number: int) -> str:
        """Put the take at the end of the piece, or take it out. Return a sentence on what happened."""
        if self._take(number).discarded:
            raise LivecodeError("the take is discarded: bring it back first")
        kept = self.choices.kept
        inside = number in kept
        kept = tuple(n for n in kept if n != number) if inside else (*kept, number)
        what = f"take {number} is {'not kept any more' if inside else 'kept'}"
        return self._choose(replace(self.choices, kept=kept), what)

    def move(self, number: int, by: int) -> str:
        """Move a kept take `by` places later in the piece. Return a sentence on what happened."""
        kept = [n for n in self.choices.kept if n in self._takes]
        if number not in kept:
            raise LivecodeError("only kept takes have a place in the piece: keep it first")
        at = kept.index(number)
        to = min(max(at + by, 0), len(kept) - 1)
        kept.insert(to, kept.pop(at))
        what = f"take {number} is number {to + 1} of the piece"
        return self._choose(replace(self.choices, kept=tuple(kept)), what)

    def rate(self, number: int, stars: int) -> str:
        """Give the take 1 to 5 stars, or 0 to remove them. Return a sentence on what happened."""
        self._take(number)
        rated = self.choices.stars | {number: stars}
        left = {n: s for n, s in sorted(rated.items()) if s}
        what = f"take {number}: {'★' * stars or 'no stars'}"
        return self._choose(replace(self.choices, stars=left), what)

    def discard(self, number: int) -> str:
        """Move the take's file to `discarded/`, or back. Return a sentence on what happened."""
        take = self._take(number)
        back = take.discarded
        to = (self.folder if back else self.folder / DISCARDED) / take.path.name
        before = self.choices
        self._move(take.path, to)
        if number in before.kept:
            kept = tuple(n for n in before.kept if n != number)
            self._write(replace(before, kept=kept))

        def undo() -> None:
            self._move(to, take.path)
            self._write(before)

        return self._did(f"take {number} is {'back' if back else 'discarded'}", undo)

    def rename(self, number: int, name: str) -> str:
        """Name the take and its file; "" removes the name. Return a sentence on what happened."""
        take, name = self._take(number), name.strip()
        if len(name) > LONGEST_NAME or not name.isprintable() or NOT_IN_NAMES & set(name):
            raise LivecodeError(
                f"a name has {LONGEST_NAME} characters at most, and none of "
                f"{' '.join(sorted(NOT_IN_NAMES))}"
            )
        to = take.path.with_name(file_name(number, name, take.path.suffix[1:]))
        if to == take.path:
            return f"take {number} is called that already"
        self._move(take.path, to)
        what = f"take {number} is called {name!r}" if name else f"take {number} has no name"
        return self._did(what, lambda: self._move(to, take.path))

    def undo(self) -> str:
        """Undo the last change. Return a sentence on what was undone."""
        if not self._done:
            raise LivecodeError("there is nothing to undo")
        what, undo = self._done.pop()
        undo()
        self.refresh()
        return f"undone: {what}"

    def _take(self, number: int) -> Take:
        if number not in self._takes:
            raise LivecodeError(f"there is no take {number}")
        return self._takes[number]

    def _choose(self, choices: Choices, what: str) -> str:
        before = self.choices
        self._write(choices)
        return self._did(what, lambda: self._write(before))

    def _write(self, choices: Choices) -> None:
        try:
            replace_file(self.folder / CHOICES, msgspec.json.encode(choices) + b"\n")
        except OSError as error:
            raise LivecodeError(
                f"{self.folder / CHOICES} cannot be written ({error.strerror})"
            ) from None
        self.choices = choices

    def _move(self, path: Path, to: Path) -> None:
        """Move a file, but never over another one."""
        if to.exists():
            raise LivecodeError(f"there is a file {to} already: move it away first")
        try:
            to.parent.mkdir(exist_ok=True)
            os.rename(path, to)
        except OSError as error:
            raise LivecodeError(f"{path.name} cannot be moved ({error.strerror})") from None

    def _did(self, what: str, undo: Callable[[], None]) -> str:
        self._done.append((what, undo))
        self.refresh()
        return what


def _name(path: Path) -> str:
    match = FILE.fullmatch(path.name)
    return (match and match[2]) or ""


def _read_choices(folder: Path) -> Choices:
    path = folder / CHOICES
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Choices)
        if found.version != VERSION:
            raise ValueError(f"version {found.version}")
        stars = {number: min(max(s, 0), STARS) for number, s in found.stars.items()}
        return Choices(VERSION, tuple(dict.fromkeys(found.kept)), stars)
    except FileNotFoundError:
        return Choices()
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise LivecodeError(
            f"{path} is damaged or of another version ({error}): "
            "put a copy back, or move it away to begin anew"
        ) from None
