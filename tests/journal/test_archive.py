"""The archive of past performances: numbers and summaries."""

from pathlib import Path

import pytest

from livecode.journal import archive
from tests.journal.performing import played


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_each_performance_has_the_next_number() -> None:
    assert [archive.new().number for _ in range(3)] == [1, 2, 3]
    assert [each.number for each in archive.performances()] == [1, 2, 3]


def test_a_summary_says_how_long_it_was_and_how_it_ended() -> None:
    whole, cut_off = (archive.summary(played(clean)) for clean in (True, False))
    assert (whole.blocks, whole.clean) == (2, True)
    assert whole.seconds == pytest.approx(2.0, abs=0.01)
    assert (cut_off.blocks, cut_off.clean) == (2, False)
    assert cut_off.seconds == pytest.approx(2.0, abs=0.51)
