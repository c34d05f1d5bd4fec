"""The list of what has been played, and its command."""

import json
from pathlib import Path

import pytest

from livecode import Session
from livecode.cli import command as cli
from livecode.journal import archive as sessions
from livecode.kernel import beginning


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def played(clean: bool = True) -> sessions.Kept:
    kept = sessions.new()
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, kept.journal, live=False)
        session.eval("glass = space('additive')\nego = agent(glass)")
        session.advance(1.5)
        session.eval("ego.dims = 3")
        session.advance(0.5)
        if clean:
            session.performance.recorder.closed()
        else:
            assert session.performance.journal is not None
            session.performance.journal.flush()
    return kept


def test_each_performance_has_the_next_number():
    assert [sessions.new().number for _ in range(3)] == [1, 2, 3]
    assert [each.number for each in sessions.kept()] == [1, 2, 3]


def test_a_summary_says_how_long_it_was_and_how_it_ended():
    whole, cut_off = (sessions.summary(played(clean)) for clean in (True, False))
    assert (whole.blocks, whole.clean) == (2, True)
    assert whole.seconds == pytest.approx(2.0, abs=0.01)
    assert (cut_off.blocks, cut_off.clean) == (2, False)
    assert cut_off.seconds == pytest.approx(2.0, abs=0.51)


def test_the_command_lists_exports_and_deletes(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert cli.main(["sessions"]) == 0
    assert "no performance has been kept" in capsys.readouterr().out
    first, second = played(), played(clean=False)
    assert cli.main(["sessions"]) == 0
    shown = capsys.readouterr().out
    assert "as it was meant to" in shown
    assert "was cut off" in shown
    assert cli.main(["sessions", "export", "1", "-o", str(tmp_path / "set.py")]) == 0
    assert "ego.dims = 3" in (tmp_path / "set.py").read_text()
    assert cli.main(["sessions", "export", "1", "-o", str(tmp_path / "set.py")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["sessions", "delete", "1"]) == 0
    assert not first.folder.exists()
    assert second.folder.exists()
    assert cli.main(["sessions", "delete", "1"]) == 2
    assert cli.main(["sessions", "delete"]) == 2
    assert cli.main(["sessions", "stop"]) == 2
    assert cli.main(["resume", "7"]) == 2


def test_what_a_performance_left_behind_is_cleared_away():
    kept = played()
    about = {"arena": "livecode-1-gone", "connection": "/nowhere/kernel.json", "audio": "headless",
             "seed": 0, "set_path": None, "osc_bind": "127.0.0.1", "osc_port": 0}  # fmt: skip
    kept.playing.write_text(json.dumps(about))
    assert sessions.attached(kept) is None
    assert not kept.playing.exists()
    kept.playing.write_text("{")
    assert sessions.attached(kept) is None


def test_a_number_replays_as_its_journal_does(tmp_path: Path):
    played()
    out = tmp_path / "out.wav"
    assert cli.main(["replay", "1", "-o", str(out)]) == 0
    assert out.stat().st_size > 48000
