"""Settings that vary in time: numbers, curves, signals and functions, bounded, blended, guarded."""

import numpy as np
import pytest

from livecode import Session
from livecode.language.agents import Agent
from livecode.language.dsp import Dsp
from livecode.language.streams import Mic, Sample, Stream
from livecode.language.things import Setting
from livecode.transport.events import Event

THINGS = {
    "ego": "ego = agent(space('orchestra'), dims=2)",
    "r7": "r7 = stream()",
    "hall": "@dsp\ndef hall(ego, size=2.0): return ego",
}
KINDS = {"ego": Agent, "r7": Stream, "hall": Dsp}


def settings(kind: type) -> dict[str, tuple[float, float]]:
    """The settings of a kind that vary, with their bounds."""
    all_of_them = ((name, getattr(kind, name, None)) for name in dir(kind))
    return {n: each.bounds for n, each in all_of_them if isinstance(each, Setting) and each.bounds}


#: What a stream has only while it is tilted; see test_tilts.py.
TILTED = ("strength", "candidates", "chunk", "cap")
#: What a stream has only of a model that was told it; see test_label_hand.py.
LABELS = ("tempo", "pitch", "loudness", "source")
#: What is read at an agent's steps, which are eighths where it strikes.
READ_AT_STEPS = ("every", "strike")
#: What a kind shares with the agent is tried with the agent; the rest of the cases are slow.
VARYING = [
    pytest.param(
        *(name, setting, low, high),
        id=f"{name}-{setting}",
        marks=[pytest.mark.slow] * (kind is not Agent and setting in settings(Agent)),
    )
    for name, kind in KINDS.items()
    for setting, (low, high) in settings(kind).items()
    if setting not in (*TILTED, *LABELS)
]


@pytest.fixture
def stage(session: Session) -> Session:
    """One thing of each kind."""
    for code in THINGS.values():
        assert session.eval(code).ok
    session.eval("fade(0)")
    session.advance(0.2)
    return session


def now(session: Session, name: str, setting: str) -> float:
    player = session.get(name).player
    own = getattr(player, "_own", {})
    return (own[setting] if setting in own else player.controls[setting].automation).now


def fallbacks(session: Session) -> list[Event]:
    return [event for event in session.log if event.kind == "fallback"]


def test_the_settings_that_vary_are_those_of_the_reference():
    every = {
        *("level", "pan", "dry"),
        *("room", "delay", "cut", "hp", "drive", "crush", "duck_by"),
    }
    assert set(settings(Agent)) == every | {
        *("curiosity", "every", "patience", "rest", "step", "strike", "texture", "width"),
    }
    assert set(settings(Stream)) == every | {
        "temperature",
        *("frozen", "guard", "priority"),
        *("surface", "unlikely", "brightness", "transpose", "density", "energy"),
        *TILTED,
        *LABELS,
    }
    assert set(settings(Sample)) == every | {"speed"}
    assert set(settings(Mic)) == set(settings(Dsp)) == every


@pytest.mark.parametrize(("name", "setting", "low", "high"), VARYING)
def test_each_takes_a_number_a_curve_a_signal_and_a_function(
    stage: Session, name: str, setting: str, low: float, high: float
):
    middle = round((low + high) / 2, 3)
    for given in (
        f"{middle}",
        f"sine({middle}, {middle})",
        f"{middle} + 0 * rings.twist",
        f"lambda rings: {middle} + rings.twist",
        f"np.float32({middle})",
    ):
        result = stage.eval(f"{name}.{setting} = {given}")
        assert result.ok, result.error
        stage.advance(1.1 if setting in READ_AT_STEPS else 0.1)
        assert now(stage, name, setting) == pytest.approx(middle, rel=1e-3), given


@pytest.mark.parametrize(("name", "setting", "low", "high"), VARYING)
def test_each_is_held_within_its_bounds(
    stage: Session, name: str, setting: str, low: float, high: float
):
    for given, held in ((f"{high} + 1", high), (f"{low} - 1", low)):
        assert not stage.eval(f"{name}.{setting} = {given}").ok, "plain numbers are refused"
        assert stage.eval(f"{name}.{setting} = lambda t: {given}").ok
        stage.advance(1.1 if setting in READ_AT_STEPS else 0.1)
        assert now(stage, name, setting) == pytest.approx(held)
    assert np.isfinite(stage.advance(0.2)).all()


def test_a_keyword_called_like_an_effect_has_no_bounds(stage: Session):
    assert stage.eval("@dsp\ndef wall(r7, cut=2.0): return r7").ok
    stage.advance(0.2)
    for given, held in (("20001", 20001), ("lambda t: -5", -5)):
        result = stage.eval(f"wall.cut = {given}")
        assert result.ok, result.error
        stage.advance(0.1)
        assert now(stage, "wall", "cut") == held
    assert not stage.eval("wall.cut = float('nan')").ok
    assert now(stage, "wall", "cut") == -5


