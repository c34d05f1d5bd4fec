"""`bench latency`: the echo of a key on a pseudo-terminal, while the mind is busy."""

from collections.abc import Iterator

import pytest

from livecode.bench import echo
from livecode.errors import LivecodeError
from tests.portable import forks

pytestmark = forks  # the benchmark's keyboard is a pseudo terminal


@pytest.fixture
def keyboard() -> Iterator[echo.Keyboard]:
    with echo.Keyboard() as opened:
        yield opened


@pytest.mark.slow
def test_every_key_is_seen_while_the_mind_spins(keyboard: echo.Keyboard) -> None:
    keyboard.until_seen("F1 help")
    keyboard.press("while True: pass\x1b\r")
    keyboard.until_seen("Ctrl-C interrupts")
    keyboard.press("\r\r")
    assert len(keyboard.echoes_ms(words=5)) == 20
    keyboard.press("\x03")
    keyboard.until_seen("interrupted")


@pytest.mark.slow
def test_a_whole_run_has_a_row_for_each_figure() -> None:
    rows = echo.run(words=3)
    assert [row.target for row in rows] == [None, echo.TARGET_MS]
    assert all(row.value and row.baseline for row in rows)


def test_what_is_never_drawn_is_an_error(keyboard: echo.Keyboard) -> None:
    keyboard.until_seen("F1 help")
    with pytest.raises(LivecodeError, match="was not drawn within"):
        keyboard.until_seen("no such text", within_s=0.2)
