"""The screen of takes without a terminal: all keys, on all kinds of folders and sizes."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.keys import ALL_KEYS
from prompt_toolkit.output import DummyOutput

from livecode.takes.audition import Audition
from livecode.takes.choices import TakesFolder
from livecode.takes.index import INDEX, Index, read_index, write_index
from livecode.takes.keys import KEYS, hints
from livecode.takes.playback import Playback
from livecode.takes.screen import HEADING, Screen
from livecode.terminal.style import NO_COLOUR, style
from tests.takes.conftest import take_folder

UP, DOWN, LEFT, RIGHT = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
END, PAGE_DOWN = "\x1b[F", "\x1b[6~"
#: Leave the screen, as they should.
LEAVING = {"q", "\x03", "\x11"}
EVERY_SEQUENCE = sorted({*ANSI_SEQUENCES, *map(chr, range(128)), "é", "字"} - LEAVING)


class Terminal(DummyOutput):
    """An output without a terminal, whose size can change."""

    def __init__(self) -> None:
        self.size = Size(rows=24, columns=80)

    def get_size(self) -> Size:
        return self.size


class Clock:
    """A clock that stands still until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Player:
    """Presses keys and reads the screen."""

    def __init__(self, screen: Screen, keys: PipeInput, terminal: Terminal, clock: Clock):
        self.screen, self.keys, self.terminal, self.clock = screen, keys, terminal, clock
        self.audition = screen.audition

    async def press(self, text: str, pause_s: float = 0.02) -> None:
        self.keys.send_text(text)
        await asyncio.sleep(pause_s)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, self.audition.message
            await asyncio.sleep(0.005)

    async def until_it_sounds(self) -> None:
        """Wait until the player's process has begun what it was last asked for."""
        await self.until(lambda: self.audition.playback.began)

    @property
    def shown(self) -> list[int]:
        return [take.number for take in self.audition.shown]

    @property
    def at(self) -> int:
        take = self.audition.take
        return 0 if take is None else take.number

    def text(self) -> str:
        """Return the text of the whole screen."""
        screen = self.screen.app.renderer.last_rendered_screen
        assert screen is not None
        rows = range(self.terminal.size.rows)
        columns = range(self.terminal.size.columns)
        return "\n".join("".join(screen.data_buffer[y][x].char for x in columns) for y in rows)


Script = Callable[[Player], Awaitable[None]]


def play(script: Script, folder: Path, theme: str = "dark") -> Player:
    async def evening(keys: PipeInput) -> Player:
        terminal, clock = Terminal(), Clock()
        playback = Playback("headless", clock)
        with create_app_session(input=keys, output=terminal):
            screen = Screen(
                Audition(TakesFolder(folder), playback), 0.1, style(theme), theme != NO_COLOUR
            )
            player = Player(screen, keys, terminal, clock)
            running = asyncio.create_task(screen.run())
            await player.until(lambda: screen.app.is_running)
            try:
                await script(player)
            finally:
                screen.leave()
                await running
                playback.close()
        return player

    with create_pipe_input() as keys:
        return asyncio.run(evening(keys))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_key_of_the_table_is_one_that_a_terminal_can_send() -> None:
    for key in KEYS:
        for part in key.sequence:
            assert part in ALL_KEYS or len(part) == 1 or part == "enter", key.label


def test_the_keys_stand_at_the_foot_and_fit_80_columns(folder: Path) -> None:
    assert all(len(line) <= 80 for line in hints())

    async def script(player: Player) -> None:
        await player.until(lambda: player.screen.app.renderer.last_rendered_screen is not None)
        shown = player.text()
        for key in KEYS:
            assert key.text in shown, key
        assert HEADING in shown

    play(script, folder)


