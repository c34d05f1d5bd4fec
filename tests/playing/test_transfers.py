"""Timbre transfer through spaces of ours: in tune, as loud as what comes in, moved, and replayed."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.replay import replay
from tests.replayed import assert_replayed
from tests.sound import centroid_hz, longest_silence_s, rms

RATE = 48_000
Floats = NDArray[np.float32]
WRONG = {
    "f = o.through('calls.wav')": "calls = sample('calls.wav')",
    "f = o.through(hits('bd sn'))": "name first",
    "f = o.through(3)": "takes mic()",
    "f = space('percussion').through(calls)": "nothing can be heard through it",
    "voice = o.through(voice)": "cannot be heard through itself",
    "voice[16] = 1": "latents from 0 to 15",
    "voice['loud'] = 1": "latents from 0 to 15",
    "voice[1] = 9": "from -8 to 8",
    "voice[1] = 'much'": "voice.z1",
    "voice.wet = 2": "voice.wet",
    "ego = agent(o.through(calls))": "a name first",
    "n = notes('0 3', agent(voice))": "no key",
}


def tone(hz: float, level: float, seconds: float = 0.5) -> Floats:
    """Eight partials, as of something that is blown."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 9))
    return (level * np.asarray(wave)).astype(np.float32)


def written(folder: Path, sound: Floats) -> str:
    soundfile.write(folder / "calls.wav", sound, RATE, subtype="FLOAT")
    return f"calls = sample({str(folder / 'calls.wav')!r})\no = space('orchestra')\n"


def played(session: Session, code: str, seconds: float) -> Floats:
    result = session.eval(code)
    assert result.ok, (code, result.error)
    audio: Floats = session.advance(seconds)
    return audio


def pitch_hz(audio: Floats, near: float) -> float:
    """Return the frequency of the loudest peak within a third of `near`."""
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)), 1 << 20))
    hz = np.fft.rfftfreq(1 << 20, 1 / RATE)
    about = np.abs(np.log2(np.maximum(hz, 1) / near)) < 1 / 3
    return float(hz[about][spectrum[about].argmax()])


