"""The way to a device that is killed, comes back with another rate and block, and is chosen by hand."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from livecode.engine.outlet import Rendering
from livecode.engine.pyo_quiet import pyo
from livecode.transport import Arena
from livecode.transport.audio import AudioStatus, encode_audio, look_at_audio
from livecode.transport.messages import ChooseAudio, Note, SurveyAudio, receive, send
from tests.conftest import Card
from tests.engine.conftest import Rig
from tests.engine.test_engine_process import await_, await_blocks, end, engine, play_sine
from tests.sound import jump

pytestmark = pytest.mark.live


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena.create(48000, 256)
    yield made
    made.header.stop = 1
    with suppress(FileNotFoundError):  # an engine that has lost its lifeline removes it
        made.unlink()


def audio(arena: Arena) -> AudioStatus:
    return look_at_audio(arena.audio)


def notes(arena: Arena) -> list[str]:
    return [m.text for m in receive(arena.messages["engine", "mind"]) if isinstance(m, Note)]


def pace(arena: Arena) -> float:
    """Frames a second of the engine's clock, over a second."""
    frames, then_ns = arena.header.clock()
    await_(lambda: arena.header.clock()[1] - then_ns > 1e9)
    later, now_ns = arena.header.clock()
    return (later - frames) / (now_ns - then_ns) * 1e9


@pytest.mark.slow
def test_it_tells_that_nobody_can_hear_a_dummy_card(arena: Arena, card: Card):
    with engine(arena, "--audio", "jack", jack=None) as process:
        await_blocks(arena, process)
        await_(lambda: audio(arena).dummy)
        assert not audio(arena).is_heard
        assert not audio(arena).unheard, "it is what was asked for"
        end(process)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["auto", "jack"])
def test_a_jack_server_that_dies_and_comes_back_otherwise_is_taken_up_again(
    arena: Arena, card: Card, backend: str
):
    with engine(arena, "--audio", backend, jack=None) as process:
        await_blocks(arena, process)
        play_sine(arena)
        await_(lambda: arena.header.peak_left > 0.2)
        card.kill()
        await_(lambda: audio(arena).unheard == "the JACK server is gone")
        assert pace(arena) == pytest.approx(48000, rel=0.2), "the performance goes on unheard"
        assert any("nobody hears this: the JACK server is gone" in note for note in notes(arena))
        card.start(44100, 512)
        await_(lambda: not audio(arena).unheard)
        found = audio(arena)
        assert (found.backend, found.sample_rate, found.block) == ("jack", 44100, 512)
        assert (arena.header.sample_rate, arena.header.block) == (48000, 256)
        await_blocks(arena, process)
        assert pace(arena) == pytest.approx(48000, rel=0.2)
        await_(lambda: "heard on jack, 44100 Hz in blocks of 512" in notes(arena))
        assert process.poll() is None, "it is the same process"
        end(process)


def test_a_device_that_changes_its_block_plays_on(arena: Arena, card: Card):
    with engine(arena, "--audio", "jack", jack=None) as process:
        await_blocks(arena, process)
        subprocess.run(["jack_bufsize", "1024"], capture_output=True, timeout=10)
        await_(lambda: audio(arena).block == 1024)
        await_blocks(arena, process)
        assert pace(arena) == pytest.approx(48000, rel=0.2)
        assert arena.header.block == 256
        end(process)


def test_another_way_out_is_chosen_by_hand_and_one_that_does_not_work_changes_nothing(
    arena: Arena, card: Card
):
    def choose(backend: str) -> None:
        send(arena.messages["terminal", "engine"], ChooseAudio(backend))

    with engine(arena, "--audio", "headless", jack=None) as process:
        await_blocks(arena, process)
        assert audio(arena) == AudioStatus("headless", "", 48000, 256, "", "headless")
        choose("jack")
        await_(lambda: audio(arena).backend == "jack")
        send(arena.messages["terminal", "engine"], SurveyAudio())
        choose("portaudio")  # there is none here
        await_(lambda: audio(arena).surveys == 1)
        assert {way.backend: way.works for way in audio(arena).ways}["jack"]
        if not {way.backend: way.works for way in audio(arena).ways}["portaudio"]:
            told: list[str] = []
            await_(lambda: told.extend(notes(arena)) or any("still on jack" in t for t in told))
            assert audio(arena).backend == "jack"
        choose("headless")
        await_(lambda: audio(arena).backend == "headless")
        assert audio(arena).unheard == ""
        end(process)


def test_without_any_device_auto_plays_unheard_says_so_and_takes_one_that_comes(
    arena: Arena, card: Card
):
    card.kill()
    with engine(arena, "--audio", "auto", jack=None) as process:
        await_blocks(arena, process)
        if audio(arena).backend != "headless":
            pytest.skip("there is an audio output device here")
        assert audio(arena).unheard == "no JACK server answers, and there is no sound card"
        card.start()
        await_(lambda: audio(arena).backend == "jack")
        assert audio(arena).unheard == ""
        end(process)


@pytest.mark.parametrize(("rate", "block"), [(44100, 512), (48000, 64), (96000, 1000)])
def test_what_is_rendered_for_a_device_is_the_same_sound_at_its_rate_and_in_its_blocks(
    rig: Rig, rate: int, block: int
):
    begins: list[int] = []
    sine = pyo.Sine(440, mul=0.3).out()
    both = pyo.Sine(440, mul=0.3).out(1)
    rendering = Rendering(rig.server, rig.sample_rate, rate, begins.append)
    now_ns, heard = 0, []
    while now_ns < 1e9:
        heard.append(rendering.take(block, now_ns).copy())
        now_ns += round(block / rate * 1e9)
    sound = np.concatenate(heard)[rate // 4 :]
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    loudest = np.argmax(spectrum) * rate / len(sound)
    assert loudest == pytest.approx(440, abs=2)
    assert np.abs(sound).max() == pytest.approx(0.3, rel=0.02)
    assert jump(sound) < 1.05 * 0.3 * 2 * np.sin(np.pi * 440 / rate)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    periods = np.diff(begins[4:])
    assert np.abs(periods - 256 / 48000 * 1e9).max() < 1e4, "the clock of the blocks is even"
    del sine, both


def test_an_engine_that_hung_while_it_opened_a_device_does_not_open_it_at_once(
    arena: Arena, card: Card
):
    arena.audio.post(encode_audio(AudioStatus(backend="opening", wanted="jack")))
    with engine(arena, "--audio", "auto", "--resume", jack=None) as process:
        await_(lambda: arena.header.engine_beat_ns)
        await_(lambda: audio(arena).backend == "jack")
        assert any("jack did not open" in note for note in notes(arena))
        end(process)
