"""The line of F3: where the sound goes, and the way that a digit takes."""

from msgspec.structs import replace

from livecode.processes.attachment import Attachment
from livecode.transport.audio import AudioStatus, WayOut, encode_audio
from livecode.transport.messages import ChooseAudio, SurveyAudio, receive
from tests.terminal.conftest import Player, play

STATUS = AudioStatus("headless", "", 48000, 256, "the JACK server is gone", "jack")
FOUND = (
    WayOut("jack", "", "no JACK server answered", False),
    WayOut("portaudio", "USB Audio", "48000 Hz in blocks of 256"),
)


def test_f3_shows_the_ways_out_and_digits_send_the_sound_there(without_mind: Attachment) -> None:
    arena = without_mind.arena

    async def press(player: Player) -> None:
        ways_out = player.terminal.ways_out

        def line() -> str:
            return "".join(text for _, text, *_ in ways_out.line(120))

        arena.audio.post(encode_audio(STATUS))
        await player.press("\x1bOR")  # F3
        await player.until(lambda: ways_out.open)
        assert "the JACK server is gone" in line()
        assert "looking" in line()
        arena.audio.post(encode_audio(replace(STATUS, ways=FOUND, surveys=1)))
        assert "1 jack  2 USB Audio  3 headless" in line()
        await player.press("2")
        await player.until(lambda: not ways_out.open)
        assert player.text == "", "the digit is not typed"
        await player.press("\x1bOR")
        await player.press("\r")
        await player.until(lambda: not ways_out.open)
        await player.press("2")
        await player.until(lambda: player.text == "2")

    play(press, without_mind)
    told = list(receive(arena.messages["terminal", "engine"]))
    orders = [message for message in told if isinstance(message, ChooseAudio)]
    assert orders == [ChooseAudio("portaudio", "USB Audio"), ChooseAudio()]
    assert sum(isinstance(message, SurveyAudio) for message in told) == 2
