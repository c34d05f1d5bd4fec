"""Kernels: compiled whatever the environment says, and compiled anew where the kept code is damaged."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = """
from livecode.neural.kernels import kernel

@kernel()
def twice(x):
    return 2 * x
"""


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("twice", path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_code_that_is_damaged_on_disk_is_made_anew(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "twice.py"
    path.write_text(SOURCE)
    assert module(path).twice(21) == 42
    kept = list(tmp_path.rglob(f"*.{suffix}"))
    assert kept
    for each in kept:
        each.write_bytes(each.read_bytes()[: each.stat().st_size // 2])
    assert module(path).twice(21) == 42
    again = module(path)
    assert again.twice(21) == 42
    assert sum(again.twice.stats.cache_hits.values()) == 1  # it is whole again


def test_sound_is_computed_though_numba_is_told_to_compile_nothing() -> None:
    code = "from livecode.voices.sinebank import warm; warm()"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=100)


def test_numba_is_whole_before_anybody_is_timed() -> None:
    code = (
        "import sys, livecode.neural.kernels;"
        "assert 'numba.np.polynomial.polynomial_core' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
