"""The performances that have been kept: where, how long, from which set, and whether one still sounds."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import platformdirs

from livecode.errors import LivecodeError
from livecode.journal.journal import read_journal
from livecode.journal.records import BlockEnded, Closed, Heartbeat, Opening, SetRead
from livecode.transport import Arena

#: A terminal whose heart has not beaten for so long is gone.
DESK_GONE_S = 3.0
_NAME = re.compile(r"(\d{4,})_.*")


@dataclass(frozen=True)
class Playing:
    """What it takes to find the processes of a performance: kept beside its journal while it plays."""

    arena: str
    connection: str
    audio: str
    seed: int
    set_path: str | None
    osc_bind: str
    osc_port: int

    def write(self, path: Path) -> None:
        """Keep it."""
        path.write_bytes(msgspec.json.encode(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Playing | None":
        """What is kept there, if anything."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return None


@dataclass(frozen=True)
class Kept:
    """One performance that was kept."""

    number: int
    folder: Path

    @property
    def journal(self) -> Path:
        """All that entered it."""
        return self.folder / "journal"

    @property
    def learned(self) -> Path:
        """What its agents had learned."""
        return self.folder / "learned.safetensors"

    @property
    def playing(self) -> Path:
        """There while it plays."""
        return self.folder / "playing.json"


@dataclass(frozen=True)
class Summary:
    """What a journal says in short."""

    begun: float  # seconds since 1970
    seconds: float
    set_path: str | None
    blocks: int
    clean: bool  # it was ended on purpose


def folder() -> Path:
    """Where performances are kept."""
    return Path(platformdirs.user_data_dir("livecode", appauthor=False)) / "performances"


def new() -> Kept:
    """A folder for a performance that begins now, under the next number."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    number = max((each.number for each in kept()), default=0) + 1
    while True:
        path = folder() / f"{number:04}_{stamp}"
        try:
            (folder() / f".{number:04}").mkdir(parents=True)  # two that begin at once differ
        except FileExistsError:
            number += 1
            continue
        path.mkdir(mode=0o700)
        (folder() / f".{number:04}").rmdir()
        return Kept(number, path)


def kept() -> list[Kept]:
    """All that are kept, oldest first."""
    found = [
        Kept(int(match.group(1)), path)
        for path in (folder().iterdir() if folder().is_dir() else ())
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda each: each.number)


def find(number: int | None = None) -> Kept:
    """The performance of that number, or the newest with a journal."""
    everything = kept()
    if number is None:
        found = [each for each in everything if each.journal.exists()]
    else:
        found = [each for each in everything if each.number == number]
    if not found:
        which = "no performance has been kept" if number is None else f"no performance {number}"
        raise LivecodeError(f"{which} in {folder()}; `livecode sessions` lists them")
    return found[-1]


def summary(performance: Kept) -> Summary:
    """What its journal says in short; LivecodeError if it cannot be read."""
    begun = first = last = 0.0
    rate, blocks, clean, set_path = 48000, 0, False, None
    for record in read_journal(performance.journal):
        match record:
            case Opening():
                rate, clean = record.sample_rate, False
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
    return Summary(begun, (last - first) / rate, set_path, blocks, clean)


def attached(performance: Kept) -> tuple[Playing, Arena] | None:
    """The shared memory of a performance that still plays; what one left behind is cleared away."""
    playing = Playing.read(performance.playing)
    if playing is None:
        return None
    try:
        arena = Arena.attach(playing.arena)
    except LivecodeError:
        _clear(performance, playing)
        return None
    if runs(arena.header.terminal_pid):
        return None if arena.header.stop else (playing, arena)
    if arena.header.stop or not any(runs(pid) for pid in pids(arena)):
        arena.remove()
        _clear(performance, playing)
        return None
    return playing, arena


def _clear(performance: Kept, playing: Playing) -> None:
    """Remove what was needed only while it played, unless it plays again by now."""
    if Playing.read(performance.playing) == playing:
        performance.playing.unlink(missing_ok=True)
    shutil.rmtree(Path(playing.connection).parent, ignore_errors=True)


def pids(arena: Arena) -> Iterator[int]:
    """Of engine, voices and mind."""
    return (getattr(arena.header, f"{name}_pid") for name in ("engine", "voices", "mind"))


def has_terminal(arena: Arena) -> bool:
    """Whether somebody sits at its terminal."""
    age_s = (time.monotonic_ns() - arena.header.terminal_beat_ns) * 1e-9
    return age_s < DESK_GONE_S and runs(arena.header.terminal_pid)


def left_alone() -> Kept | None:
    """The performance that still sounds although its terminal is gone."""
    for each in kept():
        found = attached(each)
        if found is not None and not has_terminal(found[1]):
            return each
    return None


def stop(performance: Kept, within_s: float = 2.0) -> None:
    """End what still sounds of a performance."""
    found = attached(performance)
    if found is None:
        raise LivecodeError(f"performance {performance.number} does not play")
    playing, arena = found
    arena.header.stop = 1
    end = time.monotonic() + within_s
    while any(runs(pid) for pid in pids(arena)) and time.monotonic() < end:
        time.sleep(0.02)
    arena.remove()
    _clear(performance, playing)


def runs(pid: int) -> bool:
    """Whether there is a process of that number that has not ended; one without a parent counts."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # Linux: what has ended and is only not yet taken note of
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return not Path("/proc/self").exists()
    return state not in ("Z", "X")
