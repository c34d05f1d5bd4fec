"""Kits: named sounds that hits play, ours or a folder's; only their listing is read here."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import soundfile

from livecode.errors import LivecodeError, did_you_mean
from livecode.files import path_of, path_text
from livecode.transport.kits import KitListing, KitSound, own_kit

#: Files with these endings are sounds.
ENDINGS = frozenset(f".{each.lower()}" for each in soundfile.available_formats()) | {
    ".aif", ".aifc", ".mp3", ".oga", ".opus", ".snd",
}  # fmt: skip
ENDINGS -= {".raw", ".mat4", ".mat5"}
#: A folder with more sounds than this is not a kit but somebody's disk.
MOST_SOUNDS = 20_000
#: The file in which a folder says which sounds are called what, as for Strudel.
MAP = "strudel.json"
#: What the slices of a sound are called; numbers choose among them, too.
CHOP = "chop"
MOST_SLICES = 256
#: Other names that live coders know our sounds by.
ALSO = {
    "sd": "sn", "rs": "rim", "ho": "oh", "hc": "hh", "ch": "hh", "cy": "cr", "crash": "cr",
    "ride": "rd", "cowbell": "cb", "clap": "cp", "kick": "bd", "snare": "sn", "clave": "cl",
}  # fmt: skip


class Kit:
    """Named sounds, several of a name: `kit()` is ours, `kit("samples/")` a folder of yours."""

    kind = "kit"

    def __init__(self, listing: KitListing, text: str):
        """`text`: how a performer writes the kit."""
        self.listing, self.text = listing, text
        self._names = listing.names()
        self.number = listing.keep()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kit) and self.number == other.number

    def __hash__(self) -> int:
        return self.number

    def __len__(self) -> int:
        return len(self.listing.sounds)

    @property
    def names(self) -> dict[str, int]:
        """The names of its sounds, and how many there are of each."""
        return {name: count for name, (_, count) in self._names.items()}

    def sound(self, value: Any, n: int) -> int | None:
        """The place in the listing of sound `n` of a name, or of the number of a sound; None if none.

        `bd:3` is three sounds further. Beyond the last it begins again.
        """
        if isinstance(value, str):
            word, _, further = value.partition(":")
            found = self._names.get(word) or self._names.get(ALSO.get(word, ""))
            if found is None or (further and not further.isdecimal()):
                return None
            return found[0] + (n + int(further or 0)) % found[1]
        return (int(value // 1) + n) % len(self.listing.sounds)

    def __getitem__(self, name: str) -> "KitTone":
        """One of its sounds, for notes to play at their pitches: `kit()["cb"]`, `kit()["oh:2"]`."""
        index = self.sound(str(name), 0)
        if index is None:
            raise self.refuse(str(name))
        return KitTone(self, index, f"{self.text}[{name!r}]")

    def refuse(self, word: str) -> LivecodeError:
        """The error about a name that is not in the kit."""
        return LivecodeError(
            f"there is no sound {word!r} in {self.text}{did_you_mean(word, self._names)}"
        )

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name} {count}" if count > 1 else name for name, count in self.names.items()
        )
        return f"{self.text}: {shown}"


@dataclass(frozen=True)
class KitTone:
    """A sound of a kit that notes play at their pitches; at middle C it is as it was recorded."""

    kit: Kit
    sound: int
    text: str

    def __repr__(self) -> str:
        return self.text


def kit(folder: str | os.PathLike[str] | None = None, slices: int = 16) -> Kit:
    """Choose the sounds that hits play: `drums.kit = kit("samples/")`; `kit()` is ours.

    A folder has a folder for each name, as in `bd/1.wav`, or files with names and numbers, as
    `bd1.wav`; a `strudel.json` in it may say which sound is called what. Sounds are read when they
    are first needed. A file, such as a take, is cut into slices where something begins in it:
    `chops = kit("take.wav", slices=8)`, `hits("0 3 <5 7>*2 ~", chops)`.
    """
    if folder is None:
        return Kit(own_kit(), "kit()")
    path = path_of(os.fspath(folder))
    if not path.exists():
        raise LivecodeError(f"kit takes a folder of sounds, and {os.fspath(folder)!r} is not there")
    path = path.resolve()
    if path.is_file():
        return _cut(path, slices, f"kit({os.fspath(folder)!r})")
    sounds = _mapped(path) if (path / MAP).is_file() else _found(path)
    if not sounds:
        raise LivecodeError(
            f"the folder {os.fspath(folder)!r} has no sounds; put files such as bd/1.wav into it"
        )
    return Kit(KitListing(tuple(sounds)), f"kit({os.fspath(folder)!r})")


def slices_of(path: str, slices: int, grid: int | None) -> KitListing:
    """List the slices of a file: `grid` frames in equal parts, or cut at its onsets for None."""
    if isinstance(slices, bool) or not isinstance(slices, int) or not 1 <= slices <= MOST_SLICES:
        raise LivecodeError(f"slices is a whole number from 1 to {MOST_SLICES}, not {slices!r}")
    if grid is None:
        parts = [KitSound(CHOP, path, index, slices=slices) for index in range(slices)]
    else:
        edges = [round(grid * index / slices) for index in range(slices + 1)]
        parts = [KitSound(CHOP, path, *edge) for edge in pairwise(edges)]
    return KitListing(tuple(parts))


def _cut(path: Path, slices: int, text: str) -> Kit:
    try:
        soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError) as error:
        raise LivecodeError(f"cannot open the sound file {path}: {error}") from None
    return Kit(slices_of(path_text(path), slices, None), text)


def _found(folder: Path) -> list[KitSound]:
    """The sounds of a folder: those of its folders, and its own by their names without numbers."""
    named: dict[str, list[Path]] = {}
    for count, path in enumerate(_sound_files(folder)):
        if count >= MOST_SOUNDS:
            raise LivecodeError(
                f"{folder} has more than {MOST_SOUNDS:,} sounds; choose a folder within it"
            )
        beside = path.parent == folder
        name = _without_number(path.stem) if beside else path.relative_to(folder).parts[0]
        named.setdefault(_word(name), []).append(path)
    return [_sound(name, path) for name in sorted(named) for path in sorted(named[name], key=_key)]


def _sound_files(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if len(Path(where).relative_to(folder).parts) >= 3:
            folders.clear()
        for file in sorted(files):
            if not file.startswith(".") and Path(file).suffix.lower() in ENDINGS:
                yield Path(where, file)


def _without_number(stem: str) -> str:
    return re.sub(r"[\s_.-]*\d+$", "", stem) or stem


def _word(name: str) -> str:
    """A name as it can be written in a pattern."""
    word = re.sub(r"\W+", "_", name.strip().lower()).strip("_")
    return f"s{word}" if not word or word[0].isdigit() else word


def _key(path: Path) -> list[Any]:
    """Sorts 2 before 10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [int(each) if each.isdecimal() else each for each in parts]


def _mapped(folder: Path) -> list[KitSound]:
    """The sounds that a folder's map names; addresses on the net are left alone."""
    try:
        found = msgspec.json.decode((folder / MAP).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise LivecodeError(f"cannot read {folder / MAP}: {error}") from None
    base = str(found.pop("_base", ""))
    root = folder if "://" in base or base.startswith("github:") else (folder / base)
    sounds = []
    for name, files in found.items():
        if isinstance(files, dict):
            files = [each for part in files.values() for each in _listed(part)]
        for file in _listed(files):
            path = (root / file).resolve()
            if "://" not in file and path.is_file():
                sounds.append(_sound(_word(name), path))
    return sounds


def _sound(name: str, path: Path) -> KitSound:
    """Return the whole of a file as a sound of a kit."""
    status = path.stat()
    return KitSound(name, path_text(path), version=f"{status.st_mtime_ns}-{status.st_size}")


def _listed(files: Any) -> list[str]:
    found = files if isinstance(files, list) else [files]
    return [each for each in found if isinstance(each, str)]
