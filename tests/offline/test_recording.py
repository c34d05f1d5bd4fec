"""Recording offline: by a program, by the word `record`, by `livecode render`, with stems that add up."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import LivecodeError, Session
from livecode.cli.command import main
from livecode.kernel import beginning
from livecode.offline.replay import replay

EGO = "ego = agent(space('additive'), dims=2, every=50*ms, level=0.4)\n"
OTHERS = """
two = agent(space('additive'), dims=3, every=30*ms, level=0.3, pan=0.6)
two.room, two.delay = 0.3, (1/16, 0.4)
"""
#: What comes back from the room and from a delay has stems, too.
RETURNS = {"room-return", "delay-return"}
HALL = """
@dsp
def hall(ego, size=0.8):
    return Freeverb(ego, size=size, bal=1) * 0.5
ego.dry = sine(0, 0.5, period=1*s)
"""
PIECE = f"# %% one for=0.5*s\n{EGO}\n# %% two for=1*s\nrecord('from_the_set.wav')\n{OTHERS}{HALL}"


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, and where recordings without a name go in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_MUSIC_DIR", str(tmp_path / "Music"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "Music" / "livecode"


def read(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float64", always_2d=True)[0]


def error_db(folder: Path, master: np.ndarray) -> float:
    """The largest difference between the master and the sum of the stems, in dBFS."""
    parts = [read(path) for path in folder.glob("*.wav") if path.name != "master.wav"]
    return float(20 * np.log10(np.abs(sum(parts) - master).max() + 1e-12))


def notes(session: Session) -> list[str]:
    return [event.text for event in session.log if event.kind == "note"]


def play(folder: Path, seed: int = 3) -> np.ndarray:
    """What is heard while it is recorded there, from the middle of a sound on."""
    with Session(seed=seed) as session:
        session.eval(EGO)
        session.advance(0.4)
        session.record(folder / "master.wav", stems=folder)
        heard = [session.advance(0.3)]
        session.eval(OTHERS + HALL)
        heard.append(session.advance(1.2))
        session.eval("free(two)\nego.pan = -0.5")
        heard.append(session.advance(0.5))
    return np.concatenate(heard)


def test_stems_of_agents_and_a_dsp_add_up_to_what_is_heard(tmp_path: Path) -> None:
    heard = play(tmp_path)
    assert np.array_equal(read(tmp_path / "master.wav"), heard)
    assert {path.stem for path in tmp_path.glob("*.wav")} == {
        "master",
        "ego",
        "two",
        "hall",
        *RETURNS,
    }
    assert {soundfile.info(path).frames for path in tmp_path.glob("*.wav")} == {len(heard)}
    assert error_db(tmp_path, heard) < -110
    hall, ego = read(tmp_path / "hall.wav"), read(tmp_path / "ego.wav")
    assert not hall[: 48000 // 4].any(), "silence at its start"
    assert np.abs(hall).max() > 0.01
    assert np.abs(ego[60_000:]).max() < 0.6 * np.abs(ego[:12_000]).max(), "its dry share is left"


def test_the_same_seed_gives_the_same_bytes_in_every_stem(tmp_path: Path) -> None:
    for name in ("one", "two"):
        play(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_a_dsp_called_master_is_no_stem(session: Session, tmp_path: Path) -> None:
    session.eval(EGO)
    session.advance(0.2)
    session.eval("@dsp\ndef master(mix):\n    return mix * 0.5")
    session.advance(0.5)
    session.record(tmp_path / "all.wav", stems=tmp_path / "stems")
    heard = session.advance(0.5)
    session.record()
    (ego,) = (tmp_path / "stems").glob("*.wav")
    apart = np.abs(read(ego) * 0.5 - heard)
    assert apart.max() < 1e-3, "filters begin with the recording"
    assert apart[9600:].max() < 1e-5


def test_a_session_says_where_it_cannot_record(session: Session, tmp_path: Path) -> None:
    with pytest.raises(LivecodeError, match=r"^cannot write /nowhere/out\.wav: "):
        session.record("/nowhere/out.wav")
    (tmp_path / "file").touch()
    with pytest.raises(LivecodeError, match=f"^cannot write {tmp_path}/file/stems: "):
        session.record(stems=tmp_path / "file" / "stems")
    with pytest.raises(LivecodeError, match="bits=16"):
        session.record(tmp_path / "out.wav", bits=16)
    session.advance(0.1)


def test_render_writes_stems_that_add_up_and_the_same_bytes_as_without(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    piece = tmp_path / "piece.py"
    piece.write_text(PIECE)
    assert main(["render", str(piece), "-o", "plain.wav"]) == 0
    assert main(["render", str(piece), "-o", "out.wav", "--stems", "parts/of it"]) == 0
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "plain.wav").read_bytes()
    folder = tmp_path / "parts" / "of it"
    assert {path.stem for path in folder.glob("*.wav")} == {"ego", "two", "hall", *RETURNS}
    assert error_db(folder, read(tmp_path / "out.wav")) < -110
    assert not (tmp_path / "from_the_set.wav").exists(), "that is for the evening"
    assert main(["render", str(piece), "-o", "out.wav", "--stems", "small", "--bits", "24"]) == 0
    for path in (tmp_path / "out.wav", tmp_path / "small" / "ego.wav"):
        assert soundfile.info(path).subtype == "PCM_24"
    (tmp_path / "file").touch()
    assert main(["render", str(piece), "-o", "out.wav", "--stems", "file/x"]) == 2
    assert "file/x: Not a directory" in capsys.readouterr().err


def test_the_word_records_into_the_music_folder_and_says_where(
    music: Path, session: Session
) -> None:
    assert session.eval(EGO + "record()").ok
    heard = session.advance(0.5)
    session.eval("record.stop()")
    session.advance(0.1)
    (path,) = music.iterdir()
    assert re.fullmatch(r"\d{4}(-\d\d){2}_\d\d(-\d\d){2}\.wav", path.name)
    assert notes(session) == [f"recording to {path}", f"recorded 0:00 to {path}"]
    session.record()  # its thread has finished then
    recorded = read(path)
    assert np.array_equal(recorded, heard[: len(recorded)])
    assert len(recorded) >= len(heard) - 512


def test_the_word_makes_a_folder_for_stems(music: Path, session: Session, tmp_path: Path) -> None:
    session.eval(EGO)
    session.advance(0.2)
    assert session.eval("record('night.wav', stems=True, bits=24)").ok
    session.eval(OTHERS)
    session.advance(0.5)
    session.eval("record(False)")
    session.advance(0.1)
    session.record()
    folder = tmp_path / "night"
    assert {path.stem for path in folder.glob("*.wav")} == {"master", "ego", "two", *RETURNS}
    assert soundfile.info(folder / "ego.wav").subtype == "PCM_24"
    assert error_db(folder, read(folder / "master.wav")) < -110
    assert notes(session)[0] == f"recording to {folder}"


def test_the_word_never_records_over_anything_and_said_again_changes_nothing(
    music: Path, session: Session, tmp_path: Path
) -> None:
    session.eval(EGO)
    for _ in range(3):
        session.eval("record('night.wav')")
        session.advance(0.3)
    session.eval("record()")
    assert [path.name for path in tmp_path.glob("*.wav")] == ["night.wav"]
    assert notes(session)[-1] == f"recording to {tmp_path / 'night.wav'}, 0:00 so far"
    session.eval("record.stop()")
    session.advance(0.1)
    before = (tmp_path / "night.wav").stat().st_size
    session.eval("record('night.wav')")
    session.advance(0.3)
    session.eval("record('other')")
    session.advance(0.3)
    session.record()
    assert {path.name for path in tmp_path.glob("*.wav")} == {
        "night.wav", "night-2.wav", "other.wav",
    }  # fmt: skip
    assert before > 0.85 * 48000 * 8
    assert (tmp_path / "night.wav").stat().st_size == before


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("record('night.mp3')", "recordings are WAV files; say night.wav"),
        ("record('/nowhere/night.wav')", "there is no folder /nowhere"),
        ("record(bits=16)", "bits=16: a recording has 24"),
    ],
)
def test_what_cannot_be_recorded_is_refused_when_it_is_said(
    session: Session, code: str, sentence: str
) -> None:
    result = session.eval(code)
    assert not result.ok
    assert sentence in str(result.error)


def test_the_word_says_what_it_does(session: Session, tmp_path: Path) -> None:
    assert session.eval("record").value == "nothing is being recorded; record() begins"
    session.eval(f"record({str(tmp_path / 'a.wav')!r})")
    session.advance(2.1)
    assert session.eval("record").value == f"recording to {tmp_path}/a.wav, 0:02 so far"


def test_rehearsing_and_checking_record_nothing(music: Path, tmp_path: Path) -> None:
    piece = tmp_path / "piece.py"
    piece.write_text(PIECE)
    before = set(tmp_path.rglob("*.wav"))
    assert main(["rehearse", str(piece)]) == 0
    assert main(["check", str(piece), "--osc-port", "0"]) in (0, 1)
    assert set(tmp_path.rglob("*.wav")) == before


def test_replaying_a_journal_records_nothing(tmp_path: Path) -> None:
    path = tmp_path / "night.wav"
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, tmp_path / "journal", live=False)
        session.eval(f"{EGO}record({str(path)!r})")
        session.advance(0.3)
        session.performance.recorder.closed()
    size = path.stat().st_size
    replay(tmp_path / "journal", tmp_path / "again.wav")
    assert {each.name for each in tmp_path.iterdir()} == {"night.wav", "again.wav", "journal"}
    assert path.stat().st_size == size
