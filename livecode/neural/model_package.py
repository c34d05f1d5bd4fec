"""Packages: one zip file with a model, its card, its licence, where it comes from, and its hash."""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from livecode.errors import LivecodeError
from livecode.files import sha256, shown
from livecode.neural.limits import LARGEST_BYTES, check_size
from livecode.neural.load import load_model
from livecode.neural.model_file import (
    SUFFIX,
    ModelMeta,
    find_model,
    list_models,
    read_meta,
    user_models,
)
from livecode.neural.stored_zip import (
    PROGRAMS,
    check_directory,
    copied,
    fresh,
    new_entry,
    told_by,
)
from livecode.neural.torchscript.trust import find_torchscript

PACKAGE_VERSION = 1
CARD, CONTENTS = "README.md", "package.json"
#: Fields of a model's description that the table of contents repeats, for people and for the check.
TOLD = ("kind", "sample_rate", "licence", "data", "creator", "command")
#: The largest card or table of contents, and the largest picture, in bytes.
LARGEST_TEXT, LARGEST_PICTURE = 1 << 20, 16 << 20
#: Files that a package holds at most, and the length of a zip's own directory of them in bytes.
MOST_FILES, LARGEST_DIRECTORY = 16, 1 << 14
_NAME = re.compile(r"\w(?:[\w .+-]{0,62}[\w+-])?")
_PICTURE = re.compile(r"\w[\w-]{0,60}\.png")
_SHOWN_PICTURE = re.compile(rf"!\[[^]]*\]\(({_PICTURE.pattern})\)")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Packed:
    """A model that was packed or unpacked."""

    name: str
    path: Path  # of the package, or of the unpacked model file
    digest: str  # SHA-256 of the model file, as hexadecimal digits
    meta: ModelMeta


def pack(name_or_path: str | Path, out: Path | None = None) -> Packed:
    """Write the package of a model to `out`, by default to NAME.zip in the current folder.

    The same model and card give the same bytes. Raises LivecodeError if there is no such model, if it
    cannot be played, if it is a program, or if `out` is there already or cannot be written.
    """
    if (program := find_torchscript(name_or_path)) is not None:
        raise LivecodeError(
            f"{shown(program)} is a TorchScript program, which no package carries: give the file "
            "itself to somebody who trusts you, for `livecode import`"
        )
    path = find_model(name_or_path)
    name = checked_name(path.stem)
    load_model(path)
    meta, digest = read_meta(path), sha256(path)
    texts = _beside(path, name, meta)
    hashes = {each: hashlib.sha256(content).hexdigest() for each, content in texts.items()}
    contents = {
        "package": PACKAGE_VERSION,
        "name": name,
        **{field: getattr(meta, field) for field in TOLD},
        "sha256": {name + SUFFIX: digest, **hashes},
    }
    texts = {CONTENTS: json.dumps(contents, indent=1, ensure_ascii=False).encode(), **texts}
    out = Path(f"{name}.zip") if out is None else out
    with fresh(out, "the model") as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
        for each, content in texts.items():
            archive.writestr(new_entry(each), content)
        entry = new_entry(name + SUFFIX)
        entry.file_size = path.stat().st_size
        with path.open("rb") as model, archive.open(entry, "w") as packed:
            if copied(model, packed, LARGEST_BYTES) != digest:
                raise LivecodeError(f"{shown(path)} was changed while it was packed: pack it again")
    return Packed(name, out, digest, meta)


def unpack(file: Path, name: str | None = None) -> Packed:
    """Put the model of a package where the performer's own models are found by name.

    `name` replaces the package's own. Nothing is overwritten, and nothing is left behind by a package
    that is refused. Raises LivecodeError if the file is no package, is damaged, holds anything but a
    model with its card and pictures, holds more than it claims or than a model may, does not have the
    hashes that it names, holds a model that cannot be played, or if there is a model of that name.
    """
    if file.suffix.lower() in PROGRAMS:
        raise LivecodeError(
            f"{shown(file)} is no package but a checkpoint or a program: "
            "if you trust its maker, see `livecode import --help`"
        )
    try:
        check_size(file)
        with file.open("rb") as opened, told_by(file, "package of a model"):
            return _unpacked(opened, name)
    except OSError as error:
        reason = error.strerror or error
        raise LivecodeError(f"cannot unpack {shown(file)}: {reason}") from None


def checked_name(name: str) -> str:
    """Return the name of a model if other machines can keep it, too; raises LivecodeError if not."""
    if not _NAME.fullmatch(name) or Path(name).suffix.lower() in (SUFFIX, *PROGRAMS):
        raise LivecodeError(
            f"{name!r} cannot name a model that is shared: use at most 64 letters, digits, - and _"
        )
    return name


def _beside(path: Path, name: str, meta: ModelMeta) -> dict[str, bytes]:
    """Return the card of a model and the pictures that it shows; a short card where there is none."""
    card = path.with_name(CARD)
    if path.parent.name != path.stem or not card.is_file():
        return {CARD: _short_card(name, meta).encode()}
    if card.stat().st_size > LARGEST_TEXT:
        raise LivecodeError(f"{shown(card)} is longer than a card may be: shorten it to 1 MB")
    text = card.read_bytes()
    found = {CARD: text}
    for each in _SHOWN_PICTURE.findall(text.decode("utf-8", "replace"))[: MOST_FILES - 3]:
        picture = path.with_name(each)
        if picture.is_file() and picture.stat().st_size <= LARGEST_PICTURE:
            found[each] = picture.read_bytes()
    return found


