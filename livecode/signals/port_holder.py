"""Names the program that holds a UDP port, as far as the system tells."""

import contextlib
from collections.abc import Iterator

import psutil

MOST_CHARACTERS = 60


def holder_of(port: int) -> str:
    """Return the program that holds that UDP port of this machine, such as `pd (process 4711)`.

    Where the system does not tell, return `another program`.
    """
    with contextlib.suppress(psutil.Error, OSError, ValueError):
        for pid in _pids(port):
            with contextlib.suppress(psutil.Error):
                return f"{_called(psutil.Process(pid))} (process {pid})"
    return "another program"


def _pids(port: int) -> Iterator[int]:
    """Yield the ids of the processes with a UDP socket on that port."""
    try:
        found = psutil.net_connections("udp")
    except psutil.AccessDenied:  # macOS tells of one's own processes alone
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(
                    each.laddr and each.laddr.port == port
                    for each in process.net_connections("udp")
                ):
                    yield process.pid
        return
    for each in found:
        if each.laddr and each.laddr.port == port and each.pid:
            yield each.pid


def _called(process: psutil.Process) -> str:
    """Return how a process was called, in short, since `python3` alone says little."""
    called = " ".join(part for part in process.cmdline()[:3] if part) or process.name()
    shown = "".join(character for character in called if character.isprintable())
    return shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…"
