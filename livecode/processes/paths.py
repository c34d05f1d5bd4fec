"""Where a performance keeps its files: logs, journal, and the connection to the mind."""

from pathlib import Path

from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.marks import (
    CONNECTION,
    connection_files,
    mark,
    remove_connection,
    remove_files,
)
from livecode.transport.places import make_short_folder


class Paths:
    """Paths of one performance: some files are archived, the others are removed at its end."""

    def __init__(
        self, archived: ArchivedPerformance | None = None, connection: Path | None = None
    ) -> None:
        """Make the folders of a new performance, or of one that is resumed.

        `archived` is the performance that is resumed, and `connection` leads to its mind if that
        still runs. Raises LivecodeError or OSError if there is no place for them.
        """
        self.archived = archive.new() if archived is None else archived
        if connection is None:
            self._made: Path | None = make_short_folder("livecode-")
            mark(self._made, CONNECTION)
            self.connection = self._made / "kernel.json"
        else:
            self._made, self.connection = None, connection
        self.journal = self.archived.journal
        self.log = self.archived.log

    def clean(self) -> None:
        """Remove the files that were only needed while it played."""
        self.archived.running.unlink(missing_ok=True)
        if self._made is not None:
            remove_files(self._made, connection_files(self.connection))
        else:
            remove_connection(self.connection)