def _short_card(name: str, meta: ModelMeta) -> str:
    parts = (("Data", meta.data), ("Licence", meta.licence), ("Made by", meta.creator))
    told = "".join(f"\n**{word}.** {text}\n" for word, text in parts if text)
    return f"# {name}\n\nA {meta.kind} at {meta.sample_rate} Hz.\n{told}"


def _unpacked(file: BinaryIO, name: str | None) -> Packed:
    size = check_directory(file, LARGEST_DIRECTORY, "livecode models pack")
    with zipfile.ZipFile(file) as archive:
        entries = _checked_entries(archive, size)
        contents = _contents(archive, entries)
        hashes = contents["sha256"]
        name = checked_name(contents["name"] if name is None else name)
        _check_free(name)
        models = user_models()
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacked-", dir=models) as temporary:
            folder = Path(temporary) / name
            folder.mkdir()
            for each, entry in entries.items():
                if each == CONTENTS:
                    continue
                target = folder / (name + SUFFIX if each.endswith(SUFFIX) else each)
                with archive.open(entry) as packed, target.open("xb") as out:
                    if copied(packed, out, entry.file_size) != hashes[each]:
                        raise LivecodeError(
                            f"{each!r} is not what was packed, since its SHA-256 is another: "
                            "ask for the package again"
                        )
            meta = _checked_model(folder / (name + SUFFIX), contents)
            _check_texts(folder)
            _check_free(name)
            os.rename(folder, models / name)
    return Packed(name, models / name / (name + SUFFIX), hashes[contents["name"] + SUFFIX], meta)


def _checked_entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of a package by name; raises LivecodeError if one does not belong there."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename
        if Path(name).suffix.lower() in PROGRAMS:
            raise LivecodeError(
                f"it holds {name!r}, which is or may be a program: a package holds numbers and text "
                "alone, and `livecode import` reads programs of makers whom you trust"
            )
        if name != Path(name).name or "\\" in name or ":" in name or name.startswith("."):
            raise LivecodeError(f"it holds {name!r}, which leads out of the folder of a model")
        if name.endswith(SUFFIX):
            limit = LARGEST_BYTES
        elif name in (CARD, CONTENTS):
            limit = LARGEST_TEXT
        elif _PICTURE.fullmatch(name):
            limit = LARGEST_PICTURE
        else:
            raise LivecodeError(f"it holds {name!r}, which is neither model, card nor picture")
        if name in entries:
            raise LivecodeError(f"it holds {name!r} twice")
        if entry.file_size > limit:
            raise LivecodeError(
                f"it claims {entry.file_size / 1e6:.0f} MB for {name!r}, and at most "
                f"{limit / 1e6:.0f} MB are unpacked"
            )
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise LivecodeError(f"it holds {name!r} compressed, as no package of ours is")
        entries[name] = entry
    if len(entries) > MOST_FILES:
        raise LivecodeError(f"it holds {len(entries)} files, and a package at most {MOST_FILES}")
    if CONTENTS not in entries:
        raise LivecodeError(f"it holds no {CONTENTS}, as each package does")
    if sum(entry.file_size for entry in entries.values()) > size:
        raise LivecodeError("its files claim more bytes than it has")
    return entries


def _contents(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """Return the table of contents; raises LivecodeError if it is none, or not that of the entries."""
    told = json.loads(archive.read(entries[CONTENTS]))
    if not isinstance(told, dict):
        raise LivecodeError(f"its {CONTENTS} is damaged")
    if told.get("package") != PACKAGE_VERSION:
        raise LivecodeError(
            f"it is a package of version {told.get('package')!r}, and this livecode reads version "
            f"{PACKAGE_VERSION}: update livecode"
        )
    name, hashes = told.get("name"), told.get("sha256")
    if not isinstance(name, str) or not isinstance(hashes, dict):
        raise LivecodeError(f"its {CONTENTS} lacks the name of the model, or its hash")
    if set(hashes) != set(entries) - {CONTENTS} or name + SUFFIX not in hashes:
        raise LivecodeError(f"its {CONTENTS} names other files than it holds")
    if sum(each.endswith(SUFFIX) for each in hashes) > 1:
        raise LivecodeError("it holds more than one model")
    return told


def _check_free(name: str) -> None:
    """Raise LivecodeError if there is a model of that name, or anything in its place."""
    taken = list_models().get(name) or find_torchscript(name)
    place = user_models() / name
    if taken is None and os.path.lexists(place):
        taken = place
    if taken is not None:
        raise LivecodeError(
            f"there is a model named {name!r} already, {shown(taken)}, which stays as it is: "
            "give this one another name with --name"
        )


def _checked_model(path: Path, contents: dict[str, Any]) -> ModelMeta:
    """Return the description of an unpacked model that can be played; raises LivecodeError if not."""
    try:
        load_model(path)
        meta = read_meta(path)
    except LivecodeError as error:
        raise LivecodeError(str(error).replace(str(path), path.name)) from None
    for field in TOLD:
        if contents.get(field) != getattr(meta, field):
            raise LivecodeError(f"its {CONTENTS} and its model name different things as {field}")
    return meta


def _check_texts(folder: Path) -> None:
    """Raise LivecodeError if a card is no text, or a picture no PNG file."""
    try:
        card = folder / CARD
        if card.exists():
            card.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LivecodeError(f"its {CARD} is no text in UTF-8") from None
    for picture in folder.glob("*.png"):
        with picture.open("rb") as file:
            if file.read(len(_PNG)) != _PNG:
                raise LivecodeError(f"its {picture.name!r} is no picture")
