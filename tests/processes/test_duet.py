"""A duet with the microphone on a card: phrases are answered soon, and in a replay the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from livecode.journal.journal_file import read_journal
from livecode.journal.records import MessagesHeard
from livecode.neural.audio.sound_bytes import as_audio, unpacked
from livecode.neural.model_file import find_model
from livecode.offline.replay import replay
from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.signals.features import SoundFeatures
from livecode.transport.messages import DuetTurn, Rested
from livecode.transport.timing import HOP
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from tests.conftest import Card

pytestmark = pytest.mark.live

RATE = 48_000
#: A phrase is answered so soon after its end, in seconds.
SOON_S = 0.3
#: So much of an answer is compared, in seconds.
BEGIN_S = 0.7
#: Plays a file to the engine's inputs, once, and ends.
PLAYER = """
import subprocess, sys, time
from livecode.engine.device import boot
from livecode.engine.pyo_quiet import pyo
server = boot("jack", 48000, 256, client="player").server
server.start()
for side in "12":
    subprocess.run(["jack_disconnect", f"player:output_{side}", f"system:playback_{side}"], stderr=-3)
    subprocess.run(["jack_connect", f"player:output_{side}", f"livecode:input_{side}"], check=True)
played = pyo.TableRead(table := pyo.SndTable(sys.argv[1]), freq=table.getRate())
both = played.mix(2).out()
played.play()
time.sleep(table.getDur() + 0.5)
"""


def phrase(root_hz: float) -> NDArray[np.float64]:
    """Four notes of a major chord, plucked, 1.2 s in all; the last one is damped."""
    count = round(0.3 * RATE)
    t = np.arange(count) / RATE
    envelope = np.minimum(t / 0.005, 1) * np.exp(-3 * t) * np.minimum(t[::-1] / 0.01, 1)
    notes = []
    for semitones in (0, 4, 7, 4):
        hz = root_hz * 2 ** (semitones / 12)
        partials = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 7))
        notes.append(0.2 * envelope * partials)
    return np.concatenate(notes)


def stretches(sound: NDArray[np.float64], gap_s: float = 0.5) -> list[tuple[int, int]]:
    """Return from which to which frame something is heard, where silence of `gap_s` parts it."""
    loud = np.flatnonzero(np.abs(sound) > 3e-3)
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > gap_s * RATE) + 1)
    return [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]


def chroma(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the mean share of each pitch class, (12,)."""
    heard = SoundFeatures(rate_hz)
    found = []
    for begin in range(0, len(sound) - heard.hop_frames, heard.hop_frames):
        heard.listen(sound[begin : begin + heard.hop_frames].astype(np.float32))
        found.append(heard.chroma.copy())
    mean: NDArray[np.float32] = np.mean(found, axis=0)
    return mean


def distances(sound: NDArray[np.float64], phrase_heard: bytes) -> tuple[float, float]:
    """Return how far an answer's begin is from primed continuations of its phrase, and from unprimed ones.

    Each is one of many that the model could play: the mean distance to six of either is meant.
    """
    loaded = Loaded(find_model("piano"))
    rate_hz, ones = (
        loaded.meta.sample_rate,
        np.ones(round(BEGIN_S * loaded.meta.sample_rate), np.float32),
    )
    answer = chroma(soxr.resample(sound[: round(BEGIN_S * RATE)], RATE, rate_hz), rate_hz)
    samples, _ = unpacked(phrase_heard)

    def far(primed: bool) -> float:
        found = []
        for seed in range(100, 106):
            drawing = loaded.drawing(seed)
            if primed:
                drawing.prime(as_audio(samples))
            else:
                drawing.begin(seed)
            found.append(chroma(drawing.next(ones, Held(), True), rate_hz))
        return float(np.mean([np.abs(each - answer).sum() for each in found]))

    return far(primed=True), far(primed=False)


@pytest.mark.slow
def test_phrases_in_three_keys_are_answered_soon_and_the_same_in_a_replay(
    card: Card, tmp_path: Path
) -> None:
    calls, wav = tmp_path / "calls.wav", tmp_path / "live.wav"
    rest = np.zeros(3 * RATE)
    roots = (220.0, 246.94, 293.66)
    soundfile.write(
        calls, np.concatenate([rest, *(x for hz in roots for x in (phrase(hz), rest))]), RATE
    )
    with Live(Options(audio="jack", osc_port=0, record=wav, seed=5)) as live:
        code = 'r7 = stream("piano", pan=1)\nvoice = mic(1, pan=-1)\nd = duet(r7, mic(1), answer=1.2*s)'
        assert live.evaluate(code) == (True, None)
        live.await_(lambda: "r7" in live.status.sounding and live.status.duets, "the duet")
        subprocess.run([sys.executable, "-c", PLAYER, str(calls)], check=True, timeout=60)
        end = live.status.frame
        live.await_(lambda: live.status.frame > end + RATE, "what came last to be noted")
        assert not live.said
    heard, _ = soundfile.read(wav)
    asked, answered = stretches(heard[:, 0]), stretches(heard[:, 1])
    assert len(asked) == len(answered) == len(roots)
    late_s = [(answer[0] - call[1]) / RATE for call, answer in zip(asked, answered, strict=True)]
    assert all(each > 0.15 for each in late_s), late_s
    assert np.median(late_s) <= SOON_S, late_s  # one may be late where much else runs
    records = [each for each in read_journal(live.paths.journal) if isinstance(each, MessagesHeard)]
    told = [each for record in records for each in record.messages]
    turns = [each for each in told if isinstance(each, DuetTurn)]
    assert [each.what for each in turns] == ["hears", "answers", "listens"] * len(roots)
    assert all(each.position % HOP == 0 for each in turns)
    sounds = [heard[begin:end, 1] for begin, end in answered]
    phrases = [each.phrase for each in turns if each.what == "answers"]
    rested = any(
        isinstance(each, Rested) for each in told
    )  # a machine without time froze the stream
    pairs = zip(sounds, phrases, strict=True)
    near, far = np.mean([distances(sound, phrase_heard) for sound, phrase_heard in pairs], axis=0)
    assert rested or near < 0.9 * far, (
        "answers are nearer to what goes on from their phrases than to other takes"
    )
    # the journal holds the phrases, not what the microphone heard: of the replay the answers are the same
    replayed = replay(live.paths.journal, tmp_path / "again.wav")
    assert replayed.differs_at_s is None
    again, _ = soundfile.read(tmp_path / "again.wav")
    assert np.abs(heard[:end, 1] - again[:end, 1]).max() < 1e-5
