"""Processes that are started early: they load, wait for an order, and go on as if started with it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livecode.system.early import EarlyProcess
from livecode.system.processes import runs

#: Says that it has loaded, then with what it goes on, and what is left of its standard input.
MODULE = """
import os, sys
from pathlib import Path
from livecode.system.early import await_order

stood = Path.cwd()
(stood / "began").write_text(str(os.getpid()))
await_order(lambda: (stood / "loaded").touch())
told = sys.argv[1:], os.getcwd(), os.environ["TOLD"], os.environ["EVER"], sys.path[0]
print(ascii(told), flush=True)
print(sys.stdin.read(), file=sys.stderr)
"""
LIMIT_S = 30.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "begun_early.py").write_text(MODULE)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def early(folder: Path) -> Iterator[EarlyProcess]:
    process = EarlyProcess("begun_early", {"EVER": "so"})
    yield process
    process.close()


def await_(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_loads_and_goes_on_with_the_words_folder_environment_and_log_of_its_order(
    early: EarlyProcess, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await_((folder / "loaded").exists)
    later = "later \udcff"  # a file name may be no text in any encoding
    monkeypatch.setenv("TOLD", later)
    monkeypatch.chdir(folder / "elsewhere")
    process = early.order(["ARENA", "--seed", "7"], folder / "log")
    assert process is not None
    assert process.stdin is not None
    process.stdin.write(b"its lifeline")
    process.stdin.close()
    assert process.wait(LIMIT_S) == 0
    place = str(folder / "elsewhere")
    first, second = (folder / "log").read_text().splitlines()
    assert first == ascii((["ARENA", "--seed", "7"], place, later, "so", place))
    assert second == "its lifeline"
    early.close()
    assert process.returncode == 0


def test_without_an_order_it_ends_with_whoever_has_started_it(
    early: EarlyProcess, folder: Path
) -> None:
    await_((folder / "loaded").exists)
    pid = int((folder / "began").read_text())
    early.close()
    assert not runs(pid)
    started = f"from {EarlyProcess.__module__} import EarlyProcess; EarlyProcess('begun_early')"
    subprocess.run([sys.executable, "-c", started], check=True)
    await_(lambda: (folder / "began").read_text() not in ("", str(pid)))
    await_(lambda: not runs(int((folder / "began").read_text())))


def test_one_that_has_died_takes_no_order(folder: Path) -> None:
    (folder / "begun_early.py").write_text("raise SystemExit(1)")
    early = EarlyProcess("begun_early")
    early._process.wait(LIMIT_S)
    assert early.order(["ARENA"], folder / "log") is None
    early.close()
