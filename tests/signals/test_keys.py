"""Hot-keys and faders: every reader sees a press, which then fades to 0."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.signals.keys import NAMES, READABLE, Keys

TICK_S = 256 / 48000


def pressed(name: str = "like", time_s: float = 1.0) -> Keys:
    keys = Keys()
    keys.press(name, time_s)
    return keys


def test_before_anything_is_touched_all_is_0() -> None:
    keys = Keys()
    assert all(getattr(keys, name) == 0.0 for name in READABLE if name != "fader")
    assert list(keys.fader) == [0.0] * 8


def test_a_press_reads_1_in_its_tick_then_fades_and_is_gone_after_a_second() -> None:
    keys = pressed(time_s=1.0)
    assert keys.like == 0.0
    keys.advance(1.004)
    assert keys.like == keys["like"] == 1.0
    assert keys.dislike == 0.0
    keys.advance(1.304)
    assert keys.like == pytest.approx(math.exp(-1))
    keys.advance(2.004)
    assert keys.like == 0.0


def test_a_press_is_not_read_before_its_time() -> None:
    keys = pressed(time_s=1.0)
    keys.advance(0.999)
    assert keys.like == 0.0
    keys.advance(1.0)
    assert keys.like == 1.0


def test_reading_changes_nothing_so_every_reader_sees_the_press() -> None:
    keys = pressed()
    keys.advance(1.0)
    assert [keys.like for _ in range(5)] == [1.0] * 5


@given(st.floats(0.005, 0.99), st.floats(0.0, 1.0))
def test_no_reader_with_a_period_below_a_second_misses_a_press(period: float, phase: float) -> None:
    keys = pressed(time_s=1.0)
    readings, due = [], phase * period
    for tick in range(600):
        keys.advance(tick * TICK_S)
        if tick * TICK_S >= due:
            due += period
            readings.append(keys.like - keys.dislike)
    assert any(reading > 0.03 for reading in readings)
    assert all(0.0 <= reading <= 1.0 for reading in readings)


def test_at_the_usual_period_of_an_agent_one_press_weighs_about_6() -> None:
    keys, total = pressed(time_s=1.0), 0.0
    for step in range(100):
        keys.advance(step * 0.05)
        total += keys.like
    assert total == pytest.approx(6.3, abs=0.1)


def test_pressed_again_it_is_1_again_and_not_2() -> None:
    keys = pressed(time_s=1.0)
    keys.advance(1.0)
    keys.press("like", 1.1)
    keys.press("like", 1.1)
    keys.advance(1.2)
    assert keys.like == 1.0


def test_letters_digits_and_named_keys_can_all_be_read() -> None:
    for name in NAMES:
        keys = pressed(name, 0.5)
        keys.advance(0.5)
        assert keys[name] == getattr(keys, name) == 1.0


@given(st.integers(1, 8), st.floats(allow_nan=False, allow_infinity=False))
def test_a_fader_stays_where_it_was_put_within_0_and_1(number: int, value: float) -> None:
    keys = Keys()
    keys.set_fader(number, value)
    position = min(max(value, 0.0), 1.0)
    assert keys.fader[number] == getattr(keys, f"fader{number}") == position
    assert sum(keys.fader) == position


@pytest.mark.parametrize("number", [0, 9, -1, "1", True])
def test_a_fader_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(LivecodeError, match=r"goes from \[1\] to \[8\]"):
        Keys().fader[number]
    with pytest.raises(LivecodeError, match=r"goes from \[1\] to \[8\]"):
        Keys().set_fader(number, 0.5)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_fader_is_not_put_to_what_is_no_number(value: float) -> None:
    keys = Keys()
    with pytest.raises(LivecodeError, match="fader 2 cannot be set to"):
        keys.set_fader(2, value)
    assert keys.fader2 == 0.0


def test_a_key_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="did you mean dislike"):
        Keys().dislik
    with pytest.raises(LivecodeError, match="did you mean space"):
        Keys().press("spce", 0.0)
    with pytest.raises(LivecodeError, match="can only be read"):
        Keys().fader[1] = 0.5
