"""Timbre transfer with the microphone on a card: through an nn~ model and a space, live and in a replay."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode.bench import latency
from livecode.offline.replay import replay
from livecode.processes.live import Live
from livecode.processes.options import Options
from tests import torchscript_model as made
from tests.conftest import Card
from tests.processes.test_duet import PLAYER, stretches

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),
]

RATE = 48_000
#: Notes of the call, in Hz, each with its level.
NOTES = ((330.0, 0.2), (440.0, 0.05))


def call() -> NDArray[np.float64]:
    """Return the notes, a second each, with a rest of a second after each and before the first."""
    t = np.arange(RATE) / RATE
    edges = np.minimum(np.minimum(t, 1 - t) / 0.01, 1)
    rest = np.zeros(RATE)
    notes = [level * edges * np.sin(2 * np.pi * hz * t) for hz, level in NOTES]
    return np.concatenate([rest, *(each for note in notes for each in (note, rest))])


def pitch_hz(sound: NDArray[np.float64]) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 19))
    return float(spectrum.argmax() * RATE / (1 << 19))


def performed(folder: Path, code: str) -> tuple[NDArray[np.float64], Live]:
    """Play the call into the microphone; return what was recorded, and the performance."""
    calls, wav = folder / "calls.wav", folder / "live.wav"
    soundfile.write(calls, call(), RATE, subtype="FLOAT")
    with Live(Options(audio="jack", osc_port=0, record=wav, seed=5)) as live:
        assert live.evaluate(f"guitar = mic(1, pan=-1)\n{code}") == (True, None)
        live.await_(lambda: "voice" in live.status.sounding, "the transfer")
        told = "assert voice.latents and voice.latency_s < 0.08"
        live.await_(lambda: live.evaluate(told)[0], "what it hears")
        subprocess.run([sys.executable, "-c", PLAYER, str(calls)], check=True, timeout=60)
        end = live.status.frame
        live.await_(lambda: live.status.frame > end + RATE, "what came last to be noted")
    heard, _ = soundfile.read(wav)
    return heard[:end], live


@pytest.mark.parametrize("which", ["model", "space"])
def test_the_microphone_is_heard_through_it_soon_in_tune_and_the_same_in_a_replay(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    opened = "space('orchestra')"
    if which == "model":
        path = made.write(made.Follower(), tmp_path / "rave.ts")
        opened = f"space({str(path)!r}, trust=True)"
    heard, live = performed(tmp_path, f"voice = {opened}.through(mic(1), pan=1)")
    went_in, came_out = stretches(heard[:, 0]), stretches(heard[:, 1])
    assert len(went_in) == len(came_out) == len(NOTES)
    for (begin, end), (later, _), (hz, level) in zip(went_in, came_out, NOTES, strict=True):
        assert 0.02 < (later - begin) / RATE < 0.1
        piece = slice(begin + RATE // 3, end - RATE // 6)
        assert 1200 * abs(np.log2(pitch_hz(heard[piece, 1]) / hz)) < 10
        loud = np.sqrt(np.square(heard[piece]).mean(axis=0))
        assert 20 * abs(np.log10(loud[1] / loud[0])) < 4, level
    replayed = replay(live.paths.journal, tmp_path / "again.wav")
    assert replayed.differs_at_s is None
    again, _ = soundfile.read(tmp_path / "again.wav")
    until = min(len(heard), len(again))
    assert not again[:until, 0].any(), "a replay has no microphone"
    assert np.abs(heard[:until, 1] - again[:until, 1]).max() < 1e-5


def test_ring_to_latent_to_sound_is_printed(
    card: Card,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = made.write(made.Follower(), tmp_path / "rave.ts")
    with Live(Options(audio="jack", osc_port=latency.PORT)) as live:
        assert live.evaluate(f"space({str(path)!r}, trust=True)")[0]
        rows = latency.through(live, f"space({str(path)!r})", 6, 0.0, latent=1)
    with capsys.disabled():
        for row in rows:
            print(f"\n{row.what}: {row.value:.0f} ms", end="")
    assert all(row.value is not None and 20 < row.value < 500 for row in rows)
