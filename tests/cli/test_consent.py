"""A journal or a playing.json from elsewhere is code: it is said, and asked, before anything of it runs."""

import json
import os
from pathlib import Path

import pytest

from livecode.cli import command as cli
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.journal_file import Journal, read_journal
from livecode.journal.records import BlockBegun, BlockEnded, Closed, Opening
from livecode.transport import MAGIC, Arena
from tests.journal.performing import played

OLDER = Path(__file__).parents[1] / "journal" / "journals"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of another installation, whose block would leave a file behind."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
        return written(tmp_path / "theirs", tmp_path / "ran")


def written(path: Path, trace: Path, version: str = "0.1.0", layout: int = MAGIC) -> Path:
    """Write the journal of a performance with one block, which makes the file `trace`."""
    journal = Journal(path)
    journal.write(Opening(version, 1, 48000, 256, live=False, layout=layout))
    journal.write(BlockBegun(1, 256, f"open({str(trace)!r}, 'w').close()\nx = 1"))
    journal.write(BlockEnded(1, 256, True, ("x",)))
    journal.write(Closed(4800))
    journal.close()
    return path


def answer(monkeypatch: pytest.MonkeyPatch, reply: str) -> None:
    """Let somebody sit there who answers so."""
    monkeypatch.setattr("livecode.cli.consent.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda asked: reply)


def replayed(journal: Path, *more: str) -> int:
    return cli.main(["replay", str(journal), "-o", str(journal.with_name("out.wav")), *more])


def test_a_journal_of_this_installation_is_replayed_unasked(tmp_path: Path) -> None:
    assert replayed(written(tmp_path / "mine", tmp_path / "ran")) == 0
    assert (tmp_path / "ran").exists()


def test_a_stranger_s_journal_is_not_run_where_nobody_can_be_asked(
    foreign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(foreign) == 2
    said = capsys.readouterr().err
    assert "was not written by this installation" in said
    assert "--trust" in said
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out.wav").exists()
    assert replayed(foreign, "--trust") == 0
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(("reply", "status"), [("n", 2), ("", 2), ("yes", 0)])
def test_where_somebody_sits_it_is_asked(
    reply: str, status: int, foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, reply)
    assert replayed(foreign) == status
    assert (tmp_path / "ran").exists() is (status == 0)


def test_what_is_swapped_while_one_is_asked_does_not_run(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "y")
    other = written(tmp_path / "other", tmp_path / "ran").read_bytes()
    monkeypatch.setattr("builtins.input", lambda asked: (foreign.write_bytes(other), "y")[1])
    assert replayed(foreign) == 2
    assert not (tmp_path / "ran").exists()


def test_a_journal_of_ours_that_somebody_lengthened_is_asked_about(
    tmp_path: Path, foreign: Path
) -> None:
    mine = written(tmp_path / "mine", tmp_path / "mine ran")
    mine.write_bytes(mine.read_bytes() + foreign.read_bytes()[19:])
    assert sum(isinstance(each, BlockBegun) for each in read_journal(mine)) == 2
    assert replayed(mine) == 2
    assert not (tmp_path / "ran").exists()


def test_an_older_version_and_another_layout_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(written(tmp_path / "mine", tmp_path / "ran", "0.0.9", MAGIC - 1)) == 0
    said = capsys.readouterr().out
    assert "it was played by livecode 0.0.9" in said
    assert "another layout" in said


def test_a_journal_of_before_there_were_seals_is_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = next(each for each in sorted(OLDER.rglob("*")) if each.is_file())
    assert cli.main(["replay", str(older), "-o", str(tmp_path / "out.wav")]) == 2
    assert "an older livecode, which signed nothing" in capsys.readouterr().err


def test_a_stranger_s_performance_is_not_resumed_unasked(
    foreign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    performance: ArchivedPerformance = archive.new()
    performance.journal.write_bytes(foreign.read_bytes())
    assert cli.main(["resume", str(performance.number), "--for", "1"]) == 2
    assert "was not written by this installation" in capsys.readouterr().err
    assert not performance.running.exists(), "nothing was started"
    assert not (tmp_path / "ran").exists()


def test_a_file_of_a_stranger_that_leads_to_processes_is_not_followed_unasked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    performance = played()
    arena = Arena.create(48000, 256)
    try:
        arena.header.terminal_pid = os.getpid()
        told = {"arena": arena.name, "connection": "/nowhere/kernel.json", "options": {}}
        performance.running.write_text(json.dumps(told))
        assert cli.main(["resume", "1", "--for", "1"]) == 2
        assert "leads to processes" in capsys.readouterr().err
        assert not arena.header.stop
    finally:
        arena.unlink()
