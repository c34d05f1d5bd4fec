"""Performances that play: how they are found, and what dead ones leave behind."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.errors import LivecodeError
from livecode.journal import archive
from livecode.processes import running
from livecode.processes.options import Options
from livecode.processes.running import RunningFile
from livecode.processes.states import is_ours, runs


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
