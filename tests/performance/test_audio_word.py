"""The word `audio`: what it says, and that it does nothing where a performance has no device."""

import pytest

from livecode import Session
from livecode.performance.audio_word import Audio
from livecode.transport.audio import AudioStatus, WayOut, encode_audio
from livecode.transport.messages import ChooseAudio, receive

WAYS = (
    WayOut("jack", "", "no JACK server answered", False),
    WayOut("portaudio", "Scarlett 2i2 USB: Audio (hw:1,0)", "48000 Hz in blocks of 256"),
)


def test_offline_it_says_that_there_is_no_device_and_chooses_none(session: Session) -> None:
    assert session.eval("audio()").value == "played offline: no device is used"
    assert session.eval("audio('jack')").ok
    assert session.eval("audio.retry()").ok


def test_it_says_where_the_sound_goes_and_which_other_ways_there_are() -> None:
    heard = Audio(AudioStatus("jack", "", 44100, 512, ways=WAYS))
    assert heard.heard
    assert heard.devices == ("Scarlett 2i2 USB: Audio (hw:1,0)",)
    first, *ways = repr(heard).splitlines()
    assert first == "jack, 44100 Hz in blocks of 512"
    assert ways[0].startswith("  ✗ jack ")
    assert ways[1].startswith("  ✓ portaudio: Scarlett 2i2 USB")
    unheard = Audio(AudioStatus("headless", "", 48000, 256, "the JACK server is gone", "jack"))
    assert repr(unheard) == "nobody hears this: the JACK server is gone"
    assert not unheard.heard


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("audio('portaudio')", ChooseAudio("portaudio")),
        ("audio.retry()", ChooseAudio()),
    ],
)
def test_an_order_goes_to_the_engine_once_the_block_has_run(
    session: Session, said: str, order: ChooseAudio
) -> None:
    told: list[object] = []
    arena = session.performance.arena
    arena.audio.post(encode_audio(AudioStatus("jack", "", 48000, 256)))
    assert not session.eval(f"{said}\n1/0").ok
    told += [m for m in receive(arena.messages["mind", "engine"]) if isinstance(m, ChooseAudio)]
    assert told == [], "a block that fails changes nothing"
    assert session.eval(said).ok
    told += [m for m in receive(arena.messages["mind", "engine"]) if isinstance(m, ChooseAudio)]
    assert told == [order]
