"""Playing takes: the player on a stepped server, and the player as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from livecode.engine.device import boot
from livecode.errors import LivecodeError
from livecode.takes.playback import Playback
from livecode.takes.player import BLOCK, SAMPLE_RATE, FilePlayer
from tests.conftest import Card
from tests.takes.conftest import RATE

pytestmark = pytest.mark.live


@pytest.fixture
def stepped() -> Iterator[Callable[[int], np.ndarray]]:
    """Return the sound (frames, 2) of a number of blocks from a server without a device."""
    import ctypes

    server = boot("headless", SAMPLE_RATE, BLOCK).server
    server.start()
    address = int(server.getOutputAddr(), 16)
    buffer = np.ctypeslib.as_array((ctypes.c_float * (2 * BLOCK)).from_address(address))

    def step(blocks: int) -> np.ndarray:
        parts = []
        for _ in range(blocks):
            server.process()
            parts.append(buffer.copy().reshape(BLOCK, 2))
        return np.concatenate(parts)

    yield step
    server.stop()
    server.shutdown()


def tones(path: Path) -> Path:
    """Write a second of 500 Hz and one of 1500 Hz, at a small model's rate."""
    t = np.arange(RATE) / RATE
    audio = np.concatenate([np.sin(2 * np.pi * f * t) for f in (500, 1500)])
    soundfile.write(path, 0.4 * audio, RATE)
    return path


def pitch_hz(audio: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(audio)


def test_a_take_sounds_at_its_own_rate_on_both_sides(
    stepped: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    player = FilePlayer()
    player.play(str(tones(tmp_path / "a.wav")), 0.0)
    audio = stepped(80)
    np.testing.assert_array_equal(audio[:, 0], audio[:, 1])
    assert pitch_hz(audio[8000:40000, 0]) == pytest.approx(500, abs=3)
    assert np.abs(audio[8000:]).max() == pytest.approx(0.4, abs=0.02)


def test_it_plays_from_any_place_and_what_was_playing_fades(
    stepped: Callable[[int], np.ndarray], tmp_path: Path
) -> None:
    player = FilePlayer()
    path = str(tones(tmp_path / "a.wav"))
    player.play(path, 0.2)
    first = stepped(20)
    player.play(path, 1.2)
    second = stepped(60)
    player.stop()
    end = stepped(20)
    assert pitch_hz(second[8000:28000, 0]) == pytest.approx(1500, abs=3)
    joined = np.concatenate([first, second, end])[:, 0]
    slope = 2 * np.pi * 1500 / SAMPLE_RATE * 0.4
    assert np.abs(np.diff(joined)).max() < 2 * slope  # no click anywhere
    assert np.abs(end[-BLOCK:]).max() == 0.0


def test_the_player_ends_when_nobody_is_left_to_tell_it_anything(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "livecode.takes.player", "--audio", "headless"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert "headless" in json.loads(process.stdout.readline())["device"]
    process.stdin.write(
        json.dumps({"play": str(tones(tmp_path / "a.wav")), "at": 0, "id": 3}) + "\n"
    )
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"began": 3}
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_screen_knows_where_in_a_take_it_is(tmp_path: Path) -> None:
    path, now_s = tones(tmp_path / "a.wav"), [100.0]
    playback = Playback("headless", lambda: now_s[0])
    assert playback.position_s() is None
    playback.play(path, 0.5)
    assert playback.position_s() == 0.5  # the card is being opened
    until(lambda: "headless" in playback.device and playback.began)
    now_s[0] += 0.75
    assert playback.position_s() == pytest.approx(1.25)
    now_s[0] += 1.0
    assert playback.position_s() is None  # it was two seconds long
    playback.play(path)
    playback.stop()
    assert playback.position_s() is None
    playback.close()


def test_a_player_that_was_killed_is_started_again(tmp_path: Path) -> None:
    path = tones(tmp_path / "a.wav")
    playback = Playback("headless", time.monotonic)
    playback.play(path)
    until(lambda: playback.began)
    first = playback.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: playback.position_s() is None)
    playback.stop()
    playback.play(path)
    until(lambda: playback.began)
    assert playback.pid != first
    last = playback.pid
    assert last is not None
    playback.close()
    assert not psutil.pid_exists(last)


def test_a_card_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "livecode-test-none")
    playback = Playback("jack", time.monotonic)
    playback.play(tones(tmp_path / "a.wav"))
    until(lambda: bool(playback.error))
    assert "no JACK server answered" in playback.error
    until(lambda: playback.position_s() is None)
    playback.close()


def test_a_take_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    playback = Playback("headless", time.monotonic)
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    for name in ("a.wav", "b.wav"):
        with pytest.raises(LivecodeError, match="cannot be read"):
            playback.play(tmp_path / name)
    assert playback.pid is None


@pytest.mark.slow
def test_a_take_is_played_again_once_a_lost_sound_server_is_back(
    card: Card, tmp_path: Path
) -> None:
    path = tones(tmp_path / "a.wav")
    playback = Playback("jack", time.monotonic)
    try:
        playback.play(path)
        until(lambda: playback.began)
        card.kill()
        until(lambda: "the JACK server is gone" in playback.error)
        until(lambda: playback.position_s() is None)
        card.start(44100, 512)
        playback.play(path)
        until(lambda: playback.began)
        assert playback.error == ""
    finally:
        playback.close()
