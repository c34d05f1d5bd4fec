"""The archive of past performances: where they are kept, how long they were, and of which set."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from livecode.errors import LivecodeError
from livecode.files import make_private_folder
from livecode.journal.journal import read_journal
from livecode.journal.marks import PERFORMANCE, mark
from livecode.journal.records import BlockEnded, Closed, Heartbeat, Opening, SetRead

_NAME = re.compile(r"(\d{4,})_.*")


@dataclass(frozen=True)
class ArchivedPerformance:
    """One performance in the archive: its number, and the folder with its files."""

    number: int
    folder: Path

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


@dataclass(frozen=True)
class Summary:
    """A journal in short."""

    begun: float  # seconds since 1970
    seconds: float
    set_path: str | None
    blocks: int
    clean: bool  # ended on purpose


def folder() -> Path:
    """Return the folder of the archive."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "performances"


def new() -> ArchivedPerformance:
    """Make the folder of a performance that begins now, under the next number, and mark it.

    Raises OSError if there is no place for it.
    """
    make_private_folder(folder())
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    number = max((each.number for each in performances()), default=0) + 1
    while True:
        path = folder() / f"{number:04}_{stamp}"
        try:
            # This folder reserves the number, so that two that begin at once get different ones.
            (folder() / f".{number:04}").mkdir()
        except FileExistsError:
            number += 1
            continue
        try:
            path.mkdir(mode=0o700)
            mark(path, PERFORMANCE)
        finally:
            (folder() / f".{number:04}").rmdir()
        return ArchivedPerformance(number, path)


def performances() -> list[ArchivedPerformance]:
    """Return all performances, the oldest first."""
    found = [
        ArchivedPerformance(int(match.group(1)), path)
        for path in (folder().iterdir() if folder().is_dir() else ())
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda each: each.number)


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
    for record in read_journal(performance.journal):
        match record:
            case Opening():
                sample_rate, clean = record.sample_rate, False
                if not begun:
                    begun, first = record.date, record.tick
                last = max(last, record.tick)
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
    return Summary(begun, (last - first) / sample_rate, set_path, blocks, clean)
