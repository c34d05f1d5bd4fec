"""Writes a bundle: the journal of a performance, and all that another machine needs to replay it."""

import hashlib
import time
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from livecode.bundles.contents import (
    CODE,
    VERSION,
    CarriedFile,
    Contents,
    NeededModel,
    check_names,
    encode,
)
from livecode.bundles.needs import OF_NEEDS, FileToCarry, Needs, needs_of
from livecode.errors import LivecodeError
from livecode.files import CONTENTS, carried_files, shown
from livecode.journal.export import exported
from livecode.journal.records import Closed, Forked, Heartbeat, Opening, tick_of
from livecode.journal.segments import segments
from livecode.journal.stored_records import Stored, decoded, newest_first, read_stored
from livecode.neural.stored_zip import copied, fresh, new_entry

#: A file of a bundle has at most so many bytes.
LARGEST_FILE = 1 << 31


@dataclass(frozen=True)
class PlayedLength:
    """When what a replay plays begins and ends, in sample time; of a fork it is what came after the fork."""

    begin: int
    end: int
    sample_rate: int
    block: int
    date: float  # seconds since 1970

    @property
    def seconds(self) -> float:
        """How long it is."""
        return max(self.end - self.begin, 0) / self.sample_rate


#: The kinds of records that tell how long a performance is.
OF_LENGTH = (Opening, Forked, Heartbeat, Closed)


def length_of(records: list[Stored]) -> PlayedLength:
    """Return how long a performance is, whose records of OF_LENGTH are decoded.

    Raises LivecodeError if nothing was played.
    """
    known = list(decoded(records))
    opening = next((each for each in known if isinstance(each, Opening)), None)
    if opening is None:
        raise LivecodeError("the journal is empty: nothing has been played")
    begin, date, forked = 0, opening.date, False
    for each in known:
        if isinstance(each, Forked):
            begin, date, forked = each.tick, each.date, True
        elif forked and isinstance(each, Opening):
            begin, forked = each.tick // each.block * each.block, False
    end = max(map(tick_of, known))
    for late in newest_first(records):
        end = max(end, late.tick)
        if isinstance(late.record, Heartbeat | Closed):  # what was before was noted before
            break
    return PlayedLength(begin, end, opening.sample_rate, opening.block, date)


def write_bundle(journal: Path, out: Path, share: Collection[str] = ()) -> Contents:
    """Write the bundle of a journal's performance to the file `out`, and return what it says of itself.

    `share` names models that are carried though their licence does not say that they may be shared.
    Raises LivecodeError if the journal is empty or cannot be read, if a model of `share` was not heard, or
    if `out` is there already or cannot be written.
    """
    records = list(read_stored(journal, *OF_LENGTH, *OF_NEEDS))
    length = length_of(records)
    needs = needs_of(decoded(records), share)
    heard = {Path(each.name).stem for each in needs.models} | {each.name for each in needs.models}
    if strange := sorted(set(share) - heard):
        raise LivecodeError(f"the performance has no model named {strange[0]!r} to share")
    files = {
        CODE: FileToCarry(None, exported(journal).encode("utf-8", "surrogatepass")),
        **{each.name: FileToCarry(each) for each in segments(journal)},
        **needs.files,
    }
    check_names(files)
    with fresh(out, "the bundle") as file, zipfile.ZipFile(file, "w", allowZip64=False) as archive:
        carried = {name: _put(archive, name, files[name]) for name in files}
        contents = _contents(length, needs, carried).seal()
        archive.writestr(new_entry(CONTENTS), encode(contents))
    return contents


def carry_to(folder: Path, records: list[Stored]) -> bool:
    """Carry the files of a performance of this machine into a folder; return whether there were any.

    Of its records, those of OF_LENGTH and OF_NEEDS are decoded. Models are left where they are. Raises
    LivecodeError if a file cannot be read or written.
    """
    needs = needs_of(decoded(records), models=False)
    if not needs.files:
        return False
    check_names(needs.files)
    carried = {}
    for name, source in needs.files.items():
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file, _opened(source) as given:
                digest = copied(given, file, LARGEST_FILE)
        except OSError as error:
            raise LivecodeError(f"cannot write {shown(target)}: {error.strerror}") from None
        carried[name] = CarriedFile(digest, source.path, _changed_ns(source))
    (folder / CONTENTS).write_bytes(encode(_contents(length_of(records), needs, carried)))
    return True


def _contents(length: PlayedLength, needs: Needs, files: dict[str, CarriedFile]) -> Contents:
    carried = carried_files()
    models: list[NeededModel] = needs.models
    return Contents(
        bundle=VERSION,
        livecode=version("livecode"),
        date=length.date or time.time(),
        seconds=round(length.seconds, 3),
        home=str(Path.home()) if carried is None else carried.home,
        title=needs.title,
        files=files,
        models=tuple(models),
        missing=tuple(needs.missing),
    )


def _put(archive: zipfile.ZipFile, name: str, source: FileToCarry) -> CarriedFile:
    """Write one file as it is at this moment, even if it grows meanwhile as a journal does."""
    entry = new_entry(name)
    try:
        with _opened(source) as given:
            if source.file is not None:
                entry.file_size = source.file.stat().st_size
                if entry.file_size >= LARGEST_FILE:
                    raise LivecodeError(
                        f"{shown(source.file)} is too large for a bundle: 2 GB at most"
                    )
                with archive.open(entry, "w") as packed:
                    digest = copied(_Beginning(given, entry.file_size), packed, LARGEST_FILE)
            else:
                archive.writestr(entry, source.content)
                digest = hashlib.sha256(source.content).hexdigest()
    except FileNotFoundError as error:
        raise LivecodeError(f"{error.filename} has gone meanwhile: try again") from None
    return CarriedFile(digest, source.path, _changed_ns(source))


class _Beginning:
    """So many bytes of a file from its beginning."""

    def __init__(self, file: BinaryIO, size: int):
        self._file, self._left = file, size

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes; none at the end."""
        data = self._file.read(min(most, self._left))
        self._left -= len(data)
        return data


@contextmanager
def _opened(source: FileToCarry) -> Iterator[BinaryIO]:
    if source.file is None:
        yield BytesIO(source.content)
        return
    with source.file.open("rb") as file:
        yield file


def _changed_ns(source: FileToCarry) -> int:
    """Return when a file was changed last; 0 for one that is livecode's own."""
    if source.file is None or not (source.path or source.file.suffix):
        return 0
    return source.file.stat().st_mtime_ns
