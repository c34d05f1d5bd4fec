"""Grabbing: what a name has played, or is about to, becomes the slices of a kit."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.replay import replay
from livecode.voices.slicing import onset_cuts

RATE = 48000
#: Eighths that climb: the first of each bar is at 300 Hz, the next at 400 Hz, and so on.
CLIMB = (
    "tempo(120)\n@synth\ndef tone(freq, gate): return Sine(freq) * gate * 0.3\n"
    'x = notes("0 12 0 12 0 12 0 24", tone, legato=1, voices=1)'
)


def pitch_hz(audio: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)), 1 << 16))
    return float(spectrum.argmax() * RATE / (1 << 16))


def bar(session: Session) -> np.ndarray:
    """The next whole bar."""
    session.advance(-session.frame % (2 * RATE) / RATE)
    begin = session.frame
    return np.roll(session.advance(2.0), begin % (2 * RATE), axis=0)


@pytest.mark.parametrize(
    "before", ["", "mute(x)", "x.level, x.pan = 0, 1", "y = hits('bd')\nsolo(y)"]
)
def test_slices_of_the_last_bar_are_played_again_though_it_was_not_heard(
    session: Session, before: str
) -> None:
    assert session.eval(f"{CLIMB}\n{before}").ok
    session.advance(4.3)
    result = session.eval('chops = grab(x, 1*bars, slices=8)\ny = hits("7 0 1 ~", chops)\nmute(x)')
    assert result.ok, result.error
    audio = bar(session)
    assert pitch_hz(audio[2000:10000]) == pytest.approx(1046.5, abs=4)
    assert pitch_hz(audio[26000:34000]) == pytest.approx(261.6, abs=4)
    assert pitch_hz(audio[50000:58000]) == pytest.approx(523.3, abs=4)
    assert np.abs(audio[74000:]).max() < 1e-3


def test_what_is_still_to_come_is_waited_for(session: Session) -> None:
    session.advance(0.5)
    session.eval(CLIMB)
    session.advance(0.1)
    assert session.eval('chops = grab(x, 1*bars, slices=4)\ny = hits("0 1", chops)\nmute(x)').ok
    assert np.abs(session.advance(2.0)).max() < 1e-3, "the bar to come is not played yet"
    session.advance(0.2)
    assert np.abs(bar(session)).max() > 0.1
    assert not [event for event in session.log if event.kind in ("error", "fallback")]


def test_cuts_are_where_something_begins() -> None:
    rng = np.random.default_rng(3)
    sound, begins = np.zeros((RATE, 1)), [0, 7001, 16000, 30507, 40100]
    for begin in begins:
        length = min(3000, RATE - begin)
        sound[begin : begin + length, 0] += rng.normal(0, 0.2, length) * np.exp(
            -np.arange(length) / 800
        )
    cuts = onset_cuts(sound, 5)
    assert len(cuts) == 6
    assert np.abs(np.array(cuts[:5]) - begins).max() < 200
    assert onset_cuts(np.zeros((800, 2)), 4) == [0, 200, 400, 600, 800]


def test_a_take_is_a_kit_of_slices(session: Session, tmp_path: Path) -> None:
    tone = 0.2 * np.sin(2 * np.pi * 700 * np.arange(RATE) / RATE)
    soundfile.write(tmp_path / "take.wav", tone, RATE, "FLOAT")
    assert session.eval(f'tempo(120)\nx = hits("0 5", kit({str(tmp_path / "take.wav")!r}))').ok
    session.advance(1.0)
    assert pitch_hz(bar(session)[200:2800]) == pytest.approx(700, abs=20)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("grab(z)", "z"),
        ("grab(x, 100*bars)", "up to 20*s"),
        ("grab(x, slices=0)", "slices is a whole number"),
        ('grab(x, by="luck")', "onsets"),
    ],
)
def test_what_cannot_be_grabbed_is_said(session: Session, code: str, said: str) -> None:
    session.eval(CLIMB)
    assert said in (session.eval(code).error or "")


def test_a_grab_is_replayed_byte_by_byte(tmp_path: Path) -> None:
    blocks = (
        CLIMB,
        'chops = grab(x, 1*bars)\ny = hits("0 3 <5 7>*2 ~", chops)',
        'y.kit = grab(x, 1*bars, slices=8, by="onsets")',
        "undo()",
    )
    heard = []
    with Session(seed=9) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        for block in blocks:
            result = session.eval(block)
            assert result.ok, result.error
            heard.append(session.advance(2.2))
        session.performance.recorder.closed()
    result = replay(tmp_path / "journal", tmp_path / "again.wav")
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    assert result.differs_at_s is None
    np.testing.assert_array_equal(again, np.concatenate(heard))
