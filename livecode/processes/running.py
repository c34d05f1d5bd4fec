"""Finds performances whose processes still run, tells whether anybody sits at them, and ends them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.installation import is_signed, signature
from livecode.journal.marks import remove_connection
from livecode.processes.options import Options
from livecode.system.processes import is_mapped, runs
from livecode.transport import Arena, OtherLayout

#: A terminal whose heart has not beaten for this long is gone.
TERMINAL_GONE_S = 3.0
#: The processes without which there is no performance.
PLAYERS = ("engine", "voices", "mind", "sender", "stage")
_PATHS = ("set_path", "record", "stems", "text_path", "stage_certificate", "stage_key")


@dataclass(frozen=True)
class RunningFile:
    """Leads to the processes of a performance; a file beside the journal holds it."""

    arena: str
    connection: str
    options: dict[str, Any]  # as `Options` has them, paths as text
    signed: str = ""  # by the installation that plays it, for the folder of the file

    @classmethod
    def of(cls, arena: str, connection: Path, options: Options) -> "RunningFile":
        """Return what leads to a performance that is played with these options."""
        plain = {each.name: getattr(options, each.name) for each in fields(options)}
        for name in _PATHS:
            plain[name] = None if plain[name] is None else str(plain[name])
        return cls(arena, str(connection), plain)

    @property
    def settings(self) -> Options:
        """The options with which the performance is played."""
        known = {each.name for each in fields(Options)}
        options = {name: value for name, value in self.options.items() if name in known}
        for name in _PATHS:
            options[name] = None if options.get(name) is None else Path(options[name])
        return Options(**options)

    def write(self, path: Path) -> None:
        """Sign the file and write it as JSON, which only this user can read."""
        signed = replace(self, signed=signature(*self._told(path)))
        replace_file(path, msgspec.json.encode(signed), private=True)

    def is_ours(self, path: Path) -> bool:
        """Return whether this installation has written it as it is, and to this file."""
        return is_signed(self.signed, *self._told(path))

    def _told(self, path: Path) -> tuple[str, ...]:
        """Return what is signed: what the file tells, and of which performance."""
        options = msgspec.json.encode(self.options, order="sorted").decode()
        return "playing", path.parent.name, self.arena, self.connection, options

    @classmethod
    def read(cls, path: Path) -> "RunningFile | None":
        """Read the file; None if it does not exist or is damaged."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return None


class PlaysElsewhere(LivecodeError):
    """A performance may be played by another installation, or by another version: leave it alone."""


class NotOurs(PlaysElsewhere):
    """What leads to the processes of a performance was not written by this installation."""


def attached(
    performance: ArchivedPerformance, trusted: bool = False
) -> tuple[RunningFile, Arena] | None:
    """Return the shared memory of a performance that still plays, and what leads to its processes.

    None if it does not play. What a dead performance of this installation left behind is then cleared
    away. Raises PlaysElsewhere if another version of livecode plays it, and its subclass NotOurs, unless
    `trusted`, if the file that leads to its processes was not written by this installation.
    """
    running = RunningFile.read(performance.running)
    if running is None:
        return None
    ours = running.is_ours(performance.running)
    try:
        arena = Arena.attach(running.arena)
    except OtherLayout:
        if is_mapped(running.arena):
            raise PlaysElsewhere(
                f"performance {performance.number} is played by another version of livecode: "
                "end it with that one"
            ) from None
        return None
    except LivecodeError:
        if ours:
            _clear(performance, running)
        return None
    if not (ours or trusted):
        raise NotOurs(
            f"{performance.running} was not written by this installation, and leads to processes that "
            "may be somebody else's"
        )
    if runs(arena.header.terminal_pid):
        return None if arena.header.stop else (running, arena)
    if arena.header.stop or not any(runs(pid) for pid in pids(arena)):
        arena.remove()
        _clear(performance, running)
        return None
    return running, arena


def left_alone() -> ArchivedPerformance | None:
    """Return the performance that still sounds although its terminal is gone, if there is one."""
    for each in archive.performances():
        try:
            found = attached(each)
        except PlaysElsewhere:
            continue
        if found is not None and not has_terminal(found[1]):
            return each
    return None


def has_terminal(arena: Arena) -> bool:
    """Return whether a terminal is open on the performance of that arena."""
    age_s = (time.monotonic_ns() - arena.header.terminal_beat_ns) * 1e-9
    return age_s < TERMINAL_GONE_S and runs(arena.header.terminal_pid)


def stop(performance: ArchivedPerformance, within_s: float = 2.0) -> None:
    """End the processes of a performance, and wait for their end for at most `within_s` seconds.

    Raises LivecodeError if the performance does not play, or not here.
    """
    found = attached(performance)
    if found is None:
        raise LivecodeError(f"performance {performance.number} does not play")
    running, arena = found
    arena.header.stop = 1
    end = time.monotonic() + within_s
    while any(runs(pid) for pid in pids(arena)) and time.monotonic() < end:
        time.sleep(0.02)
    arena.remove()
    _clear(performance, running)


def pids(arena: Arena) -> Iterator[int]:
    """Yield the process ids of supervisor, engine, voices, mind, sender and stage; 0: there has been none."""
    return (getattr(arena.header, f"{name}_pid") for name in ("supervisor", *PLAYERS))


def _clear(performance: ArchivedPerformance, running: RunningFile) -> None:
    """Remove the files that were needed while it played, unless it plays again by now."""
    if RunningFile.read(performance.running) == running:
        performance.running.unlink(missing_ok=True)
    remove_connection(Path(running.connection))
