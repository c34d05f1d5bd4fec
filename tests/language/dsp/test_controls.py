"""The keywords of a `@dsp` are controls: live, checked, and kept from one version to the next."""

import pytest

from livecode import Session
from tests.language.dsp.playing import HALL, fallbacks, level


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