@pytest.mark.parametrize("before", ["", "n", "k p", "vvv"])
@pytest.mark.parametrize("takes", [0, 3])
def test_no_key_breaks_the_screen(tmp_path: Path, takes: int, before: str) -> None:
    """Press keys in the list, in the field, and in an empty list."""
    folder = take_folder(tmp_path / "takes", takes)

    async def script(player: Player) -> None:
        for sequence in EVERY_SEQUENCE:
            await player.press(before + sequence, 0.001)
            assert player.screen.app.is_running, repr(sequence)
            assert "bug" not in player.audition.message, repr(sequence)
            player.screen.close_field()

    play(script, folder)
    found = [p for p in folder.rglob("take-*") if p.is_file()]
    assert len(found) == takes  # whatever was pressed, nothing is lost


@pytest.mark.parametrize("seed", range(2))
def test_no_sequence_of_keys_breaks_the_screen(tmp_path: Path, seed: int) -> None:
    folder = take_folder(tmp_path / "takes", 5)
    rng = random.Random(seed)
    known = [*"kdn0123450uuvob[]{}<>p \r\x1b", UP, DOWN, LEFT, RIGHT, END]

    async def script(player: Player) -> None:
        for _ in range(30):
            keys = rng.choices(EVERY_SEQUENCE, k=4) + rng.choices(known, k=16)
            rng.shuffle(keys)
            await player.press("".join(keys), 0.005)
            assert "bug" not in player.audition.message, keys
            assert player.screen.app.is_running, keys

    play(script, folder)
    assert len([p for p in folder.rglob("take-*") if p.is_file()]) == 5


@pytest.mark.parametrize("theme", ["dark", "no-colour"])
def test_the_screen_fits_terminals_of_any_size(folder: Path, theme: str) -> None:
    async def script(player: Player) -> None:
        for size in [(1, 1), (2, 10), (8, 20), (13, 500), (200, 3), (50, 200), (24, 80)]:
            player.terminal.size = Size(*size)
            player.screen.app._on_resize()
            await player.press("k" + END + PAGE_DOWN + "n")
            player.screen.close_field()
            await player.press(UP)
            assert "bug" not in player.audition.message
        assert [take.number for take in player.audition.folder.kept] == [1]
        assert HEADING in player.text()

    play(script, folder, theme)


def test_takes_are_kept_rated_discarded_and_all_is_undone(folder: Path) -> None:
    async def script(player: Player) -> None:
        await player.press(DOWN + "k" + DOWN + DOWN + "k4" + DOWN + "d")
        assert [take.number for take in player.audition.folder.kept] == [2, 4]
        assert player.shown == [1, 2, 3, 4, 6, 7, 8, 9, 10]
        assert player.at == 6  # the next one
        assert "take 5 is discarded" in player.audition.message
        await player.press("u")
        assert player.shown == list(range(1, 11))
        await player.press("uu")
        assert [take.number for take in player.audition.folder.kept] == [2]
        await player.press("uu")
        assert player.audition.message == "there is nothing to undo"
        assert player.audition.failed

    play(script, folder)


def test_what_was_discarded_can_be_looked_at_and_brought_back(folder: Path) -> None:
    async def script(player: Player) -> None:
        await player.press("d" + DOWN + "d")
        await player.press("vvv")
        assert player.shown == [1, 3]
        await player.press("d")
        assert player.shown == [3]
        await player.press("v")
        assert player.shown == [1, 2, *range(4, 11)]

    play(script, folder)


def test_a_take_is_named_in_the_field_and_letters_there_are_letters(folder: Path) -> None:
    async def script(player: Player) -> None:
        await player.press("n")
        await player.press("duck q")
        await player.press("\r")
        assert (folder / "take-0001 duck q.wav").exists()
        await player.press("n")
        await player.press("lings")
        await player.press("\x1b", 0.15)
        await player.press("nx/\r")
        assert player.audition.failed
        assert (folder / "take-0001 duck q.wav").exists()
        await player.press("u")
        assert (folder / "take-0001.wav").exists()

    play(script, folder)


