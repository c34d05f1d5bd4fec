"""Memory that has been freed goes back to the system."""

import platform
import subprocess
import sys

import pytest

#: Arrays of growing size come and go while small ones stay between them, as models among states do.
COME_AND_GO = """
import sys
import numpy as np
from livecode.transport.heap import give_back

def resident_mb():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024

if sys.argv[1:]:
    give_back()
large = np.ones(3 << 20)  # 24 MiB: glibc holds back twice as much once they are freed
del large
before, kept = resident_mb(), []
for size in range(20, 60):
    come = [np.ones(size * 2048) for _ in range(20)]
    kept.append(np.ones(size * 1024))
    del come
print(resident_mb() - before - sum(each.nbytes for each in kept) / 2**20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that holds back")
def test_what_is_free_again_goes_back_to_the_system() -> None:
    def left_mb(*arguments: str) -> float:
        command = [sys.executable, "-c", COME_AND_GO, *arguments]
        return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert left_mb("give back") < 2.0 < left_mb()
