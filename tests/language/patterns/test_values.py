"""Patterns where numbers go: held in rests, combined with curves and signals, followed by name."""

import math

import pytest

from livecode import LivecodeError, Session, pattern
from livecode.language.curves import ramp, sine
from livecode.language.patterns.pattern import Pattern
from livecode.language.units import bars, beats, s
from livecode.language.values import Value, as_value
from tests.language.test_curves import moment


def at(value: Value, beat: float) -> float:
    return value.sample(moment(beat / 2))


def test_a_setting_has_the_number_of_the_step_and_keeps_it_in_a_rest() -> None:
    value = as_value(pattern("0.9 ~ 1.1 <0.8 1.3>"))
    assert [at(value, beat) for beat in (0, 0.99, 1, 1.99, 2, 3, 4, 7)] == [
        0.9, 0.9, 0.9, 0.9, 1.1, 0.8, 0.9, 1.3,
    ]  # fmt: skip


def test_a_step_begins_on_its_beat_however_the_beat_was_computed() -> None:
    value = as_value(pattern("0 1 2"))
    assert at(value, sum([0.1] * 40) / 3) == 1  # 1.3333333333333324 beats


def test_a_pattern_that_begins_with_a_rest_has_the_number_of_the_bar_before() -> None:
    assert at(as_value(pattern("~ 0.5")), 0) == 0.5


def test_of_numbers_that_begin_together_it_is_the_first_and_of_others_the_last() -> None:
    assert at(as_value(pattern("[3,4,5]")), 1) == 3
    assert at(as_value(pattern("1, 2 5")), 3) == 5


def test_notes_are_their_midi_numbers_and_yes_and_no_are_one_and_zero() -> None:
    assert at(as_value(pattern("c4 e4")), 2) == 64
    assert at(as_value(pattern("0 4").scale("c minor")), 2) == 67
    assert at(as_value(pattern("1 0").invert()), 2) == 1


def test_a_word_is_refused_where_a_number_goes_with_its_column() -> None:
    with pytest.raises(LivecodeError, match=r"a number is needed, not 'bd' \(column 3 of '1 bd'\)"):
        as_value(pattern("1 bd"))


@pytest.mark.parametrize(
    ("value", "comes_to"),
    [
        (pattern("1 2") + 1, [2, 3]),
        (1 + pattern("1 2"), [2, 3]),
        (3 - pattern("1 2"), [2, 1]),
        (pattern("1 2") - 3, [-2, -1]),
        (pattern("1 2") * "2 3", [2, 6]),
        (6 / pattern("1 2"), [6, 3]),
        (pattern("1 2") / 2, [0.5, 1]),
        (2 ** pattern("1 2"), [2, 4]),
        (pattern("1 2") ** 2, [1, 4]),
        (-pattern("1 2"), [-1, -2]),
        (abs(pattern("-1 2")), [1, 2]),
        (pattern("1 2").clip(0, 1.5), [1, 1.5]),
        (pattern("0 1").scale(200, 4000), [200, 4000]),
        (pattern("0.3 0.7").quantise(0.5), [0.5, 0.5]),
        (pattern("1 2") + pattern("<10 20>"), [11, 12]),
    ],
)
def test_with_numbers_and_patterns_it_stays_a_pattern(value: Value, comes_to: list[float]) -> None:
    assert isinstance(value, Pattern)
    assert [at(value, beat) for beat in (0, 2)] == comes_to
    assert [event.value for event in value.events()] == comes_to


@pytest.mark.parametrize(
    ("value", "comes_to"),
    [
        (pattern("1 2") + ramp(0, 1, over=4 * beats), [1, 2.5]),
        (ramp(0, 1, over=4 * beats) * pattern("1 2"), [0, 1]),
        (ramp(0, 1, over=4 * beats) - pattern("1 2"), [-1, -1.5]),
    ],
)
def test_with_curves_it_makes_a_value(value: Value, comes_to: list[float]) -> None:
    assert not isinstance(value, Pattern)
    assert [at(value, beat) for beat in (0, 2)] == comes_to


def test_lag_follows_a_pattern_smoothly() -> None:
    value = pattern("0 1").lag(1 * s)
    assert at(value, 0) == 0
    assert at(value, 2) == pytest.approx(1 - math.exp(-1))


def test_a_pattern_draws_its_bars() -> None:
    assert pattern("0 1").sparkline(8) == "▁▁▁▁████ 0 … 1"
    assert pattern("bd sn").sparkline() == ""
    assert (sine(0, 1, period=1 * bars) + pattern("<0 1>")).sparkline() != ""


def test_settings_take_patterns(session: Session) -> None:
    assert session.eval('r7 = stream("test")\nr7.temperature = pattern("0.9 1.1")\ntempo(120)').ok
    heard = []
    for _ in range(8):
        session.advance(0.5)
        heard.append(temperature(session))
    assert heard == pytest.approx([0.9, 0.9, 1.1, 1.1] * 2, abs=0.21)


def test_who_uses_a_pattern_follows_when_its_name_gets_another(session: Session) -> None:
    assert session.eval('groove = pattern("0 1")\nturned = groove.rev().add(10)').ok
    assert said(session, "turned") == [11, 10]
    assert session.eval('groove = pattern("2 3 4")').ok
    assert said(session, "turned") == [14, 13, 12]
    assert session.eval("undo()").ok
    assert said(session, "turned") == [11, 10]


def test_a_pattern_can_be_made_of_what_it_was(session: Session) -> None:
    assert session.eval('groove = pattern("0 1")\nother = groove.add(5)').ok
    assert session.eval("groove = groove.rev()").ok
    assert said(session, "groove") == [1, 0]
    assert said(session, "other") == [6, 5]
    assert session.eval("groove = other").ok  # the same under two names
    assert session.eval("other = groove.add(1)").ok
    assert said(session, "other") == [7, 6]


def test_an_edit_keeps_its_place_in_the_bar(session: Session) -> None:
    assert session.eval(
        'tempo(120)\nr7 = stream("test", temperature=pattern("0.5 1"), fade=0*s)'
    ).ok
    session.advance(1.25)
    assert session.eval('r7.temperature = pattern("0.6 1.1")').ok
    session.advance(0.25)
    assert temperature(session) == pytest.approx(1.1)


def said(session: Session, name: str) -> list[float]:
    return [event.value for event in session.get(name).events()]


def temperature(session: Session) -> float:
    return session.performance.status().values["r7.temperature"]
