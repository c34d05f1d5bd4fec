"""Where a performance keeps its files: logs, journal, and the connection to the mind."""

import shutil
import tempfile
from pathlib import Path

from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance


class Paths:
    """Paths of one performance: some files are archived, the others are removed at its end."""

    def __init__(
        self, archived: ArchivedPerformance | None = None, connection: Path | None = None
    ) -> None:
        """Make the folders of a new performance, or of one that is resumed.

        `archived` is the performance that is resumed, and `connection` leads to its mind if that
        still runs.
        """
        self.archived = archive.new() if archived is None else archived
        if connection is None:
            self._folder = Path(tempfile.mkdtemp(prefix="livecode-"))
            self.connection = self._folder / "kernel.json"
        else:
            self._folder, self.connection = connection.parent, connection
        self.journal = self.archived.journal
        self.log = self.archived.log

    def clean(self) -> None:
        """Remove the files that were only needed while it played."""
        self.archived.running.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
