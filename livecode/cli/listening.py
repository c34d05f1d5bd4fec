"""Prints what the mind of a performance tells, where no terminal shows it."""

import time
from collections.abc import Callable, Collection
from pathlib import Path

from livecode.terminal.mind_client import MindClient, Printed, Told
from livecode.transport.events import Event, Kind

#: Events that are printed, each with the sign that the terminal shows before it.
SIGNS: dict[Kind, str] = {"scene": "▶", "error": "✗", "fallback": "↺", "note": "·"}


class MindListener:
    """Follows whichever mind plays, within a running event loop, and prints its events."""

    def __init__(self, connection: Path, say: Callable[[str], None], known: Collection[str]):
        """`say` prints a line. `known` holds sentences that have been printed already."""
        self._say, self._known = say, known
        self._client = MindClient(connection, self._tell, time.monotonic)
        self._pid = 0

    def follow(self, mind_pid: int) -> None:
        """Listen to the mind of that process id; call this often."""
        if mind_pid and mind_pid != self._pid:
            self._pid = mind_pid
            self._client.reconnect()

    def close(self) -> None:
        """Stop listening."""
        self._client.close()

    def _tell(self, told: Told) -> None:
        if isinstance(told, Printed):
            self._say(told.text.rstrip("\n"))
        elif told.kind in SIGNS and str(told) not in self._known:
            self._say(_line(told))


def _line(event: Event) -> str:
    return f"{SIGNS[event.kind]} {' '.join(str(event).split())}"
