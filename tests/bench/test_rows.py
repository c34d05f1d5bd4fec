"""A row computes its ratio and verdict, and prints as flat JSON and as a table."""

import io
import json

import pytest
from rich.console import Console

from livecode.bench.rows import BenchRow, print_rows, rows_to_json

SPEED = BenchRow.measured(
    "speed",
    3.0,
    "x real time",
    {"dim": 256, "weights": "int8"},
    baseline=0.5,
    target=2.0,
    better="higher",
)
NOTHING = BenchRow.measured("actions", None, "", {"dim": 8}, baseline=100.0, target=450.0)


def test_a_row_knows_its_ratio_and_whether_it_meets_its_target():
    assert (SPEED.ratio, SPEED.ok) == (6.0, True)
    assert BenchRow.measured("p99", 4.0, "ms", {}, target=3.0).ok is False
    assert BenchRow.measured("p99", 3.0, "ms", {}, target=3.0).ok is True
    assert BenchRow.measured("p99", 3.0, "ms", {}).ok is None


def test_no_value_has_no_ratio_and_misses_its_target():
    assert (NOTHING.ratio, NOTHING.ok) == (None, False)


def test_a_baseline_of_zero_gives_no_ratio():
    assert BenchRow.measured("late blocks", 3.0, "", {}, baseline=0.0).ratio is None


def test_rows_are_one_json_list_of_flat_objects():
    first, second = json.loads(rows_to_json([SPEED, NOTHING]))
    assert first == {
        "what": "speed", "value": 3.0, "unit": "x real time", "baseline": 0.5, "ratio": 6.0,
        "target": 2.0, "ok": True, "dim": 256, "weights": "int8",
    }  # fmt: skip
    assert second["value"] is None
    assert json.loads(rows_to_json([])) == []


def test_a_figure_that_is_not_a_number_is_not_written_as_if_it_were_json():
    with pytest.raises(ValueError, match="JSON"):
        rows_to_json([BenchRow("x", float("nan"), "")])


def test_a_row_needs_no_more_than_a_name_a_value_and_a_unit():
    assert BenchRow("x", 1.0, "s").flat() == {
        "what": "x",
        "value": 1.0,
        "unit": "s",
        "baseline": None,
        "ratio": None,
        "target": None,
        "ok": None,
    }


def test_the_table_shows_figures_what_identifies_them_and_the_verdict():
    screen = io.StringIO()
    print_rows([SPEED, NOTHING], Console(file=screen, width=120))
    heading, speed, nothing = (line for line in screen.getvalue().splitlines() if "a" in line)
    assert heading.split()[:3] == ["what", "of", "value"]
    for shown in ("dim 256, weights int8", "x real time", "0.5", "6", "yes"):
        assert shown in speed
    assert "NO" in nothing
