"""The figures and the picture of takes, for sounds whose figures are known."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.takes.figures import centroid_hz, silence_share
from livecode.takes.picture import COLOURS, look, spectrogram, waveform

RATE = 16000


def tone(freq_hz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * freq_hz * t)).astype(np.float32)


def test_the_share_of_silence_is_that_of_its_frames() -> None:
    audio = np.concatenate([tone(440, 1), tone(440, 3, 0.001)])
    assert silence_share(audio, RATE) == pytest.approx(0.75, abs=0.01)
    assert silence_share(audio + np.float32(0.2), RATE) == pytest.approx(0.75, abs=0.01)
    assert silence_share(tone(440, 0.01), RATE) == 0.0


def test_a_level_to_and_fro_is_silence_to_coarse_quantisers() -> None:
    step = 2 / 256
    flicker = np.random.default_rng(0).integers(0, 2, RATE).astype(np.float32) * step
    assert silence_share(flicker, RATE) == 0.0
    assert silence_share(flicker, RATE, step) == 1.0


def test_the_centroid_of_a_tone_is_its_frequency() -> None:
    for freq_hz in (200, 1000, 5000):
        assert centroid_hz(tone(freq_hz, 1), RATE) == pytest.approx(freq_hz, rel=0.03)
        assert centroid_hz(tone(freq_hz, 1) + np.float32(0.3), RATE) == pytest.approx(
            freq_hz, rel=0.03
        )
    assert centroid_hz(tone(500, 1) + tone(2500, 1), RATE) == pytest.approx(1500, rel=0.03)
    assert centroid_hz(np.zeros(RATE, np.float32), RATE) == 0.0
    assert centroid_hz(tone(500, 0.005), RATE) > 0


def test_a_picture_shows_when_and_how_high(tmp_path: Path) -> None:
    audio = np.concatenate([tone(150, 1), np.zeros(RATE, np.float32), tone(4000, 1, 0.9)])
    soundfile.write(tmp_path / "a.wav", audio, RATE)
    picture = look(tmp_path / "a.wav", 90, 20)
    assert picture.seconds == 3
    assert picture.levels.shape == (20, 90)
    low, silent, high = (picture.levels[:, at : at + 20] for at in (5, 35, 65))
    assert np.argmax(low.max(axis=1)) > 13  # rows go down from the highest
    assert silent.max() == 0
    assert np.argmax(high.max(axis=1)) < 6
    assert picture.levels.max() == COLOURS - 1
    rows = waveform(picture, 4, 0.5, colours=True)
    assert [len("".join(text for _, text, *_ in row)) for row in rows] == [90] * 4
    assert len(rows[0][0][1]) == 45  # what has been played is lit
    top = "".join(text for _, text, *_ in rows[0])
    assert top[30:60].strip() == ""
    assert "█" in top[60:]
    assert len(spectrogram(picture, colours=True)) == 10
    shades = ["".join(text for _, text, *_ in row) for row in spectrogram(picture, colours=False)]
    assert [len(row) for row in shades] == [90] * 10
    assert all(row[40] == " " for row in shades)
    assert any(row[70] == "█" for row in shades)


@pytest.mark.parametrize("content", [b"", b"RIFF", None])
def test_what_cannot_be_read_is_drawn_as_silence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    picture = look(path, 10, 4)
    assert picture.peaks.tolist() == [0.0] * 10
    assert not picture.levels.any()


@pytest.mark.parametrize("frames", [0, 1, 2, 50])
@pytest.mark.parametrize("columns", [0, 1, 100])
def test_takes_of_any_length_are_drawn_in_any_width(
    tmp_path: Path, frames: int, columns: int
) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(frames, 0.5), RATE)
    picture = look(tmp_path / "a.wav", columns, 6)
    assert len(waveform(picture, 3, 1.0, colours=False)) == 3
    assert len(spectrogram(picture, True)) == 3
