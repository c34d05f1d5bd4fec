"""Files that are written whole or not at all, and how they are known: by digest, version and name."""

import hashlib
import json
import os
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from livecode.system.folders import PRIVATE_FILE, PRIVATE_FOLDER, close_file, close_folder


def replace_file(path: Path, content: bytes, private: bool = False, for_good: bool = True) -> None:
    """Put `content` in the place of the file at once and for good; raises OSError, the file as it was.

    A reader sees the old file or the new one and never half of one, even after a power cut. A link
    stays a link, and a file that was there keeps its permissions. `private`: only this user may read
    it. `for_good`: wait until it is on the disk; False for what is written with every key.
    """
    with replacing(path, private, for_good) as unfinished:
        unfinished.write_bytes(content)


@contextmanager
def replacing(path: Path, private: bool = False, for_good: bool = True) -> Iterator[Path]:
    """A path to write a file to, which takes the place of `path` when the block ends without an error.

    Raises OSError if it cannot, such as into a folder that is not there. Of a `private` file, only
    this user can read the unfinished one, too.
    """
    target = path.resolve()
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        if private:
            os.close(open_private(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        yield unfinished
        if for_good:
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
        if target.exists() and not private:
            with suppress(OSError):  # of somebody else, in a folder that is ours
                unfinished.chmod(target.stat().st_mode)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def make_private_folder(path: Path) -> None:
    """Make a folder that only this user can enter, with all folders above it that are missing.

    A folder of this user that is there is closed to others. Only for folders that are all livecode's.
    Raises OSError if there is no place for it.
    """
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    close_folder(path)


def open_private(path: str | Path, flags: int) -> int:
    """Open a file that only this user can read, and return its descriptor; raises OSError.

    A file that is there is closed to others. The function serves as the `opener` of `open`.
    """
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)
    close_file(descriptor)
    return descriptor


def sha256(path: Path) -> str:
    """The SHA-256 of a file as hexadecimal digits; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


#: Pieces of a file that are looked at to tell it from what it was, and how long each is.
_LOOKS, _LOOK_BYTES = 64, 4096


def version_of(path: Path) -> str:
    """Return what tells a file from what it was and will be: its time, its size, and pieces of it.

    A file that was written anew has another version, even within the two seconds in which some file
    systems count time. Raises OSError if the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        for look in range(_LOOKS):
            file.seek(max(0, status.st_size - _LOOK_BYTES) * look // (_LOOKS - 1))
            digest.update(file.read(_LOOK_BYTES))
    return f"{status.st_mtime_ns}-{status.st_size}-{digest.hexdigest()[:16]}"


#: What stands before a path whose bytes are no UTF-8, in messages and journals.
_BYTES = "bytes:"
#: Names the folder with the files of a performance from elsewhere, for all processes that play it.
CARRIED = "LIVECODE_CARRIED"
#: In that folder: what is in it, and the folder of files, which stand to each other as they did there.
CONTENTS, FILES = "bundle.json", "files"


@dataclass(frozen=True)
class CarriedFiles:
    """The files that came with a performance from elsewhere, by where they were and by where they are."""

    folder: Path
    home: str  # the home folder there
    here: dict[str, str]  # path there -> path here
    there: dict[str, str]  # path here -> path there

    def former(self, path: str) -> str:
        """Return the path that a file or folder had there; `path` itself if it did not come along."""
        files = self.folder / FILES
        if path in self.there or not PurePath(path).is_relative_to(files):
            return self.there.get(path, path)
        root, *parts = PurePath(path).relative_to(files).parts or ("",)
        if root not in ("home", "root"):
            return path
        return str(PurePath(self.home if root == "home" else PurePath(path).anchor, *parts))

    def place(self, path: str) -> Path:
        """Return where a file of that path is kept here, if it came along."""
        known = self.here.get(path)
        if known is not None:
            return Path(known)
        plain = os.path.normpath(path)
        return self.folder / FILES / mirrored(plain, self.home, str(Path.home()))


def mirrored(path: str, *homes: str) -> PurePath:
    """Return the path of a file among those that are carried: below `home` or below `root`.

    `path` is absolute. Each of the home folders is `home`.
    """
    pure = PurePath(path)
    for home in filter(None, homes):
        if pure.is_relative_to(home) and pure != PurePath(home):
            return PurePath("home", pure.relative_to(home))
    return PurePath("root", *pure.parts[1:])


def carried_files() -> CarriedFiles | None:
    """Return the files that came with the performance that plays in this process; None if none did."""
    folder = os.environ.get(CARRIED)
    return _carried_in(folder) if folder else None


@contextmanager
def carrying(folder: Path | None) -> Iterator[None]:
    """Let this process, and those that it starts, find the files of a folder where the code looks for them.

    None, or a folder without contents: each file is where it says.
    """
    before = os.environ.pop(CARRIED, None)
    if folder is not None and (folder / CONTENTS).is_file():
        os.environ[CARRIED] = str(folder.resolve())
    try:
        yield
    finally:
        os.environ.pop(CARRIED, None)
        if before is not None:
            os.environ[CARRIED] = before


@lru_cache(maxsize=8)
def _carried_in(folder: str) -> CarriedFiles:
    """Return what lies in a folder by its contents, which do not change; nothing if they are damaged."""
    home, here = "", {}
    with suppress(OSError, ValueError, AttributeError, TypeError, KeyError):
        contents = json.loads(Path(folder, CONTENTS).read_bytes())
        home = str(contents["home"])
        for name, about in contents["files"].items():
            if about.get("path"):
                here[str(about["path"])] = str(Path(folder, name))
    return CarriedFiles(Path(folder), home, here, {now: then for then, now in here.items()})


def path_text(path: str | Path) -> str:
    """Return a path as text that can be sent and kept, even if its bytes are no UTF-8.

    `path_of` returns the path again. A path whose bytes are UTF-8 stays as it is. A file that came with a
    performance from elsewhere has the path that it had there.
    """
    text = str(path)
    if (carried := carried_files()) is not None:
        text = carried.former(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _BYTES + urllib.parse.quote(os.fsencode(text))
    return text


def path_of(text: str | Path) -> Path:
    """Return the path that `path_text` made a text of, or the path of any other text; `~` is home.

    A file that came with a performance from elsewhere is where it is kept here.
    """
    if isinstance(text, str) and text.startswith(f"{_BYTES}/"):
        path = Path(os.fsdecode(urllib.parse.unquote_to_bytes(text.removeprefix(_BYTES))))
    else:
        path = Path(text).expanduser()
    carried = carried_files() if path.is_absolute() else None
    if carried is not None and (here := carried.place(str(path))).exists():
        return here
    return path


def encoded_path(path: Path) -> str | bytes:
    """Return a path as libraries in C take it: as bytes where its name may be no UTF-8."""
    return str(path) if os.name == "nt" else os.fsencode(path)


def shown(path: str | Path) -> str:
    """Return a path as it is shown; bytes that are no UTF-8 are shown as �."""
    return os.fsencode(path_of(path)).decode("utf-8", "replace")
