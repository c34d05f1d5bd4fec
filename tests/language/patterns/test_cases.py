"""Notations and chains of operations give the events that players of such patterns know them to give."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from livecode import pattern
from livecode.language.patterns.pattern import Pattern

HERE = Path(__file__).parent


def cases(name: str) -> list[Any]:
    found = json.loads((HERE / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=shown(case)) for case in found]


def shown(case: dict[str, Any]) -> str:
    return " ".join([case["notation"], *(json.dumps(each) for each in case.get("operations", ()))])


def done(chain: list[Any]) -> Callable[[Pattern], Pattern]:
    """A chain of operations as a function."""

    def function(made: Pattern) -> Pattern:
        for name, *given in chain:
            arguments = [done(each) if isinstance(each, list) else each for each in given]
            made = getattr(made, name)(*arguments)
        return made

    return function


def in_order(event: tuple[Any, ...]) -> tuple[Fraction, Fraction, str]:
    return event[0], event[1], str(event[2])


def expected(case: dict[str, Any]) -> list[tuple[Fraction, Fraction, Any]]:
    return [(Fraction(begin), Fraction(end), value) for begin, end, value in case["events"]]


@pytest.mark.parametrize("case", [*cases("notation.json"), *cases("operations.json")])
def test_a_pattern_gives_exactly_these_events(case: dict[str, Any]) -> None:
    made = done(case.get("operations", []))(pattern(case["notation"]))
    events = made.events(0, case["cycles"])
    assert sorted(events, key=in_order) == sorted(expected(case), key=in_order)
    assert [type(event[2]) is bool for event in events].count(True) == sum(
        isinstance(event[2], bool) for event in case["events"]
    )


@pytest.mark.parametrize("case", cases("operations.json")[::8])
def test_events_are_the_same_however_they_are_asked_for(case: dict[str, Any]) -> None:
    made = done(case["operations"])(pattern(case["notation"]))
    whole = made.events(0, case["cycles"])
    thirds = [made.events(Fraction(i, 3), Fraction(i + 1, 3)) for i in range(3 * case["cycles"])]
    assert sorted((event for part in thirds for event in part), key=in_order) == sorted(
        whole, key=in_order
    )
