"""Values: arithmetic and shapers on curves, signals and functions, always finite."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language.curves import ramp, saw, sine
from livecode.language.units import beats, ms, s
from livecode.language.values import MOST_PARTS, Value, as_value
from tests.language.test_curves import moment, played

ANY = st.floats(allow_nan=False, allow_infinity=False)


def at(value: Value, t: float = 0.0) -> float:
    return value.sample(moment(t))


@pytest.mark.parametrize(
    ("made", "comes_to"),
    [
        (lambda x: x + 1, 3.5),
        (lambda x: 1 + x, 3.5),
        (lambda x: x - 1, 1.5),
        (lambda x: 1 - x, -1.5),
        (lambda x: x * 2, 5),
        (lambda x: 2 * x, 5),
        (lambda x: x / 2, 1.25),
        (lambda x: 5 / x, 2),
        (lambda x: x**2, 6.25),
        (lambda x: 2**x, 2**2.5),
        (lambda x: -x, -2.5),
        (lambda x: abs(-x), 2.5),
        (lambda x: x + x * x, 8.75),
        (lambda x: np.float32(2) * x, 5),
        (lambda x: x + np.int64(1), 3.5),
        (lambda x: x.clip(0, 1), 1),
        (lambda x: x.clip(3, 4), 3),
        (lambda x: x.scale(10, 20), 35),
        (lambda x: x.quantise(2), 2),
        (lambda x: x.quantize(0.5), 2.5),
    ],
)
def test_values_combine_with_ordinary_arithmetic(made, comes_to: float):
    assert at(made(as_value(2.5))) == pytest.approx(comes_to)


def test_a_value_times_a_length_is_seconds_at_the_tempo_of_the_moment():
    for lengths in (ramp(1, 2, over=4 * s) * beats, beats * ramp(1, 2, over=4 * s)):
        assert at(lengths) == 0.5  # a beat at 120 a minute
    assert at(as_value(3) * (250 * ms)) == 0.75
    assert str(as_value(3) * (2 * beats)) == "3 * 2*beats"
    with pytest.raises(LivecodeError, match="not with 1\\*beats"):
        ramp(1, 2, over=4 * s) + beats
    with pytest.raises(LivecodeError, match="multiplied by a number"):
        beats * "2"


@given(
    operator=st.sampled_from(["+", "-", "*", "/", "**"]),
    left=ANY,
    right=ANY,
    low=ANY,
    high=ANY,
    step=st.floats(min_value=0, exclude_min=True, allow_infinity=False),
)
def test_whatever_is_combined_it_is_a_finite_number(operator, left, right, low, high, step):
    made = eval(f"x {operator} y", {"x": as_value(left), "y": as_value(right)})
    assert math.isfinite(at(made))
    assert low > high or low <= at(made.clip(low, high)) <= high
    assert math.isfinite(at(made.clip(-1e9, 1e9).quantise(step)))
    made.sparkline()


@pytest.mark.parametrize("broken", ["1 / x", "x ** -1", "(x - 1) ** 0.5", "1e300 * (1e300 + x)"])
def test_a_signal_that_is_0_for_a_moment_does_not_end_a_piece(broken: str):
    assert at(eval(broken, {"x": as_value(0.0)})) == 0.0


def test_a_lag_has_gone_63_percent_of_the_way_after_its_time():
    jump = ramp(0, 1, over=0.001 * s).lag(2 * s)
    values = played(jump, [t / 100 for t in range(1, 1001)])
    assert values[199] == pytest.approx(1 - math.exp(-1), abs=0.01)
    assert values[999] == pytest.approx(1 - math.exp(-5), abs=0.01)


def test_a_lag_does_not_depend_on_how_often_it_is_sampled():
    coarse = played(as_value(sine(period=50 * s)).lag(1 * s), [t / 10 for t in range(1, 200)])
    fine = played(as_value(sine(period=50 * s)).lag(1 * s), [t / 100 for t in range(1, 1991)])
    assert coarse[-1] == pytest.approx(fine[-1], abs=0.02)


@given(st.lists(st.floats(0, 1e3), min_size=2, max_size=30).map(sorted), st.floats(0, 100))
def test_a_lag_stays_between_what_it_follows(times: list[float], lag_s: float):
    assert all(0 <= x <= 1 for x in played(saw(period=3 * s).lag(lag_s), times))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: x / 0, "divided by 0"),
        (lambda x: x + "a", "not with 'a'"),
        (lambda x: x * None, "not with None"),
        (lambda x: x + s, "not with 1\\*s"),
        (lambda x: x + True, "not with True"),
        (lambda x: x + math.inf, "not a finite number"),
        (lambda x: x.clip(2, 1), "must not be above"),
        (lambda x: x.clip(math.nan, 1), "clip takes numbers"),
        (lambda x: x.scale("a", 1), "scale takes numbers"),
        (lambda x: x.quantise(0), "above 0"),
        (lambda x: x.quantise(math.inf), "quantise takes numbers"),
        (lambda x: x.lag(-1), "0*s or longer"),
        (lambda x: x.lag("a"), "not a length of time"),
        (lambda x: as_value(max), "does not say which signals it takes"),
        (lambda x: as_value(lambda *a: 1), "without \\* or \\*\\*"),
        (lambda x: as_value([1, 2]), "neither a number"),
        (lambda x: as_value(int), "neither a number"),
    ],
)
def test_what_cannot_be_combined_is_refused_with_a_sentence(wrong, says: str):
    with pytest.raises(LivecodeError, match=says):
        wrong(sine())


def test_a_value_of_endless_parts_is_refused_before_it_costs_anything():
    value = sine()
    while value.settings["size"] < MOST_PARTS / 2:
        value = value + value
    with pytest.raises(LivecodeError, match="too many parts"):
        value + value
    long = sine()
    for _ in range((MOST_PARTS - 1) // 2):
        long = long + 1
    assert math.isfinite(at(long))
    assert repr(long)


def test_a_value_is_not_made_of_itself_not_even_through_another(session: Session):
    session.eval("a = sine()\nb = a + 1")
    assert "cannot be made of itself" in session.eval("a = b * 2").error
    assert session.eval("a = sine(0, 2)").ok


def test_who_uses_a_value_follows_its_new_version(session: Session):
    session.eval("x = sine(0.2, 0.2)\nr7 = stream(level=2 * x)")
    session.advance(0.2)
    session.eval("x = sine(0.4, 0.4)")
    session.advance(0.2)
    assert session.get("r7").player.controls["level"].automation.now == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("rings.left.turn * 2", "(rings.left.turn * 2)"),
        ("keys.fader[1] + 1", "(keys.fader[1] + 1)"),
        ("osc['/x'].clip(0, 1)", "osc['/x'].clip(0, 1)"),
        ("midi.cc[74].lag(1*s)", "midi.cc[74].lag(1*s)"),
        ("tempo / 60", "(tempo / 60)"),
        ("sound.mel[3] * 1", "(sound.mel[3] * 1)"),
    ],
)
def test_a_signal_is_read_later_not_when_its_block_is_evaluated(
    session: Session, expression: str, shown: str
):
    assert session.eval(expression).value == shown


def test_a_fader_and_an_osc_address_move_the_sound_after_the_evaluation(session: Session):
    session.eval("ego = agent(space('additive'), level=keys.fader[1])")
    session.advance(0.3)
    assert np.abs(session.advance(0.2)).max() < 1e-4
    session.press("fader1=0.5")
    session.advance(0.1)
    assert np.abs(session.advance(0.2)).max() > 0.05
    packet = b"/up\0,f\0\0" + struct.pack(">f", 0.75)
    session.eval("ego.level = osc['/up']")
    session.receive_osc(packet)
    session.advance(0.2)
    assert session.get("ego").player.controls["level"].automation.now == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ego.level = rings", "such as rings.twist"),
        ("ego.level = sound.mel", "such as sound.mel[0]"),
        ("ego.level = rings.left", "such as rings.left."),
        ("ego.level = rings.left.tune", "did you mean turn?"),
        ("ego.level = keys.fader[9]", "goes from [1] to [8]"),
    ],
)
def test_a_signal_that_is_not_one_number_is_refused_with_a_part_to_choose(
    session: Session, code: str, says: str
):
    session.eval("ego = agent(space('additive'))")
    result = session.eval(code)
    assert not result.ok
    assert says in result.error


@pytest.mark.parametrize(
    "function",
    ["functools.partial(lambda k, t: k, 0.25)", "Quarter()", "lambda t, unused=1: 0.25"],
)
def test_everything_that_can_be_called_with_signals_is_a_function(session: Session, function: str):
    session.eval(
        "import functools\nclass Quarter:\n    def __call__(self, t): return 0.25\n"
        f"ego = agent(space('additive'), level={function})"
    )
    session.advance(0.3)
    assert session.get("ego").player.controls["level"].automation.now == pytest.approx(0.25)
    assert session.eval("ego.level").ok
