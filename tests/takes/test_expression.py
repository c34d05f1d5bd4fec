"""Temperatures as text: which texts are curves, which are refused, and that nothing else is evaluated."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode import Session
from livecode.errors import LivecodeError
from livecode.language.curves import ramp, sine
from livecode.language.units import s
from livecode.language.values import Moment
from livecode.takes.expression import CURVES, knots, parse, tidied


def test_a_ramp_is_read_every_millisecond() -> None:
    heights = knots("ramp(0.875,1.15,over=45*s)", 60)
    assert heights.shape == (60_000,)
    assert heights.dtype == np.float32
    np.testing.assert_allclose(
        heights[[0, 22_500, 45_000, -1]], [0.875, 1.0125, 1.15, 1.15], atol=1e-6
    )


def test_a_curve_as_text_is_the_curve_of_the_stage() -> None:
    stage = (0.2 + 0.9 * sine(0.5, 1, period=2 * s) - ramp(0, 0.1, over=3)).clip(0.4, 1)
    text = parse("(0.2 + 0.9 * sine(0.5, 1, period=2*s) - ramp(0, 0.1, over=3)).clip(0.4, 1)")
    for t in (0.0, 0.3, 1.7, 4.0):
        moment = Moment(t, 2 * t, {}, lambda value: 0.0)
        assert stage.sample(moment) == text.sample(moment)


@pytest.mark.parametrize(
    "text",
    [
        *("1.0", "1", "+1", "2 - 1.5", " 0.9 ", "2**-1", "1e0"),
        *("tri(0.5, 1, period=500*ms)", "saw(0.5, 1, period=2*bars)", "steps(0.5, 1, every=1*beats)"),
        *("square(0.5, 1, 2*s, width=0.3)", "noise(0.8, 1.2, every=1*s, seed=4)"),
        *("0.8 + env(1*s, 2*s, level=0.3)", "hold(noise(0.5, 1), every=2*s)"),
        *("sine(0.5, 1).quantise(0.1)", "sine(0, 1).scale(0.5, 1)", "ramp(0.5, 1, over=2*s).lag(1*s)"),
    ],
)  # fmt: skip
def test_all_curve_words_units_and_shapers_are_known(text: str) -> None:
    heights = knots(text, 3)
    assert np.isfinite(heights).all()
    assert tidied(text) == tidied(tidied(text))


def test_the_words_are_those_of_the_stage(session: Session) -> None:
    assert [word for word in CURVES if not session.eval(word).ok] == []


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("rmap(0.8, 1.2, over=45*s)", "did you mean ramp?"),
        ("rings.twist", "none of curves, units, numbers"),
        ("rings", "neither a curve nor a unit"),
        ("ramp", "takes its numbers in brackets"),
        ("s(45)", "write 45*s"),
        ("45*s", "neither a number, a curve"),
        ("ramp(0.8, over=1*s)", "two numbers or more"),
        ("ramp(0.8, 1.2)", "makes no sense"),
        ("ramp(0.8, 1.2, over=0*s)", "or longer"),
        ("ramp(0.8, 'x', over=1*s)", "none of curves"),
        ("ramp(0.8, True, over=1*s)", "none of curves"),
        ("ramp(*[1, 2], over=1*s)", "none of curves"),
        ("ramp(0.8, 1.2, **{})", "unpack"),
        ("sine(0.5, 1).node", "none of curves"),
        ("sine(0.5, 1).sample(3)", "there is no .sample()"),
        ("sine(0.5, 1).__class__()", "there is no .__class__()"),
        ("lambda rings: 1", "none of curves"),
        ("[1][0]", "none of curves"),
        ("1 if 2 else 3", "none of curves"),
        ("f'{1}'", "none of curves"),
        ("1j", "none of curves"),
        ("(x := 1)", "none of curves"),
        ("1 @ 2", "none of curves"),
        ("", "cannot be read"),
        ("1 +", "cannot be read"),
        ("1; 2", "cannot be read"),
        ("\0", "cannot be read"),
        ("1/0", "makes no sense"),
        ("9**9**9**9", "makes no sense"),
        ("(-1)**0.5", "neither a number"),
        ("1e999", "not inf"),
        ("(" * 400 + "1" + ")" * 400, "cannot be read"),
        ("1+" * 600 + "1", "at most 1000 characters"),
        ("0", "is 0 after 0 s: keep it from 0.05 to 3"),
        ("ramp(1, 4, over=1*s)", "after 0.667 s: keep it from 0.05 to 3"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str, because: str) -> None:
    with pytest.raises(LivecodeError) as refused:
        knots(text, 2)
    assert because in str(refused.value)
    assert "\n" not in str(refused.value)


def test_no_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in (
        "__import__('os').mkdir('made')",
        "ramp.__globals__",
        "ramp(0.8, 1.2, over=1*s).clip.__self__",
        "exec('import os')",
        "(lambda: 1)()",
        "[x for x in ()]",
    ):
        with pytest.raises(LivecodeError):
            parse(text)
    assert not os.listdir(tmp_path)


@given(st.text(alphabet="ramp sine(0.5,1)over=*s-+/[]{}.clip'\"\\\n9eE_:", max_size=60))
def test_no_text_raises_anything_but_a_sentence(text: str) -> None:
    said = ""
    try:
        parse(text)
    except LivecodeError as error:
        said = str(error)
    assert "\n" not in said
