"""The supervisor's process: `python -m livecode.processes FOLDER`, started by a front end."""

import argparse
import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO

import setproctitle

from livecode.errors import LivecodeError
from livecode.files import open_private
from livecode.journal.archive import ArchivedPerformance
from livecode.processes.paths import Paths
from livecode.processes.running import RunningFile
from livecode.processes.supervisor import Supervisor
from livecode.system.early import EarlyProcess
from livecode.system.file_locks import lock
from livecode.system.processes import adopt_orphans, runs
from livecode.system.scheduling import give_up_nice
from livecode.system.signals import ignore_requests
from livecode.transport import Arena
from livecode.transport.lifeline import TERMINAL_NICE
from livecode.transport.logs import begin_log

_log = logging.getLogger("livecode.processes")
CHECK_EVERY_S = 0.03
#: How long the lock of one that was killed may take to be free.
LOCK_WITHIN_S = 2.0
#: The pauses after something of our own has failed grow up to this.
LONGEST_PAUSE_S = 2.0
#: The exit status of a supervisor that is one too many.
ANOTHER = 3


def main(early: Mapping[str, EarlyProcess] = MappingProxyType({})) -> int:
    """Supervise the performance of a folder until it ends, or until its front end has left for good.

    `early` holds processes that have been started already, by their names.
    """
    parser = argparse.ArgumentParser(prog="livecode.processes")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    begin_log("supervisor")
    setproctitle.setproctitle("livecode: supervisor")
    give_up_nice(TERMINAL_NICE)
    ignore_requests()  # who wants the end asks for it in the arena
    performance = ArchivedPerformance(0, options.folder)
    found = RunningFile.read(performance.running)
    if found is None:
        raise LivecodeError(f"no performance plays in {options.folder}")
    arena = Arena.attach(found.arena)
    held = _lock(options.folder / "supervisor.lock")
    if held is None:
        return ANOTHER
    adopt_orphans()
    header = arena.header
    header.supervisor_pid = os.getpid()
    header.supervisor_epoch += 1
    supervisor = Supervisor(
        found.settings,
        Paths(performance, Path(found.connection)),
        lambda sentence: _tell(arena, sentence),
        arena,
        early,
    )
    front_end = _FrontEnd(arena)
    gc.freeze()
    _supervise(supervisor, front_end.has_left)
    supervisor.stop()
    (options.folder / "supervisor.lock").unlink(missing_ok=True)
    return 0


def _tell(arena: Arena, sentence: str) -> None:
    """Leave a sentence for the front end, which may not have come yet; a full queue drops it."""
    arena.messages["supervisor", "terminal"].send(sentence.encode())


class _FrontEnd:
    """Tells whether the front end has left without another in its place."""

    def __init__(self, arena: Arena):
        self._header = arena.header
        self._first = int(self._header.terminal_pid)
        self._hung_up = threading.Event()
        threading.Thread(target=self._listen, name="front end", daemon=True).start()

    def _listen(self) -> None:
        """Wait for the end of the pipe that the front end holds, however it ends."""
        try:
            while os.read(0, 1):
                pass
        except OSError:
            pass
        self._hung_up.set()

    def has_left(self) -> bool:
        """Return whether nobody is there, and nobody has been for as long as the others play on."""
        header = self._header
        pid = int(header.terminal_pid)
        if runs(pid) and not (self._hung_up.is_set() and pid == self._first):
            return False
        alone_s = (time.monotonic_ns() - header.terminal_beat_ns) * 1e-9
        return bool(alone_s > header.outlive_s)


def _supervise(supervisor: Supervisor, has_left: Callable[[], bool]) -> None:
    """Check again and again, whatever happens, until the performance is to end."""
    header, pause_s = supervisor.arena.header, CHECK_EVERY_S
    while not supervisor.ended:
        header.supervisor_beat_ns = time.monotonic_ns()
        try:
            if has_left():
                _log.info("the front end has left")
                return
            supervisor.check()
            pause_s = CHECK_EVERY_S
        except Exception:  # a bug of ours, or a machine at its limits
            _log.exception("the supervisor stumbled")
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        time.sleep(pause_s)


def _lock(path: Path) -> "IO[bytes] | None":
    """Return the open file whose lock says that this supervisor is the only one; None if it is not.

    A folder that cannot be written has no lock: whoever comes is taken to be the only one.
    """
    try:
        # open for as long as the process lives
        file = open(path, "ab", opener=open_private)  # noqa: SIM115
    except OSError:
        return open(os.devnull, "rb")
    end = time.monotonic() + LOCK_WITHIN_S
    while True:
        try:
            lock(file.fileno())
            return file
        except BlockingIOError:
            if time.monotonic() > end:
                file.close()
                return None
            time.sleep(0.02)
        except OSError:  # a file system without locks
            return file


if __name__ == "__main__":
    raise SystemExit(main())
