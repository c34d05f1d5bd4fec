"""`@dsp`: pyo graphs that take names, keep their controls, and never take the sound with them."""

import gc

import numpy as np
import pytest

from livecode import Session
from tests.sound import centroid_hz, jump, longest_silence_s, rms

RATE = 48000
EGO = "ego = agent(space('additive'), dims=2)"
HALL = "@dsp\ndef hall(ego, gain=0.5): return ego * gain"


@pytest.fixture
def stage(session: Session) -> Session:
    """A session in which an agent sounds."""
    session.eval(EGO)
    session.advance(1.0)
    return session


def fallbacks(session: Session) -> list[str]:
    return [str(event) for event in session.log if event.kind == "fallback"]


def level(session: Session, seconds: float = 0.5) -> float:
    return rms(session.advance(seconds))


# names


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


# controls


def test_controls_are_live_and_outlive_their_source(stage: Session):
    stage.eval(HALL)
    stage.advance(0.3)
    full = level(stage)
    stage.eval("hall.gain = 0.25")
    stage.advance(0.1)
    assert level(stage) == pytest.approx(full / 2, rel=0.1)
    stage.eval("@dsp\ndef hall(ego, gain=1.0, cut=20000): return ButLP(ego * gain, freq=cut)")
    stage.advance(0.3)
    assert stage.get("hall").gain == 0.25
    assert level(stage) == pytest.approx(full / 2, rel=0.1)
    assert stage.eval("hall.cut = ramp(20000, 100, over=0.1*s)").ok
    stage.advance(0.5)
    # what sounds is near 1 kHz, where a lowpass at 100 Hz leaves a hundredth
    assert level(stage) < 0.02 * full


def test_a_new_source_that_lacks_a_control_has_it_back_when_that_returns(stage: Session):
    stage.eval(HALL + "\nhall.gain = 0.1")
    stage.eval("@dsp\ndef hall(ego): return ego * 0.5")
    assert not stage.eval("hall.gain").ok
    stage.eval(HALL)
    assert stage.get("hall").gain == 0.1


@pytest.mark.parametrize(
    "wrong", ["float('nan')", "float('inf')", "'big'", "None", "True", "[1]", "rings"]
)
def test_a_control_takes_finite_numbers_and_what_varies(stage: Session, wrong: str):
    stage.eval(HALL)
    stage.advance(0.3)
    result = stage.eval(f"hall.gain = {wrong}")
    assert "hall.gain" in result.error
    assert stage.get("hall").gain == 0.5
    assert level(stage) > 0.02


def test_a_control_that_fails_goes_back_to_what_it_was_for_good(stage: Session):
    stage.eval(HALL + "\nhall.gain = 0.25")
    stage.advance(0.3)
    stage.eval(
        "n = [0]\ndef failing(t):\n    n[0] += 1\n    return 1 / (n[0] < 5)\nhall.gain = failing"
    )
    stage.advance(0.5)
    assert stage.get("hall").gain == 0.25
    stage.eval(HALL)
    stage.advance(0.2)
    assert stage.get("hall").gain == 0.25
    assert len(fallbacks(stage)) == 2, "once for the function, once for the control"


def test_a_graph_that_cannot_be_built_leaves_the_controls_of_the_one_that_plays(stage: Session):
    stage.eval(HALL)
    stage.advance(0.3)
    before, table = level(stage), stage.performance.generations.table()
    result = stage.eval("@dsp\ndef hall(ego, gain=0.0, more=1): return Nope(ego) * gain")
    assert "still playing the previous version" in result.error
    assert stage.performance.generations.table() == table, "nothing was started again"
    stage.advance(0.2)
    assert level(stage) == pytest.approx(before, rel=0.1)


# graphs that fail


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return Nope(ego)", "line 7: NameError: name 'Nope' is not defined"),
        ("return ButLP(ego, freq='high')", "line 7: "),
        ("return Freeverb(ego, sice=1)", "line 7: TypeError"),
        ("x = 1\n    # why\n\n    y = x / 0\n    return ego", "line 10: ZeroDivisionError"),
        ("raise SystemExit", "line 7: SystemExit"),
        ("raise KeyboardInterrupt", "line 7: KeyboardInterrupt"),
        ("return 3", "returns a pyo object that sounds, and this returns int"),
        ("ego * 2", "returns nothing: end it with return"),
        ("return HannTable()", "this returns HannTable"),
        ("while True: pass", "took longer than 1 s"),
    ],
)
def test_a_graph_that_cannot_be_built_is_refused_with_its_line(
    stage: Session, body: str, says: str
):
    stage.eval(HALL)
    stage.advance(0.3)
    above = "# above\nx = 2\n@dsp\n# between\ndef hall(ego, size=0.5):\n    # within\n"
    result = stage.eval(f"{above}    {body}")
    assert not result.ok
    assert says in result.error
    assert result.error.startswith("hall: ")
    assert result.error.endswith("still playing the previous version")
    assert longest_silence_s(stage.advance(0.5), RATE) < 0.005
    assert stage.get("hall").controls == {"gain": 0.5}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return Sine(freq=[300]) * 1000", "runs away"),
        ("return Sig(0.5)", "stands still at 0.50"),
        ("return ego * (Sig(float('inf')) - Sig(float('inf')))", "not numbers"),
        ("return ego * 1e30", "runs away"),
    ],
)
def test_a_graph_that_is_no_sound_is_never_heard(stage: Session, body: str, says: str):
    stage.eval(HALL)
    stage.advance(0.3)
    before = np.abs(stage.advance(0.5)).max()
    assert stage.eval(f"@dsp\ndef hall(ego): {body}").ok, "only playing can tell"
    audio = stage.advance(1.0)
    assert longest_silence_s(audio, RATE) < 0.005
    assert np.abs(audio).max() < 1.5 * before
    assert says in fallbacks(stage)[0]
    assert fallbacks(stage)[0].endswith("still playing the previous version")
    assert stage.get("hall").controls == {"gain": 0.5}


