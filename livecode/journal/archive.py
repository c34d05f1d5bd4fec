"""The archive of past performances: where they are kept, how long they were, and of which set."""

import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from livecode.errors import LivecodeError
from livecode.files import make_private_folder
from livecode.journal.journal_file import read_journal
from livecode.journal.marks import PERFORMANCE, mark, remove_files
from livecode.journal.records import BlockEnded, Closed, Forked, Heartbeat, Opening, SetRead
from livecode.system.folders import PRIVATE_FOLDER
from livecode.transport.places import data_folder, make_temporary_folder, probe, temporary_folders

_PERFORMANCES = "performances"
_NAME = re.compile(r"(\d{4,})_.*")


@dataclass(frozen=True)
class ArchivedPerformance:
    """One performance in the archive: its number, and the folder with its files."""

    number: int
    folder: Path
    #: Why it is not kept for good, in a sentence; "" if it is.
    unkept: str = field(default="", compare=False)

    @property
    def journal(self) -> Path:
        """The journal, which holds all that entered the performance."""
        return self.folder / "journal"

    @property
    def log(self) -> Path:
        """The log of all processes."""
        return self.folder / "log"

    @property
    def typed(self) -> Path:
        """The text of the terminal as it is typed, saved or not."""
        return self.folder / "typed.py"

    @property
    def running(self) -> Path:
        """The file that leads to the processes; it exists while the performance plays."""
        return self.folder / "playing.json"

    @property
    def started(self) -> Path:
        """The file that tells how the performance was started last; it stays when it has ended."""
        return self.folder / "started.json"


@dataclass(frozen=True)
class Summary:
    """A journal in short."""

    begun: float  # seconds since 1970
    seconds: float
    set_path: str | None
    blocks: int
    clean: bool  # ended on purpose
    forked_s: float | None = None  # from which moment of another performance it goes on


def folder() -> Path:
    """Return the folder of the archive."""
    return data_folder() / _PERFORMANCES


def folders() -> list[Path]:
    """Return the folder of the archive, and those that had to take its place since the system started."""
    return [folder(), *(each / _PERFORMANCES for each in temporary_folders())]


def new() -> ArchivedPerformance:
    """Make the folder of a performance that begins now, under the next number, and mark it.

    If the archive cannot be written, the folder is one that lasts as long as the system runs. Raises
    LivecodeError if there is no place for that, either.
    """
    number = max((each.number for each in performances()), default=0) + 1
    try:
        return _new_in(folder(), number)
    except OSError as error:
        trouble = error.strerror or str(error)
    try:
        made = _new_in(make_temporary_folder() / _PERFORMANCES, number)
    except OSError as error:
        raise LivecodeError(
            f"there is no place for a performance, neither in {folder()} ({trouble}) nor in memory "
            f"({error.strerror or error}): make room for a megabyte"
        ) from None
    return replace(
        made,
        unkept=f"{folder()} cannot be written ({trouble}): performance {made.number} is kept in "
        f"{made.folder}, until this machine restarts",
    )


def _new_in(place: Path, number: int) -> ArchivedPerformance:
    """Make the folder of a performance in that place; raises OSError if it takes no files."""
    make_private_folder(place)
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    while True:
        reserved, path = place / f".{number:04}", place / f"{number:04}_{stamp}"
        try:
            # This folder reserves the number, so that two that begin at once get different ones.
            reserved.mkdir()
        except FileExistsError:
            number += 1
            continue
        try:
            path.mkdir(mode=PRIVATE_FOLDER)
            try:
                probe(path)
                mark(path, PERFORMANCE)
            except OSError:
                remove_files(path, ())
                raise
        finally:
            reserved.rmdir()
        return ArchivedPerformance(number, path)


def performances() -> list[ArchivedPerformance]:
    """Return all performances, the oldest first."""
    found = [
        ArchivedPerformance(int(match.group(1)), path)
        for place in folders()
        for path in _entries(place)
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda each: each.number)


def _entries(place: Path) -> list[Path]:
    """Return what is in a folder; nothing if it is not there or cannot be read."""
    try:
        return list(place.iterdir())
    except OSError:
        return []


def find(number: int | None = None) -> ArchivedPerformance:
    """Return the performance of that number, or the newest one that has a journal.

    Raises LivecodeError if there is none.
    """
    if number is None:
        found = [each for each in performances() if each.journal.exists()]
    else:
        found = [each for each in performances() if each.number == number]
    if not found:
        which = "no performance has been kept" if number is None else f"no performance {number}"
        raise LivecodeError(f"{which} in {folder()}; `livecode sessions` lists them")
    return found[-1]


def summary(performance: ArchivedPerformance) -> Summary:
    """Return a performance's journal in short; raises LivecodeError if it cannot be read."""
    begun = 0.0
    first = last = 0
    sample_rate, blocks, clean, set_path = 48000, 0, False, None
    forked_s: float | None = None
    kinds = (Opening, Forked, SetRead, BlockEnded, Heartbeat, Closed)
    for record in read_journal(performance.journal, *kinds):
        match record:
            case Opening():
                sample_rate, clean = record.sample_rate, False
                if not begun:
                    begun, first = record.date, record.tick
                last = max(last, record.tick)
            case Forked():
                begun, first, last, forked_s = record.date, record.tick, record.tick, record.at_s
                blocks = 0
            case SetRead():
                set_path = record.path
            case BlockEnded():
                blocks += 1
                last = max(last, record.frame)
            case Heartbeat():
                last = max(last, record.tick)
            case Closed():
                last, clean = max(last, record.tick), True
    begun = begun or performance.journal.stat().st_mtime
    return Summary(begun, (last - first) / sample_rate, set_path, blocks, clean, forked_s)
