"""Which thread runs first, asked of the system itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livecode.system.scheduling import CoreWaits

LINUX = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="Linux alone says it")
_BUSY = "import time\nend = time.monotonic() + 20\nprint(flush=True)\nwhile time.monotonic() < end: pass"


@LINUX
def test_a_thread_waits_for_a_core_that_another_one_has() -> None:
    waits, cores = CoreWaits(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        with subprocess.Popen([sys.executable, "-S", "-c", _BUSY], stdout=subprocess.PIPE) as busy:
            assert busy.stdout is not None
            busy.stdout.readline()
            before = waits()
            end = time.monotonic() + 20
            while waits() - before < 10_000_000 and time.monotonic() < end:
                pass  # both want the one core
            busy.kill()
        assert waits() - before >= 10_000_000
    finally:
        os.sched_setaffinity(0, cores)
        waits.close()


@LINUX
def test_slices_are_taken_and_given_back() -> None:
    asked = """
from pathlib import Path
from livecode.system.scheduling import ordinary, run_when_idle, take_slices
def told():
    lines = (line.split(":") for line in Path("/proc/self/sched").read_text().splitlines() if ":" in line)
    found = {name.strip(): value.strip() for name, value in lines}
    return found.get("se.slice"), found["policy"]
take_slices(0.0007); print(*told())
take_slices(0.02, in_batches=True); print(*told())
ordinary(); print(*told())
run_when_idle(); print(*told())
"""
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    slices, policies = zip(*(line.split() for line in ran.stdout.splitlines()), strict=True)
    assert policies == tuple(
        map(str, (os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_OTHER, os.SCHED_IDLE))
    )
    if tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 12):
        assert slices[:2] == ("700000", "20000000")
        assert slices[2] not in slices[:2]
