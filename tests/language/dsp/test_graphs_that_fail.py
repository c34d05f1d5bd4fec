"""A `@dsp` that cannot be built, or that plays no sound, gives way to the version before."""

import numpy as np
import pytest

from livecode import Session
from tests.language.dsp.playing import HALL, RATE, fallbacks, level
from tests.sound import longest_silence_s


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


def test_a_graph_whose_control_ran_away_sounds_again_once_the_control_is_a_number_again(
    stage: Session,
):
    stage.eval("@dsp\ndef hall(ego, gain=1):\n    return ego * gain")
    stage.advance(0.5)
    before = level(stage)
    stage.eval("hall.gain = lambda t: 1e30")
    stage.advance(1.0)
    assert "runs away" in fallbacks(stage)[0]
    stage.eval("hall.gain = 1")
    stage.advance(1.0)
    assert len(fallbacks(stage)) == 1
    assert "hall" in [running.name for running in stage.running()]
    assert level(stage) == pytest.approx(before, rel=0.1)
