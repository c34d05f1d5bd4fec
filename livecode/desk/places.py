"""Where a performance keeps its files: logs, journal, and the connection to the mind."""

import shutil
import tempfile
import time
from pathlib import Path

import platformdirs


class Places:
    """Paths of one performance; the journal outlives it, the rest is removed at its end."""

    def __init__(self) -> None:
        state = platformdirs.user_state_path("livecode")
        self._folder = Path(tempfile.mkdtemp(prefix="livecode-"))
        self.connection = self._folder / "kernel.json"
        stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
        self.journal = state / "journals" / f"{stamp}_{self._folder.name[-4:]}.journal"
        self._logs = state / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
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
        """Remove what only this performance needed."""
        shutil.rmtree(self._folder, ignore_errors=True)