@pytest.mark.parametrize(("name", "setting", "low", "high"), VARYING)
@pytest.mark.parametrize(
    "failing",
    [
        "1 / (n[0] < 3)",
        *(
            pytest.param(f"{what} if n[0] > 3 else 1", marks=pytest.mark.slow)
            for what in ("float('nan')", "None", "(_ for _ in ()).throw(SystemExit)")
        ),
    ],
)
def test_one_that_fails_goes_back_to_what_it_was(
    stage: Session, name: str, setting: str, low: float, high: float, failing: str
):
    before = round(low + (high - low) * 0.25, 3)
    stage.eval(f"{name}.{setting} = {before}" + ("*s" if setting == "every" else ""))
    stage.eval(
        f"n = [0]\ndef failing(t):\n    n[0] += 1\n    return {failing}\n{name}.{setting} = failing"
    )
    stage.advance(5.0 if setting in READ_AT_STEPS else 0.3)
    assert now(stage, name, setting) == pytest.approx(before)
    assert [event.names for event in fallbacks(stage)] == [("failing",), (f"{name}.{setting}",)]
    assert np.isfinite(stage.advance(0.1)).all()


def test_a_first_setting_that_fails_stays_where_it_was_last(session: Session):
    session.eval("n = [0]\ndef failing(t):\n    n[0] += 1\n    return 0.3 / (n[0] < 9)")
    session.eval("r7 = stream(level=failing)")
    session.advance(0.5)
    assert now(session, "r7", "level") == pytest.approx(0.3)
    assert str(fallbacks(session)[-1]) == "r7.level: it goes back to 0.3"


def test_what_overflows_while_it_plays_goes_back_and_is_not_learned_from(stage: Session):
    stage.eval("ego.level = 0.5\nego.reward = lambda t: 0.25")
    stage.eval("high = (0 * t).scale(-1e308, 1e308)\nego.level = high\nego.reward = high")
    stage.advance(0.3)
    assert now(stage, "ego", "level") == 0.5
    assert stage.get("ego").player.reward == 0.25
    assert "not a finite number" in fallbacks(stage)[0].text
    assert np.isfinite(stage.get("ego").position).all()


def test_a_signal_that_goes_away_lets_the_setting_fall_back(stage: Session):
    stage.eval("ego.level = 0.5")
    stage.eval("ego.level = lambda r7: 0.1")
    stage.advance(0.2)
    stage.eval("del r7")
    stage.advance(0.2)
    assert now(stage, "ego", "level") == 0.5


@pytest.mark.parametrize("fade_s", [0.1, 1.0])
def test_from_old_to_new_it_blends_in_a_straight_line(stage: Session, fade_s: float):
    stage.eval(f"fade({fade_s})\nego.level = 0")
    stage.advance(fade_s + 0.1)
    stage.eval("ego.level = 1")
    for share in (0.25, 0.5, 0.75, 1.0):
        stage.advance(fade_s / 4)
        assert now(stage, "ego", "level") == pytest.approx(share, abs=0.15 * 0.1 / fade_s + 0.02)


def test_blends_that_overlap_start_from_where_the_last_one_was(stage: Session):
    stage.eval("fade(1*s)")
    seen = [now(stage, "ego", "level")]
    for target in (0, 1, 0.5, "sine(0, 1, period=5*s)", 0.2, "lambda t: 0.9"):
        stage.eval(f"ego.level = {target}")
        for _ in range(60):
            stage.advance(256 / 48000)
            seen.append(now(stage, "ego", "level"))
    assert max(abs(np.diff(seen))) < 0.015


def test_evaluated_again_a_curve_begins_again_and_blends_from_where_it_was(stage: Session):
    stage.eval("ego.level = ramp(0, 1, over=2*s)")
    stage.advance(1.0)
    assert now(stage, "ego", "level") == pytest.approx(0.5, abs=0.02)
    stage.eval("fade(0.5*s)\nego.level = ramp(0, 1, over=2*s)")
    stage.advance(0.25)
    # at 0.125, and half of the jump from 0.5 to 0 is still made up for
    assert now(stage, "ego", "level") == pytest.approx(0.125 + 0.5 / 2, abs=0.01)


def test_a_function_s_globals_are_those_of_now(stage: Session):
    stage.eval("k = 0.1\nego.level = lambda t: k")
    stage.advance(0.1)
    stage.eval("k = 0.7")
    stage.advance(0.1)
    assert now(stage, "ego", "level") == pytest.approx(0.7)


def test_controls_that_do_not_move_are_not_written(stage: Session):
    written: set[str] = set()
    stage.performance.arena.controls.on_write = lambda name, frame, values: written.add(name)
    stage.eval("x = 1")
    stage.advance(1.0)
    assert written <= {"ego.position"}


def test_a_curve_that_is_over_goes_on_when_its_name_says_otherwise(session: Session) -> None:
    assert session.eval("down = ramp(1, 0.2, over=0.2*s)\nx = stream('test', level=down)").ok
    session.advance(1.0)
    level = session.get("x").player.controls["level"]
    assert level.rests(1.0)
    assert level.automation.now == pytest.approx(0.2)
    session.eval("down = ramp(0.2, 0.9, over=0.2*s)")
    session.advance(1.0)
    assert level.automation.now == pytest.approx(0.9)


def test_a_length_in_beats_rests_until_the_tempo_changes(session: Session) -> None:
    session.eval('tempo(120)\nx = stream("test")\nx.delay = (1/4, 0.5)')
    session.advance(1.0)
    length = session.get("x").player.controls["delay_time"]
    assert length.rests(1.0)
    assert length.automation.now == pytest.approx(0.5)
    session.eval("tempo(60)")
    session.advance(0.5)
    assert length.automation.now == pytest.approx(1.0)
    assert length.rests(1.0)
