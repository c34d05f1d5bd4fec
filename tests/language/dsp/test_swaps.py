"""A `@dsp` that comes, changes, goes and is undone leaves no gap, and nothing behind."""

import gc

import numpy as np
import pytest

from livecode import Session
from tests.language.dsp.playing import HALL, RATE, level
from tests.sound import jump, longest_silence_s


@pytest.mark.parametrize(
    ("quant", "fade"),
    [
        ("0", "0"),
        pytest.param("0", "1*s", marks=pytest.mark.slow),
        pytest.param("1*bars", "50*ms", marks=pytest.mark.slow),
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


def test_the_same_function_further_down_in_its_block_is_not_swapped(stage: Session):
    stage.eval(HALL)
    stage.advance(0.3)
    table = stage.performance.generations.table()
    stage.eval("# a comment above\n" + HALL)
    assert stage.performance.generations.table() == table


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
