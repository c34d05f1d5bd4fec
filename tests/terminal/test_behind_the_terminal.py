"""What the terminal makes of a mind that is not there yet, dies or does not stop, and of its own end."""

import os
import signal

import pytest

from livecode.errors import LivecodeError
from livecode.processes.attachment import Attachment
from livecode.terminal.mind_client import DIED
from tests.terminal.conftest import Player, play, supervisor

pytestmark = pytest.mark.live


def test_a_block_may_be_evaluated_before_the_mind_is_there() -> None:
    starting = supervisor()
    starting.start()

    async def script(player: Player) -> None:
        assert not player.terminal.evaluating.mind.ready
        await player.evaluate("x = 41\nx + 1")
        assert player.glyphs() == "◌◌"
        await player.until_said("● x + 1 → 42")
        assert player.glyphs() == "●●"

    try:
        play(script, starting)
    finally:
        starting.stop()


def test_when_the_mind_dies_its_block_is_lost_and_the_next_is_evaluated() -> None:
    mortal = supervisor()
    mortal.start()

    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate("import os; os.kill(os.getpid(), 9)")
        player.terminal.evaluating.run("6 * 7")
        await player.until_said(DIED)
        assert player.glyphs() == "✗"
        assert "the mind died and is being started again" in player.said
        await player.until_said("● 6 * 7 → 42")

    try:
        play(script, mortal)
    finally:
        mortal.stop()


def test_a_mind_that_does_not_stop_is_restarted_without_its_block() -> None:
    stubborn = supervisor()
    stubborn.start()

    async def script(player: Player) -> None:
        await player.ready()
        await player.evaluate("n = 6")
        await player.quiet()
        await player.evaluate("sum(range(10**13))")  # in C, where no interrupt gets through
        await player.until(lambda: player.terminal.evaluating.mind.running_for_s > 0.2)
        await player.press("\x03")
        await player.press("\x03")  # too early to mean a restart
        await player.until(
            lambda: "restarts" in "".join(t for _, t in player.terminal.status_lines)
        )
        await player.press("\x03")
        await player.until_said(DIED)
        player.terminal.evaluating.run("n * 7")
        await player.until_said("● n * 7 → 42")

    try:
        play(script, stubborn)
    finally:
        stubborn.stop()


def test_an_engine_that_cannot_play_ends_the_terminal_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hopeless = supervisor()
    hopeless.options = type(hopeless.options)(audio="jack", sample_rate=48000)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "none of this name")
    hopeless.start()

    async def script(player: Player) -> None:
        await player.until(lambda: not player.terminal.app.is_running)

    try:
        with pytest.raises(LivecodeError):
            play(script, hopeless)
    finally:
        hopeless.stop()


def test_a_signal_to_end_is_followed(without_mind: Attachment) -> None:
    async def script(player: Player) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await player.until(lambda: not player.terminal.app.is_running, within_s=2.0)

    play(script, without_mind)
