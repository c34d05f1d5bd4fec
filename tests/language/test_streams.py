"""Streams, sound files and the microphone: what they sound like, and what they refuse."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.language import streams
from tests.sound import centroid_hz, jump, longest_silence_s, rms

RATE = 48000


def tone(path: Path, seconds: float = 1.0, freq_hz: float = 441.0, rate: int = 44100) -> Path:
    """A file of a sine wave of 0.3, which does not fit its length: looped without a seam it clicks."""
    time_s = np.arange(round(seconds * rate)) / rate
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * freq_hz * time_s + 1.0), rate)
    return path


def peak_hz(audio: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio))))
    return float(np.argmax(power)) * RATE / len(audio)


def test_a_stream_sounds_at_once_and_without_a_gap(session: Session):
    session.eval("r7 = stream()")
    audio = session.advance(2.0)
    assert rms(audio[RATE // 2 :]) == pytest.approx(0.1, rel=0.1)
    assert longest_silence_s(audio[4800:], RATE) < 0.005


def test_a_stream_is_brighter_the_higher_its_temperature(session: Session):
    session.eval("r7 = stream('test', temperature=ramp(0.3, 2.5, over=4*s))")
    dark = session.advance(1.0)
    session.advance(2.0)
    bright = session.advance(1.0)
    assert centroid_hz(bright[:32768], RATE) > 3 * centroid_hz(dark[-32768:], RATE)


def test_the_same_seed_is_the_same_stream_and_another_is_another():
    heard = []
    for seed in (3, 3, 4):
        with Session(seed=1) as session:
            session.eval(f"r7 = stream(seed={seed})")
            heard.append(session.advance(0.5))
    assert np.array_equal(heard[0], heard[1])
    assert not np.array_equal(heard[0], heard[2])


@pytest.mark.parametrize(
    ("speed", "freq_hz"), [(1, 441), (0.5, 220.5), (2, 882), (-1, 441), (-2, 882), (0.25, 110.25)]
)
def test_a_sample_plays_at_its_speed_forwards_and_backwards(
    session: Session, tmp_path: Path, speed: float, freq_hz: float
):
    session.eval(f"rain = sample({str(tone(tmp_path / 'tone.wav'))!r}, speed={speed})")
    session.advance(0.2)
    audio = session.advance(2.0)
    assert peak_hz(audio) == pytest.approx(freq_hz, abs=1.0)
    assert rms(audio) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("speed", [1, 2, -1, 0.7])
def test_a_loop_does_not_click_at_its_seam(session: Session, tmp_path: Path, speed: float):
    session.eval(f"rain = sample({str(tone(tmp_path / 'tone.wav', 0.31))!r}, speed={speed})")
    session.advance(0.3)
    steepest = 0.3 * 2 * np.pi * 441 * abs(speed) / RATE
    assert jump(session.advance(2.0)) < 1.6 * steepest


def test_a_speed_of_0_stands_still_and_a_curve_through_0_turns_round(
    session: Session, tmp_path: Path
):
    session.eval(f"rain = sample({str(tone(tmp_path / 'tone.wav'))!r}, speed=0)")
    session.advance(0.5)
    assert jump(session.advance(0.5)) < 1e-3
    session.eval("rain.speed = ramp(2, -2, over=1*s)")
    assert np.isfinite(session.advance(1.5)).all()
    assert peak_hz(session.advance(1.0)) == pytest.approx(882, abs=2)


@pytest.mark.parametrize(
    ("frames", "channels", "rate"), [(1, 1, 48000), (7, 2, 44100), (200, 6, 8000), (5000, 2, 96000)]
)
def test_very_short_files_and_many_channels_play(
    session: Session, tmp_path: Path, frames: int, channels: int, rate: int
):
    path = tmp_path / "short.wav"
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (frames, channels))
    soundfile.write(path, noise, rate)
    assert session.eval(f"rain = sample({str(path)!r})").ok
    assert np.isfinite(session.advance(0.5)).all()
    assert session.running()[0].name == "rain"
    assert not [event for event in session.log if event.kind == "fallback"]


def test_a_file_with_numbers_that_are_none_does_not_get_through(session: Session, tmp_path: Path):
    path = tmp_path / "broken.wav"
    audio = np.full(4800, 0.1, np.float32)
    audio[100::7] = np.nan
    soundfile.write(path, audio, 48000, subtype="FLOAT")
    session.eval(f"rain = sample({str(path)!r})")
    assert np.isfinite(session.advance(0.5)).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.write_bytes(b""), "cannot open the sound file"),
        (lambda path: path.write_text("no sound"), "cannot open the sound file"),
        (lambda path: path.mkdir(), "cannot open the sound file"),
        (lambda path: soundfile.write(path, np.zeros(0), 48000), "is empty"),
    ],
)
def test_what_is_no_sound_file_is_refused_with_a_sentence(
    session: Session, tmp_path: Path, make, says: str
):
    path = tmp_path / "rain.wav"
    make(path)
    result = session.eval(f"rain = sample({str(path)!r})")
    assert not result.ok
    assert says in result.error
    assert "\n" not in result.error


def test_a_file_that_vanishes_before_it_is_read_leaves_the_previous_one_playing(
    session: Session, tmp_path: Path
):
    session.eval(f"rain = sample({str(tone(tmp_path / 'one.wav'))!r})")
    session.advance(0.5)
    gone = tone(tmp_path / "two.wav", freq_hz=1000)
    session.eval(f"import os\nrain = sample({str(gone)!r})\nos.remove({str(gone)!r})")
    audio = session.advance(1.0)
    assert longest_silence_s(audio, RATE) < 0.005
    assert peak_hz(audio[-RATE // 2 :]) == pytest.approx(441, abs=3)
    assert "still playing the previous version" in session.log[-1].text
    assert session.get("rain").path.endswith("one.wav")


def test_a_microphone_without_an_input_is_silent_and_no_error(session: Session):
    result = session.eval("voice = mic()\nego = agent(space('additive'), level=0.5)")
    assert result.ok
    session.advance(0.5)
    assert {row.name: row.peak > 0 for row in session.running()} == {
        "voice": False,
        "ego": True,
    }
    assert not [event for event in session.log if event.wrong]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("r7 = stream('quartett')", "there is no model named 'quartett'"),
        ("r7 = stream(temperature=9)", "from 0.05 to 3"),
        ("r7 = stream(temperature='hot')", "from 0.05 to 3"),
        ("r7 = stream(seed=0.5)", "whole number"),
        ("r7 = stream(level=True)", "from 0 to 4"),
        ("r7 = stream(pan=2)", "from -1 to 1"),
        ("r7 = stream(fade='slowly')", "a length of time or 'gap'"),
        ("r7 = stream(fade=100*s)", "0*s to 60*s"),
        ("r7 = stream(quant=-1*bars)", "takes a length of time"),
        ("r7 = sample(3)", "TypeError"),
    ],
)
def test_settings_out_of_range_are_refused_with_the_range(session: Session, code: str, says: str):
    result = session.eval(code)
    assert not result.ok
    assert says in result.error


def test_numpy_s_numbers_are_numbers(session: Session):
    result = session.eval(
        "r7 = stream(temperature=np.float32(0.5), seed=np.int64(3), level=np.float64(0.5))"
    )
    assert result.ok, result.error
    assert rms(session.advance(1.0)[24000:]) == pytest.approx(0.05, rel=0.15)


def test_a_damaged_and_a_far_too_loud_file_play_as_they_should_and_are_told_of_once(
    session: Session, tmp_path: Path
):
    time_s = np.arange(RATE) / RATE
    sine = (0.3 * np.sin(2 * np.pi * 441 * time_s)).astype(np.float32)
    damaged = sine.copy()
    damaged[1000] = np.inf
    soundfile.write(tmp_path / "damaged.wav", damaged, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "loud.wav", 10_000 * sine, RATE, subtype="FLOAT")
    for name, peak in (("damaged", 0.3), ("loud", 1.0)):
        for _ in range(2):
            assert session.eval(f"rain = sample({str(tmp_path / f'{name}.wav')!r})").ok
            session.advance(0.5)
            session.eval("del rain")
            session.advance(1.0)
        session.eval(f"rain = sample({str(tmp_path / f'{name}.wav')!r})")
        session.advance(0.5)
        audio = session.advance(3.0)  # over the seam
        assert np.abs(audio).max() < 1.25 * peak  # at the seam two pieces of it sound
        assert jump(audio) < 2 * peak * 2 * np.pi * 441 / RATE
        session.eval("del rain")
        session.advance(1.0)
    notes = [str(event) for event in session.log if event.kind == "note"]
    assert [note.split(": ")[0] for note in notes] == ["rain", "rain"]
    assert "1 sample that is no number" in notes[0]
    assert "3000 × full scale" in notes[1]


def test_a_file_of_opposite_channels_is_heard(session: Session, tmp_path: Path):
    sine = 0.3 * np.sin(2 * np.pi * 441 * np.arange(RATE) / RATE)
    soundfile.write(tmp_path / "turned.wav", np.stack([sine, -sine], 1), RATE)
    session.eval(f"rain = sample({str(tmp_path / 'turned.wav')!r})")
    session.advance(0.5)
    assert rms(session.advance(1.0)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_a_file_whose_name_is_no_utf_8_plays_as_glob_finds_it(session: Session, tmp_path: Path):
    tone(tmp_path / "plain.wav").rename(tmp_path / os.fsdecode(b"caf\xe9.wav"))
    result = session.eval(
        f"import glob\nrain = sample(glob.glob({str(tmp_path / '*.wav')!r})[0])\nrain"
    )
    assert result.ok, result.error
    result.value.encode()
    session.advance(0.5)
    assert rms(session.advance(0.5)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    assert session.eval("import os\nos.path.exists(rain.path)").value == "True"


@pytest.mark.parametrize(
    ("array", "says"),
    [
        ("np.zeros((2, 4000))", "would be 4000 channels of 2 frames: turn it over with .T"),
        ("np.zeros((0, 2))", "not (0, 2)"),
        ("np.zeros((2, 2, 2))", "not (2, 2, 2)"),
        ("np.float32(1)", "not ()"),
        ("np.array(['a'])", "an array of numbers"),
        ("np.zeros(4, complex)", "an array of numbers"),
        ("[[1], [1, 2]]", "an array of numbers"),
        ("np.array([0, np.inf])", "finite numbers"),
        ("np.zeros(4) + 1e300", "finite numbers"),
        ("np.broadcast_to(np.float32(0), 10**12)", "at most 10 minutes"),
    ],
)
def test_what_cannot_be_sound_is_refused_and_leaves_nothing_behind(
    session: Session, array: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(streams, "PRIMES", tmp_path / "primes")
    session.eval("r7 = stream()")
    result = session.eval(f"r7.prime({array})")
    assert not result.ok
    assert says in result.error
    assert "\n" not in result.error
    assert not (tmp_path / "primes").exists()


def test_a_damaged_prime_that_was_kept_is_made_anew(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(streams, "PRIMES", tmp_path)
    session.eval("r7 = stream(prime=np.linspace(-0.5, 0.5, 4000))")
    (kept,) = tmp_path.iterdir()
    whole, frames = kept.stat().st_size, soundfile.read(kept)[0]
    kept.write_bytes(kept.read_bytes()[:100])
    assert session.eval("r7.prime(np.linspace(-0.5, 0.5, 4000))").ok
    assert kept.stat().st_size == whole
    assert np.array_equal(soundfile.read(kept)[0], frames)
    session.eval("r7.prime(np.linspace(-0.5, 0.5, 4000).reshape(2000, 2))")
    assert sorted(soundfile.info(path).channels for path in tmp_path.iterdir()) == [1, 2]


def test_a_prime_is_kept_elsewhere_where_the_cache_cannot_be_written(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "cache").write_text("a file in the place of the folder")
    monkeypatch.setattr(streams, "PRIMES", tmp_path / "cache" / "primes")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    session.eval("r7 = stream(prime=np.linspace(-0.5, 0.5, 4000))")
    path = Path(session.get("r7").settings["prime"])
    assert tmp_path in path.parents
    assert soundfile.info(path).frames == 4000
