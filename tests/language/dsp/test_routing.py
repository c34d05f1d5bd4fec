"""A `@dsp` takes names, other graphs and the sum; what it takes is heard through it."""

import pytest

from livecode import Session
from tests.language.dsp.playing import HALL, RATE, level
from tests.sound import centroid_hz


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
