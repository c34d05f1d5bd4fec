"""A film of a performance: its sound is the replay's, and what is heard is seen in the same picture."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.cli.command import main
from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.films import browser
from livecode.films.video import FilmOptions, checked, film
from livecode.offline.replay import replay
from tests.conftest import need

FPS, WIDTH, HEIGHT = 25, 640, 360
CHROMIUM = browser.chromium()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (FilmOptions(Path("film.avi")), r"ends in \.mp4"),
        (FilmOptions(Path("film.mp4"), fps=0), "1 to 120 pictures"),
        (FilmOptions(Path("film.mp4"), width=641), "even number"),
        (FilmOptions(Path("film.mp4"), palette="pink"), "no palette called 'pink'"),
    ],
)
def test_what_is_no_film_is_refused_in_a_sentence(options: FilmOptions, told: str) -> None:
    with pytest.raises(LivecodeError, match=told):
        checked(options)


def test_without_ffmpeg_or_chromium_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    journal: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("livecode.films.browser._MAC", tmp_path / "nothing")
    monkeypatch.setattr("shutil.which", lambda name: None)
    out = tmp_path / "film.mp4"
    assert main(["video", str(journal), "-o", str(out)]) == 2
    assert "apt-get install ffmpeg" in capsys.readouterr().err
    monkeypatch.setattr("shutil.which", lambda name: "/bin/true" if name == "ffmpeg" else None)
    with pytest.raises(LivecodeError, match="apt-get install chromium"):
        film(journal, FilmOptions(out))
    assert not out.exists()


def decoded_sound(film: Path) -> np.ndarray:
    """The sound of a film, float32 (frames, 2)."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-f", "f32le", "-c:a", "pcm_f32le", "-"],
        capture_output=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.float32).reshape(-1, 2)


def decoded_pictures(film: Path) -> np.ndarray:
    """The brightness of the pictures, (pictures, height, width)."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-f", "rawvideo", "-pix_fmt", "gray", "-"],
        capture_output=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH)


@pytest.mark.slow
@need("ffmpeg")
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
def test_its_sound_is_the_replay_s_and_what_is_heard_is_seen_in_the_same_picture(
    journal: Path, tmp_path: Path
) -> None:
    replay(journal, tmp_path / "again.wav")
    again, rate = soundfile.read(tmp_path / "again.wav", dtype="float32")
    exact, shared = tmp_path / "film.mkv", tmp_path / "film.mp4"
    film(journal, FilmOptions(exact, FPS, WIDTH, HEIGHT))
    np.testing.assert_array_equal(decoded_sound(exact), again)

    pictures = decoded_pictures(exact)
    assert len(pictures) == int(len(again) / rate * FPS) + 1
    # where the spectrum shows the present: above it code flashes when it is played
    present = pictures[:, int(0.65 * HEIGHT) :, int(0.95 * WIDTH) :]
    present = present.reshape(len(pictures), -1).max(axis=1)
    heard = np.flatnonzero(np.abs(again).max(axis=1) > 0.01)[0] / rate
    sees = np.flatnonzero(present > 60)[0] / FPS
    assert 0 <= sees - heard <= 1 / FPS, (heard, sees)

    film(journal, FilmOptions(shared, FPS, WIDTH, HEIGHT))
    np.testing.assert_array_equal(
        decoded_pictures(shared), pictures
    )  # each is drawn again as it was
    rounded = WavFile.fresh(tmp_path / "rounded.wav", rate, bits=24)
    rounded.write(again)
    rounded.close()
    expected, _ = soundfile.read(tmp_path / "rounded.wav", dtype="float32")
    np.testing.assert_array_equal(decoded_sound(shared), expected)
    told = subprocess.run(
        [shutil.which("ffmpeg") or "", "-i", shared], capture_output=True, text=True
    )
    assert re.search(r"Video: h264 .*yuv420p\(tv, bt709", told.stderr)
    assert re.search(r"Audio: flac .*24 bit", told.stderr)