def test_the_band_is_put_on_moved_and_taken_off(folder: Path) -> None:
    async def script(player: Player) -> None:
        await player.press("b")
        assert player.shown == [5, 6, 7, 8, 9, 10]
        assert "lowest 40 % and the top 5 %" in player.audition.message
        await player.press("]]")
        assert player.shown == [6, 7, 8, 9, 10]
        await player.press("{{{")
        assert player.shown == [6, 7, 8]
        await player.press("b")
        assert len(player.shown) == 10
        await player.press("b" + "]" * 30)
        assert "empty" in player.audition.message
        assert player.shown

    play(script, folder)


def test_the_current_take_stays_when_the_order_changes(folder: Path) -> None:
    async def script(player: Player) -> None:
        await player.press(DOWN + DOWN)
        await player.press("o")
        assert player.shown == list(range(10, 0, -1))
        assert player.at == 3

    play(script, folder)


def test_space_plays_the_take_and_stops_it_and_arrows_go_on_in_it(tmp_path: Path) -> None:
    folder = take_folder(tmp_path / "takes", 3, seconds=20.0)

    async def script(player: Player) -> None:
        await player.press(RIGHT)
        assert player.audition.message == "no take is playing: press Space to play one"
        await player.press(DOWN + " ")
        await player.until_it_sounds()
        player.clock.now_s += 2
        assert player.audition.playing == (2, 2.0)
        await player.press(RIGHT)
        await player.until_it_sounds()
        assert player.audition.playing == (2, 7.0)
        await player.press(LEFT * 2)
        assert player.audition.playing == (2, 0.0)
        await player.press(DOWN + " ")  # another one: it plays instead
        assert player.audition.playing == (3, 0.0)
        await player.until(lambda: "▶ 0003" in player.text())
        await player.press("nx\r ")  # under its new name it is the same take
        assert player.audition.playing is None

    play(script, folder)


def test_kept_takes_are_spliced_in_their_order(folder: Path) -> None:
    import numpy as np
    import soundfile

    async def script(player: Player) -> None:
        await player.press("p")
        assert "no take is kept" in player.audition.message
        await player.press("k" + END + "k<")
        await player.press("p")
        assert player.screen.field.text == str(folder / "piece.wav")
        await player.press("\r")
        await player.until(lambda: "2 takes, 0:01" in player.audition.message)
        await player.press("p")
        assert player.screen.field.text == str(folder / "piece-2.wav")

    play(script, folder)
    audio, rate = soundfile.read(folder / "piece.wav")
    assert len(audio) == 0.9 * rate
    assert np.argmax(np.abs(np.fft.rfft(audio[: rate // 4]))) * 4 == 600  # take 10 comes first


def test_new_takes_appear_while_one_listens(folder: Path) -> None:
    index = read_index(folder)
    assert index is not None
    write_index(folder, Index(index.settings, index.records[:4]))

    async def script(player: Player) -> None:
        await player.press(DOWN)
        write_index(folder, index)
        await player.until(lambda: len(player.shown) == 10)
        assert player.at == 2
        (folder / INDEX).write_text("torn")
        await player.until(lambda: "damaged" in player.audition.message)
        await player.press("k")
        assert player.screen.app.is_running

    play(script, folder)


@pytest.mark.parametrize("key", sorted(LEAVING))
def test_ways_to_leave(folder: Path, key: str) -> None:
    async def script(player: Player) -> None:
        await player.press(key)
        await player.until(lambda: not player.screen.app.is_running)

    play(script, folder)


def test_the_page_of_takes_names_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "takes.md").read_text(encoding="utf-8")
    table = [row.split("|")[1] for row in page.splitlines() if row.startswith("| ")]
    named = {label.strip(",") for row in table for label in row.split()}
    for key in KEYS:
        label = key.label.split()[-1]
        assert label in named | set("012345") | {"PgUp", "PgDn", "Home", "End", "↑", "↓"} or (
            label.startswith("Ctrl")
        ), key.label


def test_listening_and_generating_need_no_torch() -> None:
    program = (
        "import sys, livecode.takes.generate, livecode.takes.screen; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False"
