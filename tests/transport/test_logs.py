"""The log: each line with its time and process, and nothing on what takes the place of standard error."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from livecode.transport import logs

PROGRAM = """
import logging, os, sys, warnings
from livecode.transport.logs import begin_log
begin_log("spare mind")
begin_log("mind")
screen = os.open("screen", os.O_CREAT | os.O_WRONLY)
os.dup2(screen, 2)  # as a Jupyter kernel does
logging.getLogger("livecode.kernel").warning("a tick %s", "failed")
warnings.warn("an old call")
print("printed", file=sys.stderr, flush=True)
"""
LINE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} mind WARNING "


def test_the_log_has_times_and_names_and_the_screen_has_none_of_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    first, second, *_ = done.stderr.splitlines()
    assert re.fullmatch(LINE + "livecode.kernel: a tick failed", first)
    assert re.fullmatch(LINE + "py.warnings: .*UserWarning: an old call", second)
    assert (tmp_path / "screen").read_text() == "printed\n"


def test_a_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2000)
    path = tmp_path / "log"
    root = logging.getLogger()
    before = list(root.handlers), root.level
    logs.begin_log("mind", path)
    try:
        for _ in range(100):
            logging.getLogger("livecode.kernel").warning("garbage " * 10)
    finally:
        root.handlers[:], root.level = before
        logging.captureWarnings(False)
    assert path.stat().st_size < 2500
    assert "the log is full" in path.read_text().splitlines()[-1]
