"""An agent's settings, fixed or varying."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from livecode import Session
from tests.playing.agents.playing import EGO, said, tell, where


def heard_from_now_on(session: Session) -> list[int]:
    """Return a list that receives the sample times at which the voice of `ego` moves."""
    controls, heard = session.performance.arena.controls, []
    record = controls.on_write

    def written(name: str, frame: int, values: Any) -> None:
        record(name, frame, values)
        if name == "ego.position":  # the voice moves there at this frame
            heard.append(frame)

    controls.on_write = written
    return heard


def test_on_the_beat_its_steps_fall_on_the_grid(session: Session):
    tell(session, EGO + "\ntempo(90)\nego.every = 0.25*beats")
    session.advance(1.0)
    heard = heard_from_now_on(session)
    session.advance(3.2)
    tempo = session.performance.tempo
    grid = [tempo.frame_of_beat(round(4 * tempo.beat_at(frame)) / Fraction(4)) for frame in heard]
    assert len(heard) == pytest.approx(3.2 * 1.5 * 4, abs=1)
    assert heard == grid


@pytest.mark.parametrize("written", ["pattern('1 0.25')*beats", "beats * pattern('1 0.25')"])
def test_a_pattern_says_how_many_beats_a_step_takes(session: Session, written: str):
    tell(session, EGO + f"\ntempo(150)\nego.every = {written}")
    session.advance(1.7)  # from bar 1 on
    heard = heard_from_now_on(session)
    session.advance(1.5)
    tempo = session.performance.tempo
    beats = [tempo.beat_at(frame) for frame in heard]
    assert heard == [tempo.frame_of_beat(round(4 * beat) / Fraction(4)) for beat in beats]
    steps = [round(4 * beat) % 16 for beat in beats if 4.5 <= beat < 7.9]
    assert steps == [4, 8, 9, 10, 11, 12, 13, 14, 15]


def test_how_many_dimensions_are_open_can_follow_a_curve(playing: Session):
    tell(playing, "ego.dims = steps(1, 4, 99, every=1*s)")
    counts = []
    for _ in range(3):
        playing.advance(0.5)
        counts.append(len(where(playing)))
        playing.advance(0.5)
    assert counts == [1, 4, 8]
    assert said(playing) == []


def test_every_setting_that_is_a_number_takes_a_curve_or_a_signal(playing: Session):
    for setting in ("dims", "every", "step", "curiosity", "patience"):
        for given in ("sine(0.1, 2, period=1*s)", "0.2 + rings.twist", "lambda t: 0.3 + t % 1"):
            tell(playing, f"ego.{setting} = {given}")
            assert np.isfinite(playing.advance(0.2)).all()
    assert said(playing) == []


@pytest.mark.slow
def test_a_curious_one_strays_further_from_what_is_liked(session: Session):
    def strays(name: str, curiosity: float) -> float:
        tell(session, f"{name} = agent('additive', seed=4, step=0.02, patience=60*s)")
        tell(session, f"{name}.curiosity = {curiosity}\n" + f"{name}.like_here()\n" * 2)
        here, far = where(session, name), []
        for _ in range(30):
            session.advance(0.2)
            far.append(np.linalg.norm(where(session, name) - here))
        return float(np.mean(far))

    low, middle, high = strays("a", 0), strays("b", 1), strays("c", 4)
    assert low < middle < high
