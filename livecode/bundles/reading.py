"""Unpacks a bundle, perhaps a stranger's: names, sizes and hashes are checked, and nothing of it runs."""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from livecode.bundles.contents import CODE, JOURNAL, Contents, check_names, decode
from livecode.errors import LivecodeError
from livecode.files import CONTENTS, make_private_folder, open_private, sha256, shown
from livecode.neural.model_file import find_model, user_models
from livecode.neural.stored_zip import MAGIC, check_directory, copied, told_by

#: The contents of a bundle have at most so many bytes, and so does the zip's own directory.
LARGEST_CONTENTS, LARGEST_DIRECTORY = 16 << 20, 16 << 20
#: A file is set to be no younger than this, in nanoseconds since 1970: the year 2200.
_LATEST_NS = 7_258_118_400_000_000_000
MAKER = "livecode sessions export --bundle"


def is_bundle(path: Path) -> bool:
    """Return whether a file begins as a bundle does."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def unpack(file: Path, folder: Path) -> Contents:
    """Unpack a bundle into an empty folder, and return what it says of itself.

    Raises LivecodeError if the file is no bundle, is damaged, holds anything that no bundle holds, or more
    than it claims, or if a file is not the one that was packed.
    """
    try:
        with file.open("rb") as opened, told_by(file, "bundle"):
            size = check_directory(opened, LARGEST_DIRECTORY, MAKER)
            with zipfile.ZipFile(opened) as archive:
                entries = _checked_entries(archive, size)
                contents = decode(archive.read(entries.pop(CONTENTS)))
                if set(contents.files) != set(entries):
                    raise LivecodeError(f"its {CONTENTS} names other files than it holds")
                make_private_folder(folder)
                for name, entry in entries.items():
                    _extract(archive, entry, folder / name, contents)
                with open(folder / CONTENTS, "xb", opener=open_private) as told:
                    told.write(archive.read(CONTENTS))
    except OSError as error:
        raise LivecodeError(f"cannot unpack {shown(file)}: {error.strerror or error}") from None
    return contents


def lacking(contents: Contents) -> Iterator[str]:
    """Yield a sentence for each thing that a bundle does not carry, and that is not here, either.

    Models are looked for here: call it while the bundle's files are found.
    """
    yield from contents.missing
    for model in contents.models:
        if not model.left_out:
            continue
        try:
            here = sha256(find_model(model.name))
        except (LivecodeError, OSError):
            here = ""
        if here and here == model.sha256:
            continue
        known = f", SHA-256 {model.sha256}" if model.sha256 else ""
        place = user_models() / model.name
        there = "another model of that name is here" if here else f"put it into {shown(place)}"
        yield f"the model {model.name} is not in the bundle ({model.left_out}{known}): {there}"


def _checked_entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of a bundle by name; raises LivecodeError if one does not belong there."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name, mode = entry.filename, entry.external_attr >> 16
        if name in entries:
            raise LivecodeError(f"it holds {name!r} twice")
        if entry.is_dir() or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
            raise LivecodeError(f"it holds {name!r}, which is no plain file")
        if entry.flag_bits & 1:
            raise LivecodeError(f"it holds {name!r} encrypted")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise LivecodeError(f"it holds {name!r} compressed, as no bundle of ours is")
        entries[name] = entry
    check_names(entries)
    for name in (CONTENTS, JOURNAL, CODE):
        if name not in entries:
            raise LivecodeError(f"it holds no {name}, as each bundle does")
    if entries[CONTENTS].file_size > LARGEST_CONTENTS:
        raise LivecodeError(f"its {CONTENTS} is longer than that of a bundle may be")
    if sum(entry.file_size for entry in entries.values()) > size:
        raise LivecodeError("its files claim more bytes than it has")
    return entries


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, contents: Contents
) -> None:
    """Unpack one file, as it was and with the time of its last change."""
    about = contents.files[entry.filename]
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as packed, open(target, "xb", opener=open_private) as out:
        if copied(packed, out, entry.file_size) != about.sha256:
            raise LivecodeError(
                f"{entry.filename!r} is not what was packed, since its SHA-256 is another: "
                "ask for the bundle again"
            )
    if 0 < about.changed_ns < _LATEST_NS:
        os.utime(target, ns=(about.changed_ns, about.changed_ns))
