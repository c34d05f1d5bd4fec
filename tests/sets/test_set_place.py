"""A set is the same wherever it was started: paths and imports in it are relative to it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode import Session
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import last_set
from livecode.kernel import beginning
from livecode.offline.check import check_set
from livecode.offline.rehearse import RehearseOptions, rehearse
from livecode.offline.render import RenderOptions, render
from livecode.offline.replay import replay
from livecode.offline.work import Shares
from livecode.sets.set_file import parse_set, read_set

PIECE = """
import loudness
from pathlib import Path
text = open("words.txt").read()
beside = Path(__file__).parent / "words.txt"
assert beside.read_text() == text
# %% rain  for=0.3*s
rain = sample("sounds/rain.wav", level=loudness.of(text))
r7 = stream("test", level=0.1)
r7.prime("sounds/rain.wav")
# %% door  for=0.3*s
import loudness
door = sample(Path("~/door.wav"), level=loudness.of("ab"))
"""


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set with a module, a text and sounds beside it; the process stands elsewhere."""
    folder, home, elsewhere = (tmp_path / name for name in ("piece", "home", "elsewhere"))
    for each in (folder / "sounds", home, elsewhere):
        each.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    tone = 0.5 * np.sin(np.arange(24000) * 0.05)
    soundfile.write(folder / "sounds" / "rain.wav", tone, 48000)
    soundfile.write(home / "door.wav", tone, 48000)
    (folder / "words.txt").write_text("quiet")
    (folder / "loudness.py").write_text("def of(text): return len(text) / 10\n")
    (folder / "night.py").write_text(PIECE)
    monkeypatch.chdir(elsewhere)
    return Path("..", "piece", "night.py")


def test_it_is_rendered_and_the_file_lies_where_the_caller_stands(piece: Path) -> None:
    said = render(RenderOptions(piece, Path("out.wav"), stems=Path("stems")), lambda done, of: None)
    assert said == []
    audio, _ = soundfile.read("out.wav")
    assert np.abs(audio).max() > 0.05
    assert Path("stems", "rain.wav").is_file()
    assert Path.cwd().name == "elsewhere"
    assert "loudness" not in sys.modules
    assert not any(path.endswith("piece") for path in sys.path)


def test_it_is_checked(piece: Path) -> None:
    report = check_set(piece, measure=lambda session: Shares(0.1, 0.1, 0.1))
    assert [finding.text for finding in report.findings] == []


def test_it_is_rehearsed(piece: Path) -> None:
    said: list[str] = []
    rehearse(RehearseOptions(piece, out=Path("out.wav")), said.append)
    assert not [line for line in said if "✗" in line]
    assert Path("out.wav").is_file()


def test_it_is_replayed_from_yet_another_place(piece: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with Session(seed=1) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        session.open_set(read_set(piece))
        session.advance(1.0)
        session.performance.recorder.closed()
        assert not [event for event in session.log if event.wrong]
    os.chdir(tmp_path)
    result = replay(journal, tmp_path / "again.wav")
    assert result.differs_at_s is None
    assert np.abs(soundfile.read(tmp_path / "again.wav")[0]).max() > 0.05


def test_a_mind_that_goes_on_from_another_finds_it_too(
    piece: Path, session: Session, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    beginning.from_nothing(session.performance, journal, live=False)
    session.open_set(read_set(piece))
    session.advance(0.1)
    former = session.performance
    status, known = former.status(), last_set(journal)
    former.close()
    os.chdir(tmp_path)
    performance = session.replace_mind()
    performance.scenes.set_file = parse_set(known.text, Path(known.path))
    performance.handover.take_over(read_inheritance(journal).in_order, status)
    assert performance.get("text") == "quiet"
    assert "rain" in performance.sounds


def test_another_set_has_its_own_modules_and_a_helper_that_is_lost_is_told(
    piece: Path, tmp_path: Path
) -> None:
    with Session() as session:
        session.open_set(read_set(piece))
    other = tmp_path / "other"
    other.mkdir()
    (other / "loudness.py").write_text("def of(text): return 0.125\n")
    with Session() as session:
        session.open_set(parse_set("import loudness\nhow = loudness.of('')", other / "b.py"))
        assert session.get("how") == 0.125
    with Session() as session:
        session.open_set(parse_set("import loudest", other / "b.py"))
        assert any("No module named 'loudest'" in str(event) for event in session.log)


@pytest.mark.slow
def test_played_what_could_not_be_prepared_is_said_first(piece: Path) -> None:
    """And a set in order is heard, wherever it is started."""
    command = [
        sys.executable,
        "-m",
        "livecode.cli",
        "play",
        "--osc-port",
        "0",
        "--audio",
        "headless",
        "--for",
        "12",
    ]
    good = subprocess.run([*command, piece], capture_output=True, text=True, check=True).stdout
    assert "first sound" in good
    broken = Path("broken.py")
    broken.write_text("import no_such_module\n# %% a\nego = no_such_module.ego()\n")
    bad = subprocess.run([*command, broken], capture_output=True, text=True, check=True).stdout
    told = "line 1: ModuleNotFoundError: No module named 'no_such_module'"
    assert bad.count(told) == 1
    assert bad.index(told) < bad.index("▶ a")
    assert "nothing was heard" not in bad
