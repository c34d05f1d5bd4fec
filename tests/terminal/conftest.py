"""A terminal in front of no screen: real supervisor, real keys through a pipe."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.terminal.app import Terminal
from livecode.terminal.indentation import PASTED_WITHIN_S


class Screen(DummyOutput):
    """No screen, of a size that can change."""

    def __init__(self) -> None:
        self.size = Size(rows=24, columns=80)
        #: (row, column, text) of what was written to a place by itself, from 1.
        self.written: list[tuple[int, int, str]] = []
        self._at: tuple[int, int] | None = None

    def get_size(self) -> Size:
        return self.size

    def cursor_goto(self, row: int = 0, column: int = 0) -> None:
        self._at = row, column

    def write(self, data: str) -> None:
        if self._at is not None:
            self.written.append((*self._at, data))
            self._at = None


class Player:
    """Presses keys on a terminal and reads what is said there."""

    def __init__(self, terminal: Terminal, keys: PipeInput, screen: Screen):
        self.terminal, self.keys, self.screen = terminal, keys, screen

    @property
    def text(self) -> str:
        return self.terminal.editor.buffer.text

    @property
    def said(self) -> str:
        return "\n".join(line for _, line in self.terminal.output.messages)

    @property
    def status(self) -> str:
        """The two lines at the foot."""
        return "".join(text for _, text, *_ in self.terminal.status_lines)

    def glyphs(self) -> str:
        """The glyphs in the margin, a blank where there is none."""
        marks = self.terminal.editor.marks
        found = [marks[row] for row in range(len(self.terminal.editor.lines))]
        return "".join(mark.glyph if mark is not None else " " for mark in found)

    async def press(self, text: str, pause_s: float = 0.02) -> None:
        """Send keys and give the terminal a moment to take them in."""
        self.keys.send_text(text)
        await asyncio.sleep(pause_s)

    async def type(self, text: str) -> None:
        """Type characters so slowly, on a busy machine too, that they do not count as pasted."""
        for character in text:
            before = self.text
            self.keys.send_text(character)
            await self.until(lambda: self.text != before)  # noqa: B023
            await asyncio.sleep(2 * PASTED_WITHIN_S)

    async def type_anew(self, text: str) -> None:
        """Replace the text, as if it had been typed."""
        self.terminal.editor.buffer.text = text
        self.terminal.editor.buffer.cursor_position = len(text)

    async def evaluate(self, text: str) -> None:
        """Replace the text and press Alt+Enter at its end."""
        await self.type_anew(text)
        await self.press("\x1b\r")

    async def ready(self) -> None:
        """Wait until there is a mind."""
        await self.until(lambda: self.terminal.evaluating.mind.ready)

    async def quiet(self) -> None:
        """Wait until the mind has evaluated everything."""
        await self.until(lambda: not self.terminal.evaluating.mind.busy)

    async def until(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait for something to be so."""
        end = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < end, f"waited in vain; said so far:\n{self.said}"
            await asyncio.sleep(0.01)

    async def until_said(self, text: str) -> None:
        await self.until(lambda: text in self.said)

    async def until_line(self, text: str) -> None:
        """Wait for a message that is this line and no more."""
        await self.until(lambda: text in self.said.split("\n"))


Script = Callable[[Player], Awaitable[None]]


@pytest.fixture(autouse=True)
def _own_state(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """History, logs and journals of a test are its own, and so is what it saves."""
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def supervisor(set_path: Path | None = None) -> Attachment:
    paths = Paths()
    write_connection(paths.connection)
    return Attachment(Options(audio="headless", set_path=set_path), paths, print)


def play(script: Script, at: Attachment) -> Player:
    """Open a terminal, have the script play on it, and close it, if the script has not."""

    async def evening(keys: PipeInput) -> Player:
        screen = Screen()
        with create_app_session(input=keys, output=screen):
            player = Player(Terminal(at), keys, screen)
            running = asyncio.create_task(player.terminal.run())
            await player.until(lambda: player.terminal.app.is_running)
            try:
                await script(player)
            finally:
                player.terminal.quit()
                await running
        return player

    with create_pipe_input() as keys:
        return asyncio.run(evening(keys))


@pytest.fixture
def without_mind() -> Iterator[Attachment]:
    """A supervisor that has started nothing."""
    unstarted = supervisor()
    yield unstarted
    unstarted.stop()


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attachment]:
    """A performance that plays, without a set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        started = supervisor()
        started.start()
        yield started
        started.stop()
