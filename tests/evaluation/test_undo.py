"""undo(): one step back in sound, of one name or of the last block, with what had been learned."""

import threading
from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.sets.set_file import parse_set
from livecode.transport.messages import Ended, Silenced
from tests.sound import longest_silence_s, rms

EGO = "ego = agent(space('additive'), dims=2, every=20*ms)"


def undo(session: Session, what: str = "") -> tuple[str, ...]:
    """The kind of what was told last, and its names."""
    assert session.eval(f"undo({what})").ok
    return session.log[-1].kind, *session.log[-1].names


def test_a_setting_goes_back_and_the_agent_stands_where_it_stood(session: Session):
    session.eval(EGO)
    session.advance(1.0)
    before = session.get("ego").position.copy()
    session.eval("ego.dims = 4")
    session.advance(1.0)
    assert undo(session) == ("undo", "ego")
    assert session.get("ego").dims == 2
    assert session.get("ego").position == pytest.approx(before)


def test_a_new_name_goes_and_a_deleted_one_comes_back(session: Session):
    session.eval(EGO)
    session.advance(0.5)
    undo(session)
    session.advance(1.0)
    assert rms(session.advance(0.3)) < 1e-4
    assert not session.eval("ego").ok
    session.eval(EGO + "\nego.level = 0.5")
    session.advance(0.5)
    session.eval("del ego")
    session.advance(1.0)
    undo(session)
    session.advance(0.3)
    assert rms(session.advance(0.5)) == pytest.approx(0.05, rel=0.1)


def test_another_kind_under_the_same_name_goes_back_with_its_level_and_place(session: Session):
    session.eval(EGO + "\nego.level = 0.2")
    session.advance(1.0)
    before = session.get("ego").position.copy()
    session.eval("ego = stream(level=1.0)")
    session.advance(0.5)
    assert rms(session.advance(0.3)) > 0.08
    undo(session)
    assert session.get("ego").position == pytest.approx(before)
    session.advance(0.3)
    assert session.get("ego").kind == "agent"
    assert rms(session.advance(0.3)) == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("x = sine(0, 1)", "x = sine(0, 2)", "x = sine(0, 1"),
        ("x = sine(0, 1) * 2", "x = sine(0, 1) * 3", "x = (sine(0, 1, period=1*bars) * 2)"),
        ("x = space('additive')", "x = sine()", "space('additive')"),
        ("x = 2 * rings.twist", "x = stream()", "x = (2 * rings.twist)"),
        ("x = stream()", "x = 2 * rings.twist", "x = stream('test')"),
    ],
)
def test_curves_spaces_and_combinations_go_back_too(
    session: Session, first: str, second: str, shown: str
):
    session.eval(first)
    session.eval(second)
    undo(session)
    assert session.eval("x").value.startswith(shown)


def test_a_curve_goes_on_from_where_it_had_begun(session: Session):
    session.eval("r7 = stream(level=ramp(0, 1, over=4*s))")
    session.advance(1.0)
    session.eval("r7.level = 0.1")
    session.advance(1.0)
    undo(session)
    session.advance(0.5)
    now = session.get("r7").player.controls["level"].automation.now
    assert now == pytest.approx(2.5 / 4, abs=0.01)


def test_a_reward_s_function_goes_back(session: Session):
    session.eval(EGO + "\n@reward\ndef a(rings): return 0.25\nego.reward = a")
    session.eval("@reward\ndef a(rings): return 0.75")
    session.advance(0.2)
    undo(session, "a")
    session.advance(0.2)
    assert session.get("ego").player.reward == pytest.approx(0.25)


def test_one_name_goes_back_while_the_rest_of_its_block_stays(session: Session):
    session.eval(EGO + "\nr7 = stream()")
    session.eval("ego.level = 0.5\nr7.level = 0.5")
    assert undo(session, "ego") == ("undo", "ego")
    assert (session.get("ego").level, session.get("r7").level) == (1.0, 0.5)
    assert undo(session) == ("undo", "r7")
    assert session.get("r7").level == 1.0


def test_step_by_step_it_goes_back_to_the_beginning_and_then_says_so(session: Session):
    levels = (0.5, 0.4, 0.3)
    session.eval(EGO)
    for level in levels:
        session.eval(f"ego.level = {level}")
        session.eval("unrelated = 3\n1/0")
        session.advance(0.05)
    for level in (0.4, 0.5, 1.0):
        undo(session, "ego")
        assert session.get("ego").level == level
    undo(session)
    assert not session.eval("ego").ok
    session.eval("undo()")
    assert session.log[-1].text == "there is nothing to undo"
    session.eval("undo('ego')")
    assert session.log[-1].text == "there is nothing to undo of ego"


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("mute(ego)", "mute"),
        ("solo(r7)", "solo"),
        ("fade(3*s)", "fade"),
        ("quant(2*bars)", "quant"),
    ],
)
def test_mute_solo_fade_and_quant_are_steps_of_their_own(session: Session, code: str, look: str):
    session.eval(EGO + "\nr7 = stream()")
    before = session.performance.sounds.mix
    session.eval(code)
    assert session.performance.sounds.mix != before, look
    assert undo(session) == ("undo",)
    assert session.performance.sounds.mix == before
    session.advance(0.3)
    assert rms(session.advance(0.3)) > 0.1