def test_it_sounds_at_the_pitch_and_the_level_of_what_goes_through_and_that_alone(
    session: Session, tmp_path: Path
) -> None:
    sound = np.concatenate([tone(277.0, 0.1), tone(392.0, 0.025), np.zeros(RATE // 2, np.float32)])
    calls = written(tmp_path, sound)
    plain = played(session, calls + "calls.level = 0.999", 1.5)
    again = played(session, "del calls", 0.6)
    assert longest_silence_s(again, RATE) > 0.05
    heard = played(session, calls + "calls.level = 0.999\nvoice = o.through(calls)", 1.5)
    late = round(session.get("voice").latency_s * RATE)
    assert 0.02 < late / RATE < 0.05
    for begin, hz in ((0.2, 277.0), (0.7, 392.0)):
        piece = heard[round(begin * RATE) + late :][: RATE // 4]
        before = plain[round(begin * RATE) :][: RATE // 4]
        assert 1200 * abs(np.log2(pitch_hz(piece, hz) / hz)) < 5
        assert 20 * abs(np.log10(rms(piece) / rms(before))) < 3
        assert np.corrcoef(piece[:, 0], before[:, 0])[0, 1] < 0.9, "another sound than went in"
    assert rms(heard[round(1.2 * RATE) + late :][: RATE // 5]) < 1e-3, "silence stays silence"


def test_latents_are_read_and_moved_by_hand_by_curves_and_by_an_agent(
    session: Session, tmp_path: Path
) -> None:
    block = written(tmp_path, tone(220.0, 0.1)) + "voice = o.through(calls)"
    plain = played(session, block, 1.0)[RATE // 2 :]
    before = session.get("voice").latents
    assert len(before) == 16
    brighter = played(session, "voice['centroid'] = 2", 0.6)[RATE // 4 :]
    assert centroid_hz(brighter, RATE) > 1.2 * centroid_hz(plain, RATE)
    assert session.get("voice").latents[1] == pytest.approx(before[1] + 2, abs=0.5)
    darker = played(session, "voice[1] = ramp(2, -2, over=0.2*s)", 0.7)[RATE // 3 :]
    assert centroid_hz(darker, RATE) < centroid_hz(plain, RATE)
    played(session, "voice[1] = 0\nego = agent(voice, dims=2, seed=1)\nego.reward = voice[1]", 0.1)
    session.get("ego").player.place(np.full(15, 0.95))
    moved = played(session, "ego.dims = 2", 0.5)[RATE // 4 :]
    assert 1200 * abs(np.log2(pitch_hz(moved, 220.0) / 220.0)) < 5, "agents leave the pitch alone"
    assert session.get("voice").latents[1] > before[1] + 1
    assert centroid_hz(moved, RATE) > 1.2 * centroid_hz(plain, RATE)
    back = played(session, "del ego", 1.0)[RATE // 2 :]
    assert centroid_hz(back, RATE) == pytest.approx(centroid_hz(plain, RATE), rel=0.1)
    up = played(session, "voice[0] = 1", 0.5)[RATE // 4 :]
    assert centroid_hz(up, RATE) > 1.2 * centroid_hz(plain, RATE), "the first is the pitch"


def test_it_is_replayed_sample_by_sample(tmp_path: Path) -> None:
    sound = np.concatenate([tone(330.0, 0.1, 0.2), np.zeros(RATE // 10, np.float32)])
    blocks = (
        written(tmp_path, sound) + "voice = o.through(calls)",
        "voice[1] = 1.5\nvoice.wet = 0.6\nego = agent(voice, dims=2)",
        "voice = space('additive').through(calls)",
    )
    assert_replayed(blocks, 0.4, tmp_path)


def test_mistakes_are_told_in_a_sentence_and_it_plays_on(session: Session, tmp_path: Path) -> None:
    block = written(tmp_path, tone(220.0, 0.1)) + "voice = o.through(calls)"
    played(session, block, 0.3)
    for code, says in WRONG.items():
        result = session.eval(code)
        assert not result.ok, code
        assert says in result.error, (code, result.error)
        assert "\n" not in result.error
    assert longest_silence_s(session.advance(0.3), RATE) < 0.01
    told = session.eval("help(voice)").value
    assert "37 ms after what goes through it" in str(told)
    assert "calls through orchestra, 37 ms later" in str(session.eval("running()\nvoice").value)
    del told
    assert not rms(played(session, "del voice\ndel calls\nm = o.through(mic())", 0.9)[-4800:])


class FromAFile:
    """An input of the sound card that hears a tone, block by block."""

    def __init__(self, block: int):
        self._sound, self._block = tone(247.0, 0.1, 2.0), block

    def read(self) -> Floats:
        now, self._sound = self._sound[: self._block], self._sound[self._block :]
        return np.stack([now, np.zeros_like(now)], axis=1)


def test_a_replay_has_no_microphone_and_sounds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    with monkeypatch.context() as patch, Session(seed=7) as session:
        patch.setattr(session.engine.input, "listen", lambda played: None)
        session.engine.input.tap = FromAFile(session.engine.block)
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        heard.append(played(session, "voice = space('orchestra').through(mic(1))", 0.6))
        heard.append(
            played(session, "voice[1] = ramp(0, 2, over=0.2*s)\nvoice.pan = voice[2]", 0.6)
        )
        session.performance.recorder.closed()
    assert rms(heard[0][RATE // 2 :]) == pytest.approx(rms(tone(247.0, 0.1)), rel=0.3)
    result = replay(tmp_path / "journal", tmp_path / "again.wav")
    assert result.differs_at_s is None
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    np.testing.assert_array_equal(again, np.concatenate(heard))
