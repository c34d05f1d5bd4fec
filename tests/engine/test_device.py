"""Booting and shutting down repeatedly in one process."""

import gc

import psutil
import pytest

from tests.engine.conftest import Rig


@pytest.mark.slow
def test_two_hundred_engines_come_and_go_in_one_process_and_leave_nothing():
    process = psutil.Process()
    sizes = []
    for n in range(200):
        rig = Rig()
        rig.play("ego", rig.sine(300))
        assert rig.run(6).any()
        rig.close()
        assert rig.engine.errors == 0
        del rig
        if n % 10 == 0:
            gc.collect()
            sizes.append(process.memory_info().rss)
    # 140 engines of some 7 MB would be a gigabyte; the rest is the allocator's, in a large process
    assert sizes[-1] - sizes[5] < 200e6
