"""What a supervisor knows of a process that it looks after: its id, its heart, and how often it has died."""

import os
import subprocess
import time
from dataclasses import dataclass

from livecode.system.processes import is_ours
from livecode.system.signals import KILL

#: The first deaths are followed by another start at once, the next ones after pauses that double.
AT_ONCE, FIRST_PAUSE_S, LONGEST_PAUSE_S = 4, 0.25, 2.0


class AdoptedProcess:
    """A process that another supervisor has started, with the methods of a `Popen` used here."""

    stdin = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return None while it runs, then that of a process that was killed: it is not known."""
        if self.returncode is None and not is_ours(self.pid):
            self.returncode = -KILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, for `timeout` seconds at most; raises `subprocess.TimeoutExpired`."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.01)
        return -1

    def send_signal(self, number: int) -> None:
        """Send the process a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(KILL)


@dataclass
class Child:
    """One supervised process; its standard input is its lifeline to the supervisor."""

    name: str
    process: "subprocess.Popen[bytes] | AdoptedProcess"
    started_s: float  # monotonic
    resumed: bool = False  # it has taken the place of another
    ready_s: float | None = None  # when its heart was first seen to beat
    still: bool = False  # its heart has not beaten for a while, and that was told


@dataclass
class Restarts:
    """How often a process has died or could not be started lately, and when it is tried again."""

    deaths: int = 0
    failures: int = 0  # to start it, in a row
    due_s: float = 0.0  # monotonic
    died_s: float = float("-inf")  # monotonic, the last time

    def died(self, now_s: float) -> None:
        """Let the next start wait, the longer the more have died."""
        self.deaths, self.died_s = self.deaths + 1, now_s
        self._wait(now_s, self.deaths - AT_ONCE)

    def failed(self, now_s: float) -> float:
        """Let the next attempt wait, and return for how long."""
        self.failures += 1
        return self._wait(now_s, self.failures)

    def _wait(self, now_s: float, times: int) -> float:
        pause_s = 0.0 if times <= 0 else FIRST_PAUSE_S * 2 ** min(times - 1, 10)
        pause_s = min(pause_s, LONGEST_PAUSE_S)
        self.due_s = now_s + pause_s
        return pause_s