def test_a_graph_that_runs_away_after_a_while_gives_way_to_the_one_before(stage: Session):
    stage.eval(HALL)
    stage.advance(1.0)
    stage.eval(
        "@dsp\ndef hall(ego):\n    return ego * Linseg([(0, 0.5), (1, 0.5), (1.5, 2000)]).play()"
    )
    stage.advance(0.9)
    assert not fallbacks(stage)
    audio = stage.advance(2.0)
    assert "runs away" in fallbacks(stage)[0]
    assert fallbacks(stage)[0].endswith("still playing the previous version")
    assert longest_silence_s(audio, RATE) < 0.06
    assert level(stage) == pytest.approx(0.05, rel=0.2)
    assert "gain" in stage.get("hall").controls


def test_a_first_version_that_fails_lets_what_it_took_be_heard_again(stage: Session):
    before = level(stage)
    stage.eval("@dsp\ndef hall(ego): return ego * Linseg([(0, 1), (0.5, 1), (0.6, 1e4)]).play()")
    stage.advance(1.5)
    assert fallbacks(stage)[0].endswith("it is silent now")
    assert level(stage) == pytest.approx(before, rel=0.2)


def test_what_a_name_was_before_it_became_a_graph_that_fails_plays_again(stage: Session):
    stage.eval(
        "@dsp\ndef ego(): return Sine(300, mul=0.1) * Linseg([(0, 1), (0.5, 1), (0.6, 1e5)]).play()"
    )
    stage.advance(2.0)
    assert fallbacks(stage)[0].endswith("still playing the previous version")
    assert stage.get("ego").kind == "agent"
    assert level(stage) == pytest.approx(0.1, rel=0.2)
    position = stage.get("ego").position
    stage.advance(0.5)
    assert not np.array_equal(position, stage.get("ego").position), "it goes on walking"


# routing


def test_a_name_that_a_dsp_takes_is_heard_through_it_but_for_its_dry_share(stage: Session):
    straight = level(stage)
    stage.eval("@dsp\ndef hall(ego): return ego * 0")
    stage.advance(0.3)
    assert level(stage) < 1e-4
    stage.eval("ego.dry = 0.5")
    stage.advance(0.1)
    assert level(stage) == pytest.approx(straight / 2, rel=0.1)
    stage.eval("del hall")
    stage.advance(1.0)
    assert level(stage) == pytest.approx(straight, rel=0.1)