def test_what_fails_after_an_undo_gives_way_to_what_was_before_that(session: Session, tmp_path):
    path = tmp_path / "flag"
    path.touch()
    session.eval(
        f"import os\ndef old(t):\n    os.stat({str(path)!r})\n    return 0.5\nr7 = stream(level=old)"
    )
    session.eval("r7.level = 0.25")
    session.advance(0.3)
    path.unlink()
    undo(session)
    session.advance(0.3)
    assert "FileNotFoundError" in session.log[-2].text
    assert (session.log[-1].kind, session.log[-1].names) == ("fallback", ("r7.level",))
    assert session.get("r7").level == 0.25
    assert rms(session.advance(0.3)) == pytest.approx(0.025, rel=0.15)


def test_undo_in_a_block_that_fails_does_nothing(session: Session):
    session.eval(EGO)
    session.eval("ego.level = 0.5")
    session.eval("undo()\n1/0")
    assert session.get("ego").level == 0.5


def test_going_back_and_forth_leaves_no_gap(session: Session):
    session.eval(EGO)
    session.advance(0.5)
    heard = []
    for seed in range(8):
        session.eval(f"ego = agent(space('additive'), seed={seed})")
        heard.append(session.advance(0.02))
        session.eval("undo()")
        heard.append(session.advance(0.03 * seed))
    assert longest_silence_s(np.concatenate(heard), 48000) < 0.005
    assert session.engine.errors == 0


def test_a_thing_that_a_failed_block_had_named_can_be_named_again(session: Session):
    session.eval("kept = [stream()]")
    session.eval("x = kept[0]\n1/0")
    session.eval("y = kept[0]")
    session.advance(0.3)
    assert session.get("y").name == "y"
    assert rms(session.advance(0.3)) > 0.05


def test_undo_brings_back_what_the_engine_silenced_before_the_mind_knew_of_it(
    session: Session,
) -> None:
    session.eval("ego = agent(space('additive'))\nlow = agent(space('additive'))")
    session.advance(0.5)
    generations = session.performance.generations
    playing = [each for each in generations.table() if not each.leaving]
    session.performance.arena.header.terminal_panics += 1  # F12, in the middle of a tick
    ended = [Ended(each.name, each.generation) for each in playing]
    generations.take([Silenced(session.frame), *ended])
    session.advance(0.5)
    assert generations.sounding() == []
    session.eval("undo()")
    assert sorted(generations.sounding()) == ["ego", "low"]


@pytest.mark.parametrize("silenced", ["hush(50*ms)", "panic()"])
def test_what_was_silenced_comes_back_where_it_stood(session: Session, silenced: str):
    session.eval(EGO)
    session.advance(0.5)
    session.eval("r7 = stream()")
    session.advance(0.5)
    before = session.get("ego").position.copy()
    session.eval(silenced)
    session.advance(0.5)
    assert rms(session.advance(0.3)) < 1e-4
    assert undo(session) == ("resound", "ego", "r7")
    assert session.get("ego").position == pytest.approx(before)
    session.advance(0.3)
    assert rms(session.advance(0.3)) > 0.1
    undo(session)  # the block before
    assert not session.eval("r7").ok
    assert session.eval("ego").ok


def test_an_agent_is_remembered_as_of_one_tick_while_it_goes_on_walking(session: Session):
    session.eval("glass = space('additive')\nego = agent(glass, dims=8, every=15*ms, step=0.1)")
    performance, done = session.performance, threading.Event()

    def walk() -> None:
        frame = 0
        while not done.is_set():
            frame += performance.clock.tick_frames
            performance.tick(frame)

    ticks = threading.Thread(target=walk)
    ticks.start()
    try:
        results = [session.eval(f"ego = agent(glass, dims={n % 8 + 1})") for n in range(150)]
    finally:
        done.set()
        ticks.join()
    assert [result.error for result in results if not result.ok] == []


def test_what_a_block_plays_after_its_hush_is_heard_and_one_undo_takes_back_both(session: Session):
    session.eval("glass = space('additive')\nlow = glass.hold(0.2)")
    session.advance(0.5)
    low = session.advance(0.5)
    session.eval("hush(50*ms)\nhigh = glass.hold(0.8, pan=-1)")
    session.advance(0.5)
    high = session.advance(0.5)
    assert rms(high[:, 0]) > 0.05
    assert rms(high[:, 1]) < 0.01, "low has faded"
    assert undo(session) == ("undo", "low", "high")
    session.advance(0.5)
    again = session.advance(0.5)
    assert rms(again[:, 1]) == pytest.approx(rms(low[:, 1]), rel=0.1)
    assert not session.eval("high").ok


def test_a_hush_waits_for_the_quant_of_its_scene(session: Session):
    text = (
        "glass = space('additive')\n# %% a\nlow = glass.hold(0.2)\n# %% b quant=1*bars\nhush(0)\n"
    )
    session.open_set(parse_set(text, Path("piece.py")))
    session.advance(0.5)
    session.eval("go()")
    bar = round((2.0 - session.time) * 48000)
    audio = session.advance(2.5)
    before = rms(audio[bar - 12000 : bar - 7000])
    assert rms(audio[bar - 2900 : bar - 500]) > 0.9 * before
    assert rms(audio[bar + 4000 : bar + 9000]) < 0.01 * before
