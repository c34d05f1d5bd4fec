"""The keys that mute and solo, and which name the cursor is at."""

import pytest
from prompt_toolkit.document import Document

from livecode.processes.attachment import Attachment
from livecode.terminal.mixing import name_at
from tests.terminal.conftest import Player, play

ALT_M, ALT_S, ALT_Z = "\x1bm", "\x1bs", "\x1bz"
SOUNDING = {"drums", "bass", "hall"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dru|ms.gain = bass", "drums"),
        ("drums.gain = ba|ss", "bass"),
        ("drums = hits('b|d')", "drums"),
        ("drums = hits(\n    'bd',\n    ga|in=1,\n)\nbass = 1", "drums"),
        ("@dsp\ndef hall(x):\n    return |x", "hall"),
        ("drums = 1\n\nx = 2|", None),
        ("kick = hits('bd')|", None),
        ("|", None),
        ("drums = 1\n|", "drums"),
    ],
)
def test_the_name_is_the_word_at_the_cursor_or_the_one_that_the_code_there_is_about(
    text: str, name: str | None
) -> None:
    document = Document(text.replace("|", ""), text.index("|"))
    assert name_at(document, SOUNDING) == name


@pytest.mark.live
def test_names_are_muted_and_soloed_by_key_and_undone(performance: Attachment) -> None:
    async def script(player: Player) -> None:
        status = lambda: player.status  # noqa: E731
        player.terminal.editor.buffer.text = "kick = hits('bd*4')\nhats = hits('hh*8')"
        await player.press("\x1b\r")
        await player.until_said("● kick, hats")
        await player.press(ALT_M)
        await player.until(lambda: "kick M" in status())
        await player.until_line("● mute(kick)")
        await player.press(ALT_M)
        await player.until(lambda: "kick M" not in status())
        await player.until_line("● unmute(kick)")
        await player.press("\x1b[B" + ALT_S)
        await player.until(lambda: "kick M" in status() and "hats S" in status())
        await player.press("\x1b[A" + ALT_S)
        await player.until(lambda: "kick S" in status() and "hats S" in status())
        await player.until_line("● solo(hats, kick)")
        await player.press(ALT_Z + ALT_Z)
        await player.until(lambda: "S" not in status().split("dB")[0].split("bpm")[1])
        await player.press("\x1b[H\r\x1b[A" + ALT_M)
        await player.until_said("no name that sounds is at the cursor")

    play(script, performance)
