"""What the sound card hears is heard, recorded and read as a signal, live."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.processes.live import Live
from livecode.processes.options import Options
from tests.conftest import Card

RATE = 48_000
#: Plays a tone of 440 Hz to the engine's inputs until its standard input ends.
PLAYER = """
import subprocess, sys
from livecode.engine.device import boot
from livecode.engine.pyo_quiet import pyo
server = boot("jack", 48000, 256, client="player").server
tone = pyo.Sine([440, 440], mul=0.3).out()
server.start()
for side in "12":
    subprocess.run(["jack_disconnect", f"player:output_{side}", f"system:playback_{side}"], stderr=-3)
    subprocess.run(["jack_connect", f"player:output_{side}", f"livecode:input_{side}"], check=True)
print("plays", flush=True)
sys.stdin.read()
"""


def play(live: Live, code: str) -> None:
    assert live.evaluate(code) == (True, None)


@pytest.mark.slow
def test_the_microphone_is_heard_on_a_card_and_read_as_a_signal(card: Card, tmp_path: Path) -> None:
    wav = tmp_path / "heard.wav"
    with Live(Options(audio="jack", osc_port=0)) as live:
        play(live, "voice = mic()\nego = agent(space('additive'), level=0)")
        play(live, "ego.pan = lambda mic: min(mic.rms, 1)")
        with subprocess.Popen(
            [sys.executable, "-c", PLAYER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as player:
            assert player.stdout is not None
            assert player.stdout.readline() == b"plays\n"
            live.await_(lambda: live.peak > 0.25, "the tone")
            live.await_(lambda: live.status.values.get("ego.pan", 0) > 0.15, "the signal")
            play(live, f"record({str(wav)!r})")
            live.await_(lambda: wav.exists() and wav.stat().st_size > 2 * RATE * 8, "a recording")
            play(live, "record.stop()")
            player.communicate()
        live.await_(lambda: live.peak < 0.01, "silence")
    sound, _ = soundfile.read(wav)
    spectrum = np.abs(np.fft.rfft(sound[:RATE, 0] * np.hanning(RATE)))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.02)
