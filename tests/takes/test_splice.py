"""A piece made of takes: where its seams are, and that they have equal power."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.takes.choices import TakesFolder
from livecode.takes.splice import splice

RATE = 8000


def noises(folder: Path, *seconds: float, level: float = 0.1) -> list[Path]:
    paths = []
    for index, length in enumerate(seconds):
        audio = np.random.default_rng(index).standard_normal(round(length * RATE)) * level
        paths.append(folder / f"{index}.wav")
        soundfile.write(paths[-1], audio, RATE, "FLOAT")
    return paths


def test_a_seam_is_as_loud_as_what_it_joins(tmp_path: Path) -> None:
    paths = noises(tmp_path, 3, 4, 2)
    said = splice(paths, tmp_path / "piece.wav", 1.0)
    audio, rate = soundfile.read(tmp_path / "piece.wav")
    assert rate == RATE
    assert len(audio) == (3 + 4 + 2 - 2) * RATE
    assert "3 takes, 0:07" in said
    rms = np.sqrt(np.mean(audio[: 7 * RATE].reshape(-1, RATE // 4) ** 2, axis=1))
    np.testing.assert_allclose(rms, 0.1, rtol=0.15)
    first, second = soundfile.read(paths[0])[0], soundfile.read(paths[1])[0]
    middle = audio[2 * RATE + RATE // 2]
    both = np.sqrt(0.5) * (first[2 * RATE + RATE // 2] + second[RATE // 2])
    assert middle == pytest.approx(both, abs=2e-4)
    np.testing.assert_allclose(audio[RATE : 2 * RATE], first[RATE : 2 * RATE], atol=1e-6)


def test_a_piece_begins_and_ends_without_a_click(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(RATE, 0.8), RATE)
    splice([tmp_path / "a.wav"], tmp_path / "piece.wav", 1.0)
    audio, _ = soundfile.read(tmp_path / "piece.wav")
    assert len(audio) == RATE
    assert np.abs(np.diff(audio, prepend=0, append=0)).max() < 0.02


def test_a_take_shorter_than_its_fades_gives_half_of_itself_to_each(tmp_path: Path) -> None:
    paths = noises(tmp_path, 2, 0.5, 2)
    splice(paths, tmp_path / "piece.flac", 1.0)
    assert soundfile.info(tmp_path / "piece.flac").frames == (2 + 0.5 + 2 - 0.5) * RATE


def test_takes_that_are_alike_do_not_clip_where_they_meet(tmp_path: Path) -> None:
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", np.full(RATE, 0.9), RATE)
    said = splice([tmp_path / "a.wav", tmp_path / "b.wav"], tmp_path / "piece.wav", 0.5)
    audio, _ = soundfile.read(tmp_path / "piece.wav")
    assert 0.99 < np.abs(audio).max() < 1.0
    assert "dB to fit" in said
    assert audio[RATE // 4] == pytest.approx(0.9 / np.sqrt(2) / 0.9 * 0.999, abs=0.01)


def test_what_cannot_be_spliced_is_said_and_nothing_written(tmp_path: Path) -> None:
    paths = noises(tmp_path, 1, 1)
    with pytest.raises(LivecodeError, match="no take is kept"):
        splice([], tmp_path / "piece.wav", 1.0)
    with pytest.raises(LivecodeError, match=r"\.wav"):
        splice(paths, tmp_path / "piece.mp3", 1.0)
    with pytest.raises(LivecodeError, match="already"):
        splice(paths, paths[0], 1.0)
    soundfile.write(tmp_path / "fast.wav", np.zeros(100), 2 * RATE)
    with pytest.raises(LivecodeError, match="16000 Hz"):
        splice([*paths, tmp_path / "fast.wav"], tmp_path / "piece.wav", 1.0)
    (tmp_path / "torn.wav").write_bytes(b"RIFF")
    with pytest.raises(LivecodeError, match="cannot be read"):
        splice([tmp_path / "torn.wav"], tmp_path / "piece.wav", 1.0)
    assert not (tmp_path / "piece.wav").exists()
    assert not list(tmp_path.glob("*.part"))


Capture = pytest.CaptureFixture[str]


def test_the_command_lists_and_splices_without_a_terminal(folder: Path, capsys: Capture) -> None:
    assert cli.main(["takes", str(folder), "--list", "--band", "40", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["take", "0005", "0006", "0007", "0008"]
    assert "-2.950" in lines[1]
    out = folder.parent / "piece.wav"
    assert cli.main(["takes", str(folder), "--splice", str(out)]) == 2
    assert "kept" in capsys.readouterr().err
    takes = TakesFolder(folder)
    takes.keep(8)
    takes.keep(2)
    assert cli.main(["takes", str(folder), "--splice", str(out), "--fade", "0.1"]) == 0
    assert "2 takes, 0:01" in capsys.readouterr().out
    audio, _ = soundfile.read(out)
    assert len(audio) == round(0.9 * RATE)
    spectrum = np.abs(np.fft.rfft(audio[: RATE // 4]))
    assert np.argmax(spectrum) * 4 == 500  # take 8 comes first


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (["FOLDER"], "needs a terminal"),
        (["nowhere", "--list"], "no folder nowhere"),
        (["PARENT", "--list"], "no takes in"),
        (["FOLDER", "--band", "60", "40"], "nothing is left"),
        (["FOLDER", "--band", "x", "5"], "per cent"),
        (["FOLDER", "--fade", "0"], "length of time"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    folder: Path, capsys: Capture, arguments: list[str], because: str
) -> None:
    places = {"FOLDER": str(folder), "PARENT": str(folder.parent)}
    try:
        status = cli.main(["takes", *(places.get(a, a) for a in arguments)])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr().err
    assert status == 2
    assert because in said
    assert said.count("\n") == 1
