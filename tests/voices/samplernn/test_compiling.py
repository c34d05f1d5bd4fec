"""The kernel is compiled once, elsewhere, and again when its sources have changed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livecode.voices.samplernn import compiling
from livecode.voices.samplernn.fullband import sampler
from livecode.voices.samplernn.kernel import CACHE_PATH


def test_what_is_on_disk_is_of_these_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = str(tmp_path)
    assert not compiling.is_compiled(folder)
    compiling.write_stamp(folder)
    assert compiling.is_compiled(folder)
    (tmp_path / "kernel.advance-1.py311.nbi").touch()
    (tmp_path / "others.play-1.py311.nbi").touch()
    monkeypatch.setattr(compiling, "features", lambda: frozenset({"something else"}))
    assert not compiling.is_compiled(folder), "another processor"
    compiling.forget(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["others.play-1.py311.nbi"]


@pytest.mark.parametrize(
    ("path", "kernel"),
    [(CACHE_PATH, compiling.LEVELS), (sampler.CACHE_PATH, sampler.KERNEL)],
    ids=["levels", "fullband"],
)
@pytest.mark.timeout(300)
def test_nothing_is_compiled_where_it_is_on_disk(
    path: str, kernel: compiling.Kernel, monkeypatch: pytest.MonkeyPatch
):
    compiling.ensure_compiled.__wrapped__(path, kernel)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("compiled once more"))
    compiling.ensure_compiled.__wrapped__(path, kernel)


COLD = """
import threading, time
import numpy as np
from livecode.voices.samplernn import Sampler
from tests.voices.samplernn.models import model

gaps, done = [], threading.Event()

def tick():
    last = time.perf_counter()
    while not done.is_set():
        time.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

ticking = threading.Thread(target=tick)
ticking.start()
Sampler(*model()).step_block(np.ones((1, 100)))
done.set()
ticking.join()
print(sum(gap for gap in gaps if gap > 0.05))
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cold_start_holds_no_other_thread_up(tmp_path: Path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.getcwd()}
    began = time.monotonic()
    cold = subprocess.run(
        [sys.executable, "-c", COLD], env=environment, capture_output=True, text=True, check=True
    )
    cold_s = time.monotonic() - began
    assert float(cold.stdout) < 0.25, "numba has the interpreter lock for a second and more"
    assert list(tmp_path.rglob("samplernn.compiled"))
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", COLD], env=environment, check=True, capture_output=True)
    assert time.monotonic() - began < cold_s / 2, "the second time it is on disk"
