"""Where a performance keeps its files: logs, journal, and the connection to the mind."""

import shutil
import tempfile
from pathlib import Path

import platformdirs

from livecode.journal import archive as sessions


class Paths:
    """Paths of one performance; what is kept of it outlives it, the rest is removed at its end."""

    def __init__(self, kept: sessions.Kept | None = None, connection: Path | None = None) -> None:
        """`kept`: one that is taken up again; `connection`: of its mind, if that still runs."""
        self.kept = sessions.new() if kept is None else kept
        if connection is None:
            self._folder = Path(tempfile.mkdtemp(prefix="livecode-"))
            self.connection = self._folder / "kernel.json"
        else:
            self._folder, self.connection = connection.parent, connection
        self.journal = self.kept.journal
        self._logs = platformdirs.user_state_path("livecode") / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        if connection is None:
            for name in ("engine", "mind", "voices"):
                self.log(name).write_bytes(b"")

    def log(self, name: str) -> Path:
        """The log of one process, of the newest performance."""
        return self._logs / f"{name}.log"

    def last_line(self, name: str) -> str:
        """The last line that a process has logged: its farewell."""
        lines = self.log(name).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"the {name} ended without a word"

    def clean(self) -> None:
        """Remove what was needed only while it played."""
        self.kept.playing.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
