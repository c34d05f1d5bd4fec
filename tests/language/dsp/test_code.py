"""What the code of a `@dsp` may say, and what of it is refused with its line."""

import pytest

from livecode import Session
from tests.language.dsp.playing import fallbacks, level


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "x = 1\n\n@dsp\ndef hall(ego):\n    # a comment\n    return ego * k",
            "line 6: 'k' is not known",
        ),
        ("k = 2\n@dsp\ndef hall(ego): return ego * k", "as in def hall(…, k=1.0)"),
        ("@dsp\ndef hall(eggo): return eggo", "did you mean ego?"),
        ("@dsp\ndef hall(hall): return hall", "cannot take itself"),
        ("@dsp\ndef x(mix): return mix", "only a @dsp called master takes mix"),
        ("@dsp\ndef master(ego): return ego", "takes one parameter, mix"),
        ("@dsp\ndef x(master): return master", "no @dsp takes it"),
        ("@dsp\ndef x(*ego): return ego", "without * or **"),
        ("@dsp\ndef x(ego, size='big'): return ego", "its default is a number"),
        ("@dsp\ndef x(ego, size=float('nan')): return ego", "its default is a number"),
        ("@dsp\ndef x(ego, size=True): return ego", "its default is a number"),
        (
            "big = 2\n@dsp\ndef x(ego, size=big): return ego",
            "line 3: the engine does not know 'big'",
        ),
        ("@dsp\ndef x(ego, level=1): return ego", "has a level of its own"),
        ("@dsp\ndef x(ego, name=1): return ego", "has a name of its own"),
        ("x = dsp(3)", "@dsp stands above a function, not above 3"),
        ("x = dsp(lambda ego: ego)", "defined with def"),
        ("@dsp\nasync def x(ego): return ego", "defined with def"),
        ("@dsp\ndef x(ego):\n    import os\n    return ego", "line 3: nothing is imported"),
        (
            "@dsp\ndef x(ego):\n    from os import path\n    return ego",
            "line 3: nothing is imported",
        ),
        ("@dsp\ndef x(ego): return ego.__class__", "line 2: __class__ is out of reach"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_line(stage: Session, code: str, says: str):
    result = stage.eval(code)
    assert not result.ok
    assert says in result.error
    assert "\n" not in result.error
    assert level(stage) > 0.05


def test_names_that_a_graph_binds_itself_are_its_own(stage: Session):
    body = (
        "    match [0.5, 2]:\n"
        "        case [share, *rest]: share = share * len([one for one in rest])\n"
        "    if (half := share) > 1: half = 1\n"
        "    def scaled(by): return ego * by\n"
        "    return scaled(half * gain)"
    )
    result = stage.eval(f"@dsp\ndef hall(ego, gain=0.5):\n{body}")
    assert result.ok, result.error


@pytest.mark.parametrize(
    "name",
    ["Server", "OscDataReceive", "OscReceive", "OscSend", "SharedTable", "Record", "savefile",
     "Scope", "open", "exec", "eval", "exit", "__import__", "globals"],
)  # fmt: skip
def test_what_could_end_the_engine_is_out_of_reach(stage: Session, name: str):
    result = stage.eval(f"@dsp\ndef evil(ego):\n    {name}('x', 1)\n    return ego")
    assert "line 3" in result.error
    assert f"{name} is out of reach" in result.error


@pytest.mark.parametrize(
    "body",
    [
        "return sum([ego * k for k in (0.25, 0.25)])",
        "gain = (lambda x, *, y=0.5: x * y)(1)\n    return ego * gain",
        "def inner(*xs, **named):\n        return xs[0] * 0.5\n    return inner(ego)",
        "try:\n        1 / 0\n    except ArithmeticError as error:\n        repr(error)\n    return ego",
        "class Twice:\n        factor = 2\n    return ego * Twice.factor * 0.25",
        "if (n := 2) > 1:\n        return ego * (1 / n)",
        "return Sig(float(np.float64(0.5))) * ego",
        "return ego[0]",
        "return Sine(midiToHz(69), mul=0.1)",
        "return TrigEnv(Metro(0.05).play(), HannTable(), dur=0.05) * ego",
    ],
)
def test_the_engine_knows_python_numpy_and_pyo(stage: Session, body: str):
    result = stage.eval(f"@dsp\ndef hall(ego):\n    {body}")
    assert result.ok, result.error
    stage.advance(0.3)
    assert level(stage) > 0.01
    assert not fallbacks(stage)