@pytest.mark.parametrize(
    ("quant", "fade"),
    [
        ("0", "0"),
        pytest.param("0", "1*s", marks=pytest.mark.slow),
        ("1*bars", "50*ms"),
        pytest.param("1.7*s", "1*s", marks=pytest.mark.slow),
    ],
)
def test_coming_and_going_a_dsp_leaves_no_gap(stage: Session, quant: str, fade: str):
    stage.eval(f"quant({quant})\nfade({fade})\nego.pause()")
    steady = jump(stage.advance(1.0))
    heard = []
    for code in (HALL, "hall.gain = 0.7", HALL.replace("gain=", "size="), "del hall", HALL):
        stage.eval(code)
        heard.append(stage.advance(3.0))
    audio = np.concatenate(heard)
    assert longest_silence_s(audio, RATE) < 0.005
    assert jump(audio) < 3 * steady
    envelope = np.sqrt((audio[: len(audio) // 480 * 480, 0].reshape(-1, 480) ** 2).mean(axis=1))
    assert envelope.min() > 0.03
    assert envelope.max() < 0.16


def test_a_dsp_takes_a_dsp_that_takes_a_sound(stage: Session):
    straight = level(stage)
    stage.eval("@dsp\ndef first(ego): return ego * 0.5")
    stage.eval("@dsp\ndef second(first): return first * 0.5")
    stage.advance(0.3)
    assert level(stage) == pytest.approx(straight / 4, rel=0.1)
    stage.eval("@dsp\ndef first(ego): return ego * 1.0")
    stage.advance(0.3)
    assert level(stage) == pytest.approx(straight / 2, rel=0.1)


def test_two_dsps_take_one_name(stage: Session):
    straight = level(stage)
    stage.eval("@dsp\ndef a(ego): return ego * 0.25\n@dsp\ndef b(ego): return ego * 0.25")
    stage.advance(0.3)
    assert level(stage) == pytest.approx(straight / 2, rel=0.1)
    stage.eval("del a")
    stage.advance(1.0)
    assert level(stage) == pytest.approx(straight / 4, rel=0.1)


def test_dsps_that_take_each_other_go_round_without_running_away(stage: Session):
    stage.eval("@dsp\ndef a(ego): return ego * 0.5")
    stage.eval("@dsp\ndef b(a): return a * 0.5")
    stage.eval("@dsp\ndef a(ego, b): return ego * 0.5 + b * 0.5")
    assert 0.01 < level(stage, 1.0) < 0.3
    assert stage.engine.errors == 0


def test_master_shapes_the_sum_and_has_a_level(stage: Session):
    straight = level(stage)
    stage.eval("r7 = stream()\n@dsp\ndef master(mix, cut=20000): return ButLP(mix, freq=cut)")
    stage.advance(0.3)
    assert level(stage) > straight
    stage.eval("master.cut = 100")
    stage.advance(0.2)
    assert centroid_hz(stage.advance(0.5), RATE) < 200
    stage.eval("master.cut = 20000\nmaster.level = 0.25")
    stage.advance(0.3)
    quarter = level(stage)
    stage.eval("mute(master)")
    stage.advance(0.1)
    assert level(stage) < 1e-4
    stage.eval("unmute(master)\ndel master")
    stage.advance(1.0)
    assert level(stage) == pytest.approx(4 * quarter, rel=0.15)


def test_a_dsp_that_returns_what_it_takes_does_not_take_it_along_when_it_goes(stage: Session):
    straight = level(stage)
    for name, takes in (("hall", "ego"), ("master", "mix")):
        stage.eval(f"@dsp\ndef {name}({takes}): return {takes}")
        stage.advance(0.5)
        stage.eval(f"del {name}")
        stage.advance(1.0)
        assert level(stage) == pytest.approx(straight, rel=0.1)


def test_a_control_changes_though_a_name_that_is_taken_has_gone(stage: Session):
    stage.eval(HALL)
    stage.advance(0.3)
    stage.eval("del ego")
    assert stage.eval("hall.gain = 0.1").ok
    assert "does not sound" in stage.eval(HALL.replace("gain", "size")).error


def test_the_same_function_further_down_in_its_block_is_not_swapped(stage: Session):
    stage.eval(HALL)
    stage.advance(0.3)
    table = stage.performance.generations.table()
    stage.eval("# a comment above\n" + HALL)
    assert stage.performance.generations.table() == table


# coming and going


def test_deleted_and_undone_a_dsp_comes_back_with_its_controls(stage: Session):
    stage.eval(HALL + "\nhall.gain = 0.2")
    stage.advance(0.5)
    before = level(stage)
    stage.eval("del hall")
    stage.advance(1.0)
    stage.eval("undo()")
    stage.advance(1.0)
    assert stage.get("hall").gain == 0.2
    assert level(stage) == pytest.approx(before, rel=0.1)


def test_undone_a_redefinition_sounds_as_before(stage: Session):
    stage.eval(HALL)
    stage.advance(0.5)
    before = level(stage)
    stage.eval("@dsp\ndef hall(ego): return ego * 2")
    stage.advance(0.5)
    assert level(stage) > 2 * before
    stage.eval("undo(hall)")
    stage.advance(0.5)
    assert level(stage) == pytest.approx(before, rel=0.1)


@pytest.mark.slow
def test_300_swaps_leave_nothing_behind_in_pyo(stage: Session):
    stage.eval("fade(0)")
    bodies = [
        "return ego",
        "return ego * gain + 0.1 * ego",
        "return Freeverb(ego * gain)",
        "return TrigEnv(Metro(0.05).play(), HannTable(), dur=0.05) * ego",
        "p = Pattern(lambda: None, 0.1).play()\n    return ego * gain",
        "return Nope(ego)",
    ]
    counts = []
    for index in range(300):
        stage.eval(f"@dsp\ndef hall(ego, gain=0.5):\n    {bodies[index % len(bodies)]}")
        stage.advance(0.08)
        if index % 60 == 59:
            stage.eval("del hall")
            stage.advance(1.0)
            gc.collect()
            counts.append(len(stage.engine.server.getStreams()))
    assert len(set(counts)) == 1, counts
    assert stage.engine.errors == 0


@pytest.mark.slow
def test_300_names_that_come_and_go_leave_nothing_behind(session: Session):
    session.eval("fade(0)")
    counts = []
    for index in range(300):
        result = session.eval(f"x{index} = stream(level=0.1)")
        assert result.ok, result.error
        session.advance(0.03)
        session.eval(f"del x{index}")
        session.advance(0.02)
        if index % 100 == 99:
            session.advance(1.0)
            gc.collect()
            counts.append(len(session.engine.server.getStreams()))
    assert len(set(counts)) == 1, counts
    assert session.engine.errors == 0
