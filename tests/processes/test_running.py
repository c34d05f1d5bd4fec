"""Performances that play: how they are found, and what dead ones leave behind."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.cli import command as cli
from livecode.errors import LivecodeError
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.marks import MARK
from livecode.processes import running
from livecode.processes.connection import write_connection
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.processes.running import PlaysElsewhere, RunningFile
from livecode.system.processes import is_ours, runs
from livecode.system.segments import segment_file
from livecode.transport import Arena
from tests.journal.performing import played


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_what_a_performance_left_behind_is_cleared_away(tmp_path: Path) -> None:
    performance = archive.new()
    folder = tmp_path / "connection"
    folder.mkdir()
    found = RunningFile.of("livecode-1-gone", folder / "kernel.json", Options())
    found.write(performance.running)
    assert running.attached(performance) is None
    assert not performance.running.exists()
    assert not folder.exists()


def test_a_damaged_file_leads_nowhere() -> None:
    performance = archive.new()
    performance.running.write_text("{")
    assert running.attached(performance) is None
    with pytest.raises(LivecodeError, match="does not play"):
        running.stop(performance)


def test_a_process_runs_until_it_has_ended_even_if_nobody_has_waited_for_it() -> None:
    assert runs(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert runs(process.pid)
        assert process.stdin is not None
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
        assert not runs(process.pid)
    assert not runs(process.pid)
    assert not runs(0)


@pytest.mark.parametrize("title", ["livecode: mind", "somebody"])
def test_a_stranger_that_runs_under_a_former_id_is_not_ours(title: str) -> None:
    command = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)", title]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # until then it may have no title
            assert runs(process.pid)
            assert is_ours(process.pid) == title.startswith("livecode")
        finally:
            process.kill()


def test_without_a_file_descriptor_left_what_runs_still_runs() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        found = runs(os.getpid())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert found, "a supervisor that believed otherwise ended the performance"


def foreign(performance: ArchivedPerformance, arena: str, connection: Path) -> None:
    """Write what leads to processes as somebody else would."""
    text = {"arena": arena, "connection": str(connection), "options": {}}
    performance.running.write_text(json.dumps(text))


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    folder = tmp_path / "thesis"
    folder.mkdir()
    for name in ("kernel.json", "kernel-1", "thesis.tex"):
        (folder / name).write_text("the work of years")
    return folder


def test_nothing_is_deleted_that_a_file_from_elsewhere_names(thesis: Path) -> None:
    played_performance = played()
    foreign(played_performance, "livecode-1-gone", thesis / "kernel.json")
    for arguments in (["sessions"], ["sessions", "stop"], ["sessions", "stop", "1"]):
        cli.main(arguments)
        assert sorted(each.name for each in thesis.iterdir()) == [
            "kernel-1", "kernel.json", "thesis.tex",
        ]  # fmt: skip
        assert played_performance.running.exists(), "the file itself is not ours either"


def test_even_a_file_of_ours_removes_only_what_is_marked(thesis: Path, tmp_path: Path) -> None:
    performance = archive.new()
    RunningFile.of("livecode-1-gone", thesis / "kernel.json", Options()).write(performance.running)
    assert running.attached(performance) is None
    assert not performance.running.exists()
    assert (thesis / "kernel.json").exists()
    made = Paths(performance)
    (made.connection.parent / "note.txt").write_text("somebody put it there")
    write_connection(made.connection)
    RunningFile.of("livecode-1-gone", made.connection, Options()).write(performance.running)
    assert running.attached(performance) is None
    assert [each.name for each in made.connection.parent.iterdir()] == ["note.txt"]


def test_a_file_that_is_changed_or_copied_to_another_performance_is_not_ours() -> None:
    first, second = archive.new(), archive.new()
    arena = Arena.create(48000, 256)
    try:
        arena.header.terminal_pid = os.getpid()
        RunningFile.of(arena.name, first.folder / "no", Options()).write(first.running)
        assert running.attached(first) is not None
        second.running.write_bytes(first.running.read_bytes())
        with pytest.raises(PlaysElsewhere, match="not written by this installation"):
            running.attached(second)
        assert running.attached(second, trusted=True) is not None
        changed = first.running.read_text().replace('"seed":0', '"seed":1')
        first.running.write_text(changed)
        with pytest.raises(PlaysElsewhere):
            running.attached(first)
        assert running.left_alone() is None
    finally:
        arena.unlink()


def test_a_performance_of_another_layout_is_left_alone_while_it_plays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    performance = played()
    arena = Arena.create(48000, 256)
    made = Paths(performance)
    write_connection(made.connection)
    RunningFile.of(arena.name, made.connection, Options()).write(performance.running)
    arena.header.magic += 1
    segment = segment_file(arena.name)
    try:
        for arguments in (
            ["sessions"], ["sessions", "delete", "1"], ["sessions", "stop", "1"], ["resume", "1"],
        ):  # fmt: skip
            status = cli.main(arguments)
            shown = "".join(capsys.readouterr())
            assert status == (0 if arguments == ["sessions"] else 2)
            assert "another version" in " ".join(shown.split())
            assert performance.running.exists()
            assert made.connection.exists()
            assert segment.exists() or not segment.parent.exists()
    finally:
        arena.unlink()
    made.clean()
    assert not made.connection.parent.exists()


def test_a_folder_that_this_installation_did_not_make_is_not_deleted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    performance = played()
    (performance.folder / MARK).unlink()
    assert cli.main(["sessions", "delete", "1"]) == 2
    assert "not made by this installation" in capsys.readouterr().err
    assert performance.journal.exists()
