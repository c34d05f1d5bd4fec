"""Finds what a past performance needs beside its journal, and names what cannot be carried."""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from livecode.agents import learned_streams, library, taste
from livecode.bundles.code_files import NamedInCode, modules_beside, named_in
from livecode.bundles.contents import AGENTS, CARD, MODELS, NeededModel, check_names
from livecode.bundles.sharing import may_be_shared
from livecode.errors import LivecodeError
from livecode.files import FILES, carried_files, mirrored, path_of, path_text, sha256, shown
from livecode.journal.records import (
    BlockBegun,
    FileUsed,
    JournalRecord,
    ModelUsed,
    Opening,
    SetRead,
)
from livecode.language.kits import ENDINGS, MAP, kit
from livecode.neural.model_file import SUFFIX, find_model, read_meta
from livecode.neural.torchscript.trust import find_torchscript


@dataclass(frozen=True)
class FileToCarry:
    """A file that is to be carried: the file here, or what is to be in it."""

    file: Path | None
    content: bytes = b""
    path: str = ""  # where the code looks for it


@dataclass
class Needs:
    """What a performance needs beside its journal."""

    files: dict[str, FileToCarry] = field(default_factory=dict)  # by their names in the bundle
    models: list[NeededModel] = field(default_factory=list)
    missing: list[str] = field(
        default_factory=list
    )  # a sentence for each thing that is not carried
    title: str = ""  # file name of the set that was read last


#: The kinds of records that tell what a replay needs.
OF_NEEDS = (Opening, SetRead, BlockBegun, ModelUsed, FileUsed)


def needs_of(
    records: Iterable[JournalRecord], share: Collection[str] = (), models: bool = True
) -> Needs:
    """Return what the performance of a journal needs.

    `share` names models whose licence does not say that they may be shared, and that are carried all the
    same; `models` False leaves all of them out, for a use on this machine.
    """
    heard, sounds, folders = dict[str, str](), dict[str, str](), dict[str, None]()
    codes: list[str] = []
    sets: dict[str, str] = {}
    for record in records:
        match record:
            case Opening():
                folders.setdefault(record.folder)
            case SetRead():
                sets.pop(record.path, None)
                sets[record.path] = record.text
                codes.append(record.text)
            case BlockBegun():
                codes.append(record.code)
            case ModelUsed():
                heard[record.name] = record.sha256 or heard.get(record.name, "")
            case FileUsed():
                sounds[record.path] = record.sha256
    finder = _Finder(sets or folders)
    for path, text in sets.items():
        finder.add_text(path, text)
        finder.needs.title = PurePath(path).name
    finder.add_code(codes)
    for path, digest in sounds.items():
        finder.add_sound(path, digest)
    if models:
        for name, digest in heard.items():
            finder.add_model(name, digest, name in share or Path(name).stem in share)
    return finder.needs


