"""`livecode sessions`, `livecode resume` and `livecode replay` on archived performances."""

from pathlib import Path

import pytest

from livecode.cli import command as cli
from livecode.cli.resume import _ended_options
from livecode.processes.options import Options
from livecode.processes.running import RunningFile
from tests.journal.performing import played


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_performances_are_listed_with_how_they_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sessions"]) == 0
    assert "no performance has been kept" in capsys.readouterr().out
    played()
    played(clean=False)
    assert cli.main(["sessions"]) == 0
    shown = capsys.readouterr().out
    assert "as it was meant to" in shown
    assert "was cut off" in shown


def test_a_performance_is_exported_but_never_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played()
    assert cli.main(["sessions", "export", "1", "-o", str(tmp_path / "set.py")]) == 0
    assert "ego.dims = 3" in (tmp_path / "set.py").read_text()
    assert cli.main(["sessions", "export", "1", "-o", str(tmp_path / "set.py")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["sessions", "export"]) == 0
    assert "ego.dims = 3" in capsys.readouterr().out


def test_only_the_performance_that_is_named_is_deleted() -> None:
    first, second = played(), played(clean=False)
    assert cli.main(["sessions", "delete"]) == 2
    assert cli.main(["sessions", "delete", "1"]) == 0
    assert not first.folder.exists()
    assert second.folder.exists()
    assert cli.main(["sessions", "delete", "1"]) == 2


@pytest.mark.parametrize(
    "arguments", [["sessions", "stop"], ["resume", "7"], ["sessions", "stop", "1"]]
)
def test_what_does_not_play_cannot_be_stopped_and_what_never_was_not_resumed(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    played()
    assert cli.main(arguments) == 2
    assert "performance" in capsys.readouterr().err


def test_a_number_replays_as_its_journal_does(tmp_path: Path) -> None:
    played()
    out = tmp_path / "out.wav"
    assert cli.main(["replay", "1", "-o", str(out)]) == 0
    assert out.stat().st_size > 48000


def test_what_a_performance_was_started_with_is_used_again() -> None:
    performance = played()
    before = Options(audio="headless", osc_port=8899, osc_bind="0.0.0.0")

    def again(*arguments: str) -> Options:
        options = cli.command_parser().parse_args(["resume", *arguments])
        return _ended_options(performance, options)

    assert again().osc_port == Options().osc_port
    RunningFile.of("gone", performance.folder / "kernel.json", before).write(performance.started)
    assert (again().audio, again().osc_port, again().osc_bind) == ("headless", 8899, "0.0.0.0")
    other = again("--osc-port", "0", "--audio", "auto", "--osc-bind", "::1")
    assert (other.audio, other.osc_port, other.osc_bind) == ("auto", 0, "::1")
    performance.started.write_text(performance.started.read_text().replace("8899", "8900"))
    assert again().osc_port == Options().osc_port  # somebody else has written it
