"""What was typed is there again after a terminal was killed, played or not, saved or not."""

import os
from pathlib import Path

import pytest

from livecode.terminal.swap_file import SwapFile
from livecode.terminal.text_file import TextFile
from tests.terminal.conftest import Player, play, supervisor


@pytest.fixture
def file(tmp_path: Path) -> TextFile:
    path = tmp_path / "night.py"
    path.write_text("a = 1\n")
    os.utime(path, (1, 1))
    return TextFile(path)


def test_what_was_typed_comes_before_the_file(file: TextFile, tmp_path: Path) -> None:
    swap = SwapFile(tmp_path / "typed.py")
    assert swap.text_over(file) == "a = 1\n\n"
    swap.keep("a = 1\n\nb = 2  # ö")
    assert SwapFile(tmp_path / "typed.py").text_over(file) == "a = 1\n\nb = 2  # ö"
    assert "as it was typed" in file.trouble


def test_a_file_that_was_changed_since_is_shown_and_what_was_typed_is_kept(
    file: TextFile, tmp_path: Path
) -> None:
    SwapFile(tmp_path / "typed.py").keep("b = 2")
    os.utime(tmp_path / "typed.py", (0, 0))
    assert SwapFile(tmp_path / "typed.py").text_over(file) == "a = 1\n\n"
    assert (tmp_path / "typed-before.py").read_text() == "b = 2"


def test_a_place_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    swap = SwapFile(tmp_path / "nowhere" / "typed.py")
    assert swap.keep("a")
    assert not swap.keep("ab")
    assert "cannot be kept" in swap.trouble


def test_what_is_typed_is_kept_while_it_is_typed_and_found_by_the_next_terminal(
    tmp_path: Path,
) -> None:
    path = tmp_path / "piece.py"
    path.write_text("a = 1\n")
    unstarted = supervisor(path)
    typed = unstarted.paths.archived.typed

    async def write(player: Player) -> None:
        await player.press("b = 2")
        await player.until(lambda: typed.exists() and "b = 2" in typed.read_text())

    async def read(player: Player) -> None:
        assert player.text.endswith("b = 2")
        assert "as it was typed" in player.said
        assert path.read_text() == "a = 1\n"

    play(write, unstarted)
    play(read, unstarted)
    unstarted.stop()
