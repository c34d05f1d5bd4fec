"""Listings of kits: which sounds a kit has, so that mind and voices count them alike."""

import hashlib
from functools import lru_cache
from pathlib import Path

import msgspec
import platformdirs

from livecode.errors import LivecodeError
from livecode.files import path_of, replace_file

#: The folder of listings, each named by the number of its kit, and of sounds that code has made.
KITS = Path(platformdirs.user_cache_dir("livecode", appauthor=False)) / "kits"
#: Sounds of our own kit have no file: their path is this and their name.
OWN = "own:"
#: Sounds that were grabbed: their path is this and the name of a file in `KITS`.
GRABBED = "grabbed:"
#: So much of what a name has played can be grabbed, in seconds; engines keep a little more.
LONGEST_GRAB_S = 20.0
#: Our own kit: each name, and how many sounds it has.
OWN_SOUNDS: dict[str, int] = {
    "bd": 6, "sn": 6, "rim": 3, "cp": 4, "hh": 6, "oh": 4, "lt": 3, "mt": 3, "ht": 3,
    "cb": 3, "cr": 3, "rd": 2, "sh": 3, "cl": 2,
}  # fmt: skip


class KitSound(msgspec.Struct, frozen=True):
    """One sound of a kit: a file, or a part of one."""

    name: str
    path: str  # a sound file, or one in `KITS` that is being written
    begin: int = 0  # frames of the file
    end: int = 0  # 0: the file's end
    slices: int = 0  # above 0: the file is cut at so many onsets, and `begin` says which slice
    version: str = ""  # of the file: one that was exported anew makes another kit


class KitListing(msgspec.Struct, frozen=True):
    """The sounds of a kit; those of one name follow each other."""

    sounds: tuple[KitSound, ...]

    @property
    def number(self) -> int:
        """The number of the kit, by its contents; it is exact in a float."""
        return int.from_bytes(hashlib.sha256(msgspec.json.encode(self)).digest()[:6])

    def names(self) -> dict[str, tuple[int, int]]:
        """Return for each name its first sound, counted from 0, and how many it has."""
        found: dict[str, tuple[int, int]] = {}
        for index, sound in enumerate(self.sounds):
            first, count = found.get(sound.name, (index, 0))
            found[sound.name] = first, count + 1
        return found

    def keep(self) -> int:
        """Write the listing where the voices find it by its number, and return that."""
        path, content = KITS / f"{self.number:012x}.json", msgspec.json.encode(self)
        if not (path.is_file() and path.read_bytes() == content):  # a damaged one is made anew
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
        return self.number


@lru_cache(maxsize=64)
def kit_of(number: int) -> KitListing:
    """Return the listing of that number. Raises `LivecodeError` if it is not there any more."""
    path = KITS / f"{number:012x}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=KitListing)
    except (OSError, msgspec.DecodeError) as error:
        raise LivecodeError(f"cannot read the listing of a kit, {path}: {error}") from None


def own_kit() -> KitListing:
    """Return the listing of our own kit, which code makes."""
    return KitListing(
        tuple(
            KitSound(name, f"{OWN}{name}:{index}")
            for name, count in OWN_SOUNDS.items()
            for index in range(count)
        )
    )


def is_grabbed(path: str) -> bool:
    """Tell whether that is the path of a sound that was grabbed, and may yet have to be played."""
    return path.startswith(GRABBED)


def file_of(path: str) -> Path:
    """Return the file of a sound by its path in a listing."""
    return KITS / path.removeprefix(GRABBED) if is_grabbed(path) else path_of(path)
