"""Watches the journal of a performance, and the size of its folder; says what is not kept."""

import os
from pathlib import Path

from livecode.journal.journal_file import Journal
from livecode.playing.event_log import EventLog

#: The environment variable with the budget of a performance's folder in megabytes, and its default.
BUDGET, BUDGET_MB = "LIVECODE_BUDGET_MB", 1024.0
#: The share of the budget from which on a performer is told.
NEAR = 0.8
#: The folder is measured at each so many looks.
EVERY = 2


def budget_bytes() -> int:
    """Return how large the folder of a performance may become, in bytes."""
    try:
        return round(float(os.environ.get(BUDGET, BUDGET_MB)) * 1e6)
    except (ValueError, OverflowError):
        return round(BUDGET_MB * 1e6)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes; 0 if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sum(each.stat(follow_symlinks=False).st_size for each in entries)
    except OSError:
        return 0


class JournalWatch:
    """Tells the performer when the journal cannot be written, when it can again, and when it is large."""

    def __init__(self, log: EventLog):
        self._log, self._budget = log, budget_bytes()
        self._failing = False
        self._looks = 0
        self._told = 0.0  # the share of the budget that has been told

    def look(self, journal: Journal) -> None:
        """Look at the journal, and say what has changed."""
        error = journal.error
        if (error is not None) != self._failing:
            self._failing = error is not None
            if error is not None:
                self._log.say(
                    "note", f"{error}; the performance goes on without one, and tries again"
                )
            else:
                self._log.say("note", "the journal is written again")
        if self._looks % EVERY == 0:
            self._measure(journal)
        self._looks += 1

    def _measure(self, journal: Journal) -> None:
        """Let a folder that has reached its budget grow by what is indispensable alone."""
        folder = journal.path.parent
        size = folder_bytes(folder)
        share = size / self._budget if self._budget > 0 else 1.0
        journal.sparing = share >= 1.0
        step = 1.0 if share >= 1.0 else NEAR if share >= NEAR else 0.0
        if step > self._told:
            now = (
                f"{folder} holds {size / 1e6:.0f} MB of the {self._budget / 1e6:.0f} MB of {BUDGET}"
            )
            self._log.say(
                "note",
                f"{now}: packets, MIDI and features are not kept any more, so that a replay will differ; "
                "blocks are"
                if step == 1.0
                else f"{now}: at its limit, packets, MIDI and features are not kept any more",
            )
        self._told = step
