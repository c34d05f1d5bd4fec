"""The terminal in a real terminal: tmux types, and what it shows is read."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livecode.terminal.mind_client import DIED

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here"),
]


class Terminal:
    """A tmux session of its own, in which the terminal is opened."""

    def __init__(
        self, folder: Path, columns: int, rows: int, arguments: str, command: str = "play"
    ):
        self._socket = str(folder / f"tmux-{command}")
        own = {"XDG_STATE_HOME": str(folder / "state"), "XDG_DATA_HOME": str(folder / "data")}
        self._environment = environment = {**os.environ, **own}
        environment.pop("TMUX", None)
        shell_command = (
            f"{sys.executable} -m livecode.cli {command} {arguments} --audio headless;"
            " echo left with $?; sleep 100"
        )
        self._tmux(
            *("-f", os.devnull, "new-session", "-d", "-s", "terminal"),
            *("-x", str(columns), "-y", str(rows), shell_command),
            env=environment,
        )

    def keys(self, *keys: str) -> None:
        """Press keys, by the names that tmux has for them."""
        self._tmux("send-keys", "-t", "terminal", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "terminal", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-t", "terminal", "-x", str(columns), "-y", str(rows))

    @property
    def shell(self) -> int:
        """The process that the terminal itself runs."""
        return int(self._tmux("list-panes", "-t", "terminal", "-F", "#{pane_pid}"))

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-t", "terminal", "-p")

    def until(self, seen: Callable[[str], bool] | str, within_s: float = 60.0) -> str:
        """Wait until something stands on the screen; returns the screen."""
        end = time.monotonic() + within_s
        while True:
            screen = self.screen
            if seen in screen if isinstance(seen, str) else seen(screen):
                return screen
            assert time.monotonic() < end, f"waited in vain for {seen!r}:\n{screen}"
            time.sleep(0.05)

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False)
        # what sounds outlives its terminal
        stop = [sys.executable, "-m", "livecode.cli", "sessions", "stop"]
        ended = subprocess.run(stop, env=self._environment, capture_output=True, check=False)
        if ended.returncode:  # the terminal was not gone yet, or has ended all by itself
            time.sleep(0.5)
            subprocess.run(stop, env=self._environment, capture_output=True, check=False)

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            check=True, capture_output=True, text=True, env=env,
        ).stdout  # fmt: skip


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(
        columns: int = 80, rows: int = 24, arguments: str = "", command: str = "play"
    ) -> Terminal:
        opened.append(Terminal(tmp_path, columns, rows, arguments, command))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def descendants(pid: int) -> set[int]:
    """All processes that a process has started, and those that they have."""
    parents = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                # after the name, which may have blanks in it: state, parent, …
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                parents[int(process.name)] = int(fields[1])
            except OSError:  # it has ended meanwhile
                continue
    found: set[int] = set()
    newest = {pid}
    while newest:
        newest = {child for child, parent in parents.items() if parent in newest}
        found |= newest
    return found


def all_end(pids: set[int]) -> None:
    """Wait until none of the processes is left."""
    end = time.monotonic() + 5
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, [Path(f"/proc/{p}/cmdline").read_bytes() for p in left]
        time.sleep(0.05)


def test_an_evening_in_a_terminal(terminal: Callable[..., Terminal]) -> None:
    terminal = terminal()
    terminal.until("F1 help")
    terminal.type('glass = space("additive")')
    terminal.keys("Enter")
    terminal.type("ego = agent(glass)")
    terminal.keys("M-Enter")
    screen = terminal.until("● glass, ego")
    assert "● 1 glass" in screen
    terminal.until(lambda screen: re.search("ego [▁-█] [▁-█]{2} \\+0", screen) is not None)
    terminal.keys("Enter", "Enter")
    terminal.type("ego.dims = many")
    terminal.keys("M-Enter")
    terminal.until("✗ line 4: NameError")
    terminal.keys("F2")
    terminal.until("Traceback")
    terminal.keys("Enter", "Enter")
    terminal.type("while True: pass")
    terminal.keys("M-Enter")
    terminal.until("Ctrl-C interrupts")
    terminal.keys("Enter", "x")
    terminal.until("  7 x")
    terminal.keys("C-c")
    terminal.until("✗ interrupted")
    terminal.resize(40, 10)
    terminal.until(lambda screen: "dB" in screen and len(screen.splitlines()) <= 10)
    terminal.resize(200, 50)
    terminal.until("load")
    processes = descendants(terminal.shell)
    assert len(processes) >= 4
    terminal.keys("C-q")
    terminal.until("left with 0")
    all_end(processes)


def test_nothing_is_left_when_the_terminal_is_closed(terminal: Callable[..., Terminal]) -> None:
    terminal = terminal()
    terminal.until("120 bpm")
    processes = descendants(terminal.shell)
    assert len(processes) >= 4
    terminal.close()
    all_end(processes)


def test_a_set_in_a_terminal_of_any_shape(terminal: Callable[..., Terminal]) -> None:
    set_path = Path(__file__).parents[2] / "sets" / "first.py"
    terminal = terminal(200, 50, str(set_path))
    screen = terminal.until("▶ wander")
    assert "first.py" in screen
    terminal.until(lambda screen: re.search("▶ wander +0:0", screen) is not None)
    assert "→ learn" in terminal.screen
    terminal.keys("C-End")
    terminal.type("ego.level = 0.5")
    terminal.keys("M-Enter")
    terminal.until("● ego")
    for columns, rows in ((20, 5), (3, 2), (80, 24)):
        terminal.resize(columns, rows)
        terminal.keys("x")
    terminal.until("ego.level = 0.5xxx")
    terminal.keys("C-q")
    terminal.until("left with 0")


def test_what_was_typed_is_there_again_after_the_terminal_was_killed(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    path = tmp_path / "night.py"
    saved = "# %% one\nx = 1\n"
    path.write_text(saved)
    killed = terminal(80, 24, str(path))
    killed.until("▶ one")
    killed.keys("C-End")
    killed.type("played = x + 1")
    killed.keys("M-Enter")
    killed.until("● played = x + 1")
    killed.keys("Enter", "Enter")
    killed.type("never_played = 3")
    (typed,) = tmp_path.glob("data/**/typed.py")
    until(lambda: "never_played = 3" in typed.read_text())
    (front_end,) = (
        pid
        for pid in descendants(killed.shell)
        if b"play" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(front_end, signal.SIGKILL)
    killed.until("left with 137")
    resumed = terminal(80, 24, command="resume")
    screen = resumed.until("never_played = 3")
    assert "played = x + 1" in screen
    assert "this is the text as it was typed; Ctrl-S saves it" in screen
    assert path.read_text() == saved
    resumed.keys("C-s")
    resumed.until("saved")
    assert path.read_text() == saved + "\nplayed = x + 1\n\nnever_played = 3\n"
    resumed.keys("C-End", "Enter", "Enter")
    resumed.type("played")
    resumed.keys("F6")
    resumed.until("→ 2")


def test_a_mind_that_dies_in_a_terminal(terminal: Callable[..., Terminal]) -> None:
    terminal = terminal()
    terminal.until("F1 help")
    terminal.type("import os; os.kill(os.getpid(), 9)")
    terminal.keys("M-Enter")
    terminal.until(DIED[:40])
    terminal.keys("Enter", "Enter")
    terminal.type("6 * 7")
    terminal.keys("M-Enter")
    terminal.until("→ 42")
    terminal.keys("C-q")
    terminal.until("left with 0")