class _Finder:
    """Collects what is needed. Paths are those that the code gave; files are looked for here."""

    def __init__(self, places: Iterable[str]):
        """`places`: the sets of the performance, or the folders in which it stood."""
        self.needs = Needs()
        found = [path_of(each) for each in places if each]
        self._folders = list(dict.fromkeys(p if p.is_dir() else p.parent for p in found))

    def add_text(self, path: str, text: str) -> None:
        """Carry a set as it was read, whatever its file holds now."""
        name = self._name(path_of(path))
        if name is not None:
            self.needs.files[name] = FileToCarry(None, text.encode("utf-8", "surrogatepass"), path)

    def add_code(self, codes: list[str]) -> None:
        """Carry what pieces of code name, and the modules beside the set that they import."""
        named = named_in(codes)
        for folder in self._folders:
            modules = modules_beside(folder, named.modules)
            within = named_in(modules.values())
            for path in modules:
                self._add(path)
            self._add_named(folder, named)
            self._add_named(folder, within)
            named.computed |= within.computed
        for word in sorted(named.saved):
            self._add_saved(word)
        for call in sorted(named.computed):
            self._lack(
                f"the code computes which files {call} reads, so that they may be missing: "
                "if a replay needs them, give them with the bundle"
            )

    def add_sound(self, path: str, digest: str) -> None:
        """Carry a sound file that was heard."""
        found = path_of(path)
        if not found.is_file():
            self._lack(f"the sound file {shown(path)} is not here any more")
            return
        if digest and _digest(found) != digest:
            self._lack(
                f"the sound file {shown(path)} was changed since it was heard, and is as it is now"
            )
        self._add(found)

    def add_model(self, name: str, digest: str, shared: bool) -> None:
        """Carry a model that was heard, if its licence allows that or somebody says so."""
        licence, left_out = "", ""
        path = None
        if find_torchscript(name) is not None:
            left_out = "it is a program, which no bundle carries"
        else:
            try:
                path = find_model(name)
                licence = read_meta(path).licence
            except LivecodeError:
                left_out = "it is not here any more"
        if path is not None:
            now = _digest(path)
            if digest and now != digest:
                left_out = "it was changed since it was heard"
            elif not (shared or may_be_shared(licence)):
                says = f"its licence is {licence!r}" if licence else "its card names no licence"
                left_out = f"{says}, so that nobody knows whether it may be shared"
            elif not self._carry_model(name, path):
                left_out = "its name is none that other machines can keep"
        self.needs.models.append(NeededModel(name, digest, licence, left_out))

    def _carry_model(self, name: str, path: Path) -> bool:
        """Carry the file of a model with its card; return whether it has a name for that."""
        if Path(name).suffix == SUFFIX or len(Path(name).parts) > 1:
            return self._add(path, anywhere=True)
        carried = {f"{MODELS}/{name}/{name}{SUFFIX}": path}
        if (card := path.with_name(CARD)).is_file():
            carried[f"{MODELS}/{name}/{CARD}"] = card
        if not _are_names(carried):
            return False
        self.needs.files.update({each: FileToCarry(file) for each, file in carried.items()})
        return True

    def _add_named(self, folder: Path, named: NamedInCode) -> None:
        """Carry the files that words of the code name, seen from a folder."""
        for word in sorted(named.texts):
            path = _meant(folder, word)
            if path is not None and path.is_file() and path.suffix != SUFFIX:
                self._add(path)
        for word in sorted(named.kits):
            path = _meant(folder, word)
            if path is not None and path.is_dir():
                self._add_kit(path)

    def _add_kit(self, folder: Path) -> None:
        try:
            listing = kit(folder).listing
        except LivecodeError:
            return  # it was no kit then, either
        if (folder / MAP).is_file():
            self._add(folder / MAP, anywhere=True)
        for sound in listing.sounds:
            self._add(path_of(sound.path), anywhere=True)

    def _add_saved(self, word: str) -> None:
        """Carry what an agent, a taste or a stream has saved under that name."""
        for path_named in (library.path_of, taste.path_of, learned_streams.path_of):
            try:
                path = library.found(path_named(word))
            except LivecodeError:
                return
            name = f"{AGENTS}/{path.name}"
            if path.is_file() and _are_names([name]):
                self.needs.files[name] = FileToCarry(path)

    def _add(self, path: Path, anywhere: bool = False) -> bool:
        """Carry a file under the path at which the code finds it; return whether that is possible.

        From elsewhere than the set's folder, sounds alone are taken unless `anywhere` says otherwise.
        """
        if path.name.startswith("."):
            return False
        is_beside = any(path.is_relative_to(each) for each in self._folders)
        if not (is_beside or anywhere or path.suffix.lower() in ENDINGS):
            self._lack(
                f"{shown(path)} is no sound and not beside the set, so that it is not carried"
            )
            return False
        name = self._name(path)
        if name is None:
            return False
        self.needs.files.setdefault(name, FileToCarry(path, path=path_text(path.resolve())))
        return True

    def _name(self, path: Path) -> str | None:
        """Return the name of a file in the bundle; None, and say so, if it can have none."""
        carried = carried_files()
        if carried is not None and path.is_relative_to(carried.folder / FILES):
            name = PurePath(FILES, path.relative_to(carried.folder / FILES))
        else:
            homes = [str(Path.home()), *([carried.home] if carried is not None else [])]
            name = PurePath(FILES, mirrored(os.path.abspath(path), *homes))
        if not _are_names([name.as_posix()]):
            self._lack(
                f"{shown(path)} has a name that other machines may not keep, or is a program"
            )
            return None
        return name.as_posix()

    def _lack(self, sentence: str) -> None:
        if sentence not in self.needs.missing:
            self.needs.missing.append(sentence)


def _meant(folder: Path, word: str) -> Path | None:
    """Return the path that a word means, seen from a folder; None if it can be none."""
    if not word or len(word) > 1000 or "\n" in word or "\0" in word:
        return None
    try:
        path = path_of(word)
        path = Path(os.path.normpath(path if path.is_absolute() else folder / path))
        path.exists()  # raises where the name is too long
    except (OSError, ValueError, RuntimeError):
        return None
    return path


def _are_names(names: Iterable[str]) -> bool:
    try:
        check_names(dict.fromkeys(names))
    except (LivecodeError, UnicodeEncodeError):
        return False
    return True


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except OSError:
        return ""
