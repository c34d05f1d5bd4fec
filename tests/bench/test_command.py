"""`make bench` runs every benchmark."""

import re
from pathlib import Path

from livecode.bench.command import BENCHES

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_make_bench_runs_every_benchmark() -> None:
    names = re.search(r"^BENCHES \?= (.+)$", MAKEFILE.read_text(), re.MULTILINE)
    assert names is not None
    assert sorted(names[1].split()) == sorted(BENCHES)
