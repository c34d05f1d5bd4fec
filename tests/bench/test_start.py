"""`bench start`: it measures real commands, on a pseudo-terminal."""

import os
import pty
import time

import pytest

from livecode.bench import start
from livecode.errors import LivecodeError

EDITOR = """
import sys, termios, time, tty
time.sleep({delay})
tty.setraw(0, termios.TCSANOW)
sys.stdout.write("\\x1b[6n"); sys.stdout.flush()
answer = b""
import os
while b"R" not in answer: answer += os.read(0, 99)
sys.stdout.write("editor: " + answer.split(b"\\x1b")[0].decode()); sys.stdout.flush()
"""


def test_the_prompt_counts_from_when_it_shows_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "PLAY", ("-c", EDITOR.format(delay=0.5)))
    assert 0.5 < start.prompt_s() < 5


def test_a_terminal_that_ends_before_its_prompt_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "PLAY", ("-c", "print('no terminal here')"))
    with pytest.raises(LivecodeError, match="ended before it showed a prompt"):
        start.prompt_s()


def test_a_terminal_without_echo_shows_nothing_by_itself() -> None:
    terminal, terminal_side = pty.openpty()
    start.begin_without_echo(terminal_side)
    os.write(terminal, start.TYPED.encode())
    os.write(terminal_side, b"end")
    shown = b""
    while b"end" not in shown:
        shown += os.read(terminal, 100)
    assert start.TYPED.encode() not in shown
    os.close(terminal)
    os.close(terminal_side)


def test_a_play_without_sound_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PLAY", ("-c", "print('nothing was heard')"))
    with pytest.raises(LivecodeError, match="no sound"):
        start.first_sound_s()


def test_the_first_sound_is_waited_for_and_then_the_play_ended() -> None:
    began = time.monotonic()
    took = start.first_sound_s()
    assert 0.1 < took < time.monotonic() - began


@pytest.mark.slow
def test_a_whole_run_has_a_row_for_each_figure() -> None:
    rows = start.run(runs=1)
    assert [row.target for row in rows] == [1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    assert all(row.value and row.baseline for row in rows)
