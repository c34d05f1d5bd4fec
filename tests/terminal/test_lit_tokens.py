"""The tokens that sound are lit on the screen, with a real mind that tells of them."""

import pytest

from livecode.processes.attachment import Attachment
from livecode.terminal.lit_tokens import LIT
from tests.terminal.conftest import Player, play

pytestmark = pytest.mark.live

CODE = 'drums = hits("bd cp")'
BD, CP = CODE.index("bd"), CODE.index("cp")


def row_of(player: Player, row: int) -> tuple[int, int]:
    """(y, x) on the screen of the begin of a line of the text."""
    screen = player.terminal.app.renderer.last_rendered_screen
    assert screen is not None
    window = player.terminal._text_window
    place, info = screen.visible_windows_to_write_positions[window], window.render_info
    assert info is not None
    return place.ypos + row, place.xpos + place.width - info.window_width


def cells(player: Player, row: int, word: str) -> dict[int, str]:
    """The characters of a line of the text on the screen whose style holds a word, by column."""
    screen = player.terminal.app.renderer.last_rendered_screen
    assert screen is not None
    y, left = row_of(player, row)
    found = sorted(screen.data_buffer[y].items())
    return {x - left: cell.char for x, cell in found if word in cell.style}


def test_each_token_lights_up_on_the_screen_as_it_sounds(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        player.terminal.editor.buffer.text = CODE
        player.terminal.evaluating.run("tempo(240)", quietly=True)
        await player.press("\x1b\r")
        await player.until_said("● drums")
        await player.until(lambda: cells(player, 0, LIT) == {BD: "b", BD + 1: "d"})
        await player.until(lambda: cells(player, 0, LIT) == {CP: "c", CP + 1: "p"})
        await player.until(lambda: cells(player, 0, LIT) == {})  # before the next begins
        y, left = row_of(player, 0)
        written = player.screen.written
        await player.until(lambda: (y + 1, left + BD + 1, "bd") in written)
        player.terminal.editor.buffer.text = f"\n{CODE}"
        assert all(token.row == 1 for token in player.terminal._lights._lit), "at once"
        await player.until(lambda: cells(player, 1, LIT) == {CP: "c", CP + 1: "p"})

    play(script, performance)
