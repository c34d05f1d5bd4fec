"""Going through the scenes of a set, offline: by time, conditions, cues, and with what transitions."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.errors import LivecodeError
from livecode.sets.set_file import parse_set, read_or_begin, read_set
from livecode.signals.simulate import turned_packets
from tests.sound import jump, longest_silence_s, rms


def opened(session: Session, text: str) -> Session:
    session.open_set(parse_set(text, Path("piece.py")))
    return session


def begun(session: Session) -> list[tuple[str, float]]:
    """The scenes so far, with the seconds at which they were evaluated."""
    return [(e.names[0], round(e.frame / 48000, 2)) for e in session.log if e.kind == "scene"]


def names(session: Session) -> list[str]:
    return [name for name, _ in begun(session)]


def said(session: Session, kind: str) -> str:
    return "\n".join(str(event) for event in session.log if event.kind == kind)


FOUR = "".join(f"# %% {name} for=1*s\nx = 1\n" for name in "abc") + "# %% d\nx = 2\n"


def test_scenes_follow_each_other_exactly_by_their_lengths(session: Session):
    opened(session, FOUR).advance(5)
    assert [name for name, _ in begun(session)] == ["a", "b", "c", "d"]
    scenes = session.performance.scenes
    assert scenes.begun == 3 * 48000, "no drift"


def test_a_cue_that_comes_while_another_scene_is_due_has_its_way(session: Session):
    block_s = session.block / session.sample_rate
    opened(session, FOUR.replace("for=1*s", f"for={20 * block_s}*s")).advance(20 * block_s)
    assert session.performance.scenes.handed, "b is to begin before the next tick"
    session.eval("go('d')")
    session.advance(0.5)
    assert names(session) == ["a", "d"]


def test_a_length_in_beats_follows_the_tempo_while_it_plays(session: Session):
    opened(session, "# %% a for=4*beats\ntempo(120)\n# %% b\nx = 1\n").advance(1.0)
    session.eval("tempo(240)")  # two beats are left, half a second at twice the pace
    session.advance(0.45)
    assert names(session) == ["a"]
    session.advance(0.1)
    assert names(session) == ["a", "b"]


def test_then_names_what_follows_and_go_without_a_name_goes_there(session: Session):
    opened(session, '# %% a for=1*s then="c"\nx = 1\n# %% b\nx = 2\n# %% c then="a"\nx = 3\n')
    session.advance(1.2)
    session.eval("go()")
    session.eval("go(+1)")
    assert names(session) == ["a", "c", "a", "b"]


@pytest.mark.parametrize(
    ("cue", "then"),
    [
        ('go("c")', "c"),
        ("go(2)", "c"),
        ("go()", "b"),
        ("go(+1)", "b"),
        ("go(0)", "a"),
        ("skip(); go()", "c"),
        ('skip("b"); go("b")', "b"),
    ],
)
def test_cues_by_hand(session: Session, cue: str, then: str):
    opened(session, FOUR).eval(cue)
    assert names(session)[-1] == then


def test_a_cue_to_nowhere_is_a_sentence_and_the_scene_goes_on(session: Session):
    opened(session, FOUR)
    for cue in ("go('e')", "go(-2)", "go(9)", "go([])"):
        session.eval(cue)
    assert names(session) == ["a"]
    assert "no scene 'e'" in said(session, "error")
    assert said(session, "error").count("no scene there") == 2


def test_what_comes_after_the_last_scene_is_no_error(session: Session):
    opened(session, FOUR).eval("go('d')")
    session.eval("go()")
    assert names(session)[-1] == "d"
    assert "this is the last scene" in said(session, "note")
    assert said(session, "error") == ""


def test_a_scene_loops_holds_is_released_and_is_stretched(session: Session):
    opened(session, FOUR).eval("loop()")
    session.advance(2.5)
    assert names(session) == ["a", "a", "a"]
    session.eval("loop(False)\nhold()")
    session.advance(3)
    assert names(session) == ["a", "a", "a"]
    session.eval("release()")
    session.advance(0.5)
    assert names(session)[-1] == "b"
    session.eval("stretch(2)\nstretch(0.5*s)")
    session.advance(1.9)
    assert names(session)[-1] == "b"
    session.advance(0.2)
    assert names(session)[-1] == "c"
    session.eval("go()")
    session.eval("stretch(2)")
    assert "no length to stretch" in said(session, "error")


def test_a_condition_leaves_a_loop(session: Session):
    opened(session, "# %% a for=1*s loop=True when=lambda beat: beat > 5\nx = 1\n# %% b\nx = 2\n")
    session.advance(2.3)
    assert names(session) == ["a", "a", "a"]
    session.advance(0.3)
    assert names(session) == ["a", "a", "a", "b"]


def test_hold_with_a_value_is_still_sample_and_hold(session: Session):
    assert session.eval("x = hold(sine(0, 1), every=1*beats)").names == ("x",)


def test_a_condition_goes_on_when_it_becomes_true(session: Session):
    opened(session, "# %% a when=lambda rings: rings.twist > 0.5\nx = 1\n# %% b\nx = 2\n")
    session.advance(1.0)
    assert names(session) == ["a"]
    for packet in turned_packets(0.9, 0.9):
        session.receive_osc(packet)
    session.advance(1.0)
    assert names(session) == ["a", "b"]


def test_a_condition_that_is_true_already_counts_once_it_has_been_for_a_while(session: Session):
    scene = "# %% {} when=lambda beat: beat > 1\nx = 1\n"
    opened(session, "".join(scene.format(name) for name in "abc")).advance(3.0)
    assert names(session) == ["a", "b"]
    session.advance(4.0)
    assert names(session) == ["a", "b", "c"]


def test_a_condition_may_be_of_the_cells_own_or_of_the_scenes_time_or_set_by_hand(session: Session):
    opened(
        session,
        "# %% a when=done\n@reward\ndef done(t): return t > 0.5\n"
        "# %% b when=lambda scene: scene.time > 1\nx = 1\n# %% c\nx = 2\n# %% d\n",
    ).advance(1.0)
    assert names(session) == ["a", "b"]
    session.advance(1.0)
    session.eval("scene.when = lambda keys: keys.like")
    session.advance(0.1)
    session.press("like")
    session.advance(0.5)
    assert names(session) == ["a", "b", "c", "d"]


def test_a_condition_that_fails_later_is_told_of_once_and_the_length_still_counts(session: Session):
    opened(session, "# %% a for=2*s when=lambda t: 1 / (t < 1)\nx = 1\n# %% b\nx = 2\n")
    session.advance(1.9)
    assert said(session, "fallback").count("ZeroDivisionError") == 1
    session.advance(0.2)
    assert names(session) == ["a", "b"]


def test_a_scene_waits_for_its_quant_and_its_sources_begin_there(session: Session):
    opened(session, "# %% a\nx = 1\n# %% b quant=1*bars\nr7 = stream(level=1)\n").advance(0.5)
    session.eval("go()")
    audio = session.advance(2.5)
    first = 0.5 + np.flatnonzero(np.abs(audio[:, 0]) > 1e-4)[0] / 48000
    assert first == pytest.approx(2.0, abs=0.02)
    assert session.performance.scenes.begun == 2 * 48000


def test_what_a_scene_sets_and_takes_away_waits_for_its_quant_too(session: Session):
    opened(
        session,
        "glass = space('additive')\n# %% a\nlow = glass.hold(0.2, level=0.8)\n"
        "high = glass.hold(0.8, pan=1)\n"
        "# %% b quant=1*bars fade=10*ms ends=['high']\nlow.level = 0.2\nlow.pan = -1\n",
    ).advance(0.5)
    session.eval("go()")
    bar = round((2.0 - session.time) * 48000)
    audio = session.advance(2.5)

    def level(side: int, begin_s: float, end_s: float) -> float:
        """Between two times, counted from the bar line."""
        begin, end = (bar + round(time * 48000) for time in (begin_s, end_s))
        return rms(audio[begin:end, side])

    low, high = (level(side, -0.5, -0.2) for side in (0, 1))
    assert level(0, -0.06, -0.005) == pytest.approx(low, rel=0.1), "not before it"
    assert level(0, 0.03, 0.08) < 0.5 * low, "and soon after it"
    assert level(1, -0.06, -0.005) > 0.9 * high
    assert level(1, 0.06, 0.12) < 0.01


@pytest.mark.parametrize("words", ["mute(low)\nsolo(high)", "solo(high)", "mute(low)"])
def test_what_a_scene_mutes_and_its_tempo_wait_for_its_quant(session: Session, words: str):
    opened(
        session,
        "glass = space('additive')\n# %% a\nlow = glass.hold(0.2, pan=-1)\n"
        "high = glass.hold(0.8, pan=1)\n"
        f"# %% b quant=1*bars\n{words}\ntempo(60)\n",
    ).advance(0.5)
    session.eval("go()")
    bar = round((2.0 - session.time) * 48000)
    audio = session.advance(2.5)
    before = rms(audio[bar - 12000 : bar - 7000, 0])
    assert rms(audio[bar - 2900 : bar - 500, 0]) > 0.9 * before, "not before it"
    assert rms(audio[bar + 4000 : bar + 9000, 0]) < 0.01 * before, "and soon after it"
    assert rms(audio[bar + 4000 : bar + 9000, 1]) > 0.1 * before
    tempo = session.performance.tempo
    assert tempo.beat_at(2.0 * 48000) == pytest.approx(4.0)
    assert tempo.beat_at(3.0 * 48000) == pytest.approx(5.0)
    session.eval("undo()")
    assert rms(session.advance(0.5)[12000:, 0]) > 0.9 * before


def test_what_a_slow_cell_starts_after_its_line_does_not_wait_for_another(session: Session):
    opened(session, "# %% a\nx = 1\n# %% b quant=8*bars\nload()\nlow = stream(level=1)\n").advance(
        15.95
    )
    variables = session.performance.namespace.variables
    variables["load"] = lambda: session.advance(1.0)  # as the other thread does while a cell runs
    session.begin_scene(1)
    assert session.time == pytest.approx(16.95, abs=0.01)  # and the line was at 16 s
    assert rms(session.advance(0.5)[12000:]) > 0.01


def test_bars_in_a_row_stay_on_the_bar(session: Session):
    loop = "# %% a for=1*bars quant=1*bars then='a'\nx = 1\n"
    opened(session, "tempo(133.7)\n" + loop)
    for _ in range(12):
        session.advance(1.0)
        performance = session.performance
        bar = performance.tempo.bar_at(performance.scenes.begun)
        assert bar == pytest.approx(round(bar), abs=1e-3)
    assert len(names(session)) == 7


def test_the_fade_is_that_of_the_scene_gone_to(session: Session):
    opened(
        session,
        "# %% a\nego = agent(space('additive'), seed=1)\n"
        "# %% b fade=2*s\nego = agent(space('additive'), seed=2)\nr7 = stream(level=0)\n",
    ).advance(1.0)
    session.eval("go()")
    session.advance(0.5)
    generations = [row for row in session.performance.generations.table() if row.name == "ego"]
    assert len(generations) == 2, "both sound while it fades"
    session.advance(2.0)
    generations = [row for row in session.performance.generations.table() if row.name == "ego"]
    assert len(generations) == 1


def test_a_scene_ends_functions_on_the_beat_and_duets_too(session: Session):
    opened(
        session,
        "# %% a\ncall = notes('0', 'pluck')\nlead = notes('~', 'pluck')\nd = duet(lead, call)\n"
        "@every(1*beats)\ndef turns(beat):\n    call.pan = 0.1 * round(beat)\n"
        "# %% b ends=['d', 'turns', 'nobody']\nx = 1\n",
    ).advance(1.2)
    assert session.get("call").pan == pytest.approx(0.2)
    assert set(session.performance.status().duets) == {"d"}
    session.eval("go('b')")
    session.advance(0.1)
    left = session.get("call").pan
    session.advance(1.2)
    assert session.get("call").pan == left
    assert not session.performance.status().duets
    assert {"call", "lead"} <= {each.name for each in session.running()}


def test_what_a_scene_does_not_mention_goes_on_and_what_it_ends_fades_with_its_fade(
    session: Session,
):
    opened(
        session,
        "# %% a\nr7 = stream(level=0.5)\nr8 = stream(level=0.5)\n"
        "# %% b fade=1*s ends=['r7', 'nobody']\nx = 1\n# %% c\nscene.ends = ['r8']\n",
    ).advance(1.0)
    steady = jump(session.advance(0.5))
    session.eval("go()")
    session.advance(0.8)
    assert {row.name for row in session.performance.generations.table()} == {"r7", "r8"}
    session.advance(0.6)
    assert session.performance.generations.sounding() == ["r8"]
    audio = session.advance(0.5)
    assert rms(audio) > 0.01
    session.eval("go()")
    audio = np.concatenate([audio, session.advance(1.5)])
    assert jump(audio) < 1.5 * steady
    assert longest_silence_s(audio[-4800:], 48000) == pytest.approx(0.1, abs=0.001)
    assert not said(session, "error")


def test_undo_brings_back_what_a_scene_took_away(session: Session):
    opened(session, "# %% a\nr7 = stream()\n# %% b ends=['r7']\nx = 1\n").advance(0.5)
    session.eval("go()")
    session.advance(1.0)
    session.eval("undo()")
    session.advance(0.5)
    assert session.performance.generations.sounding() == ["r7"]


def test_the_scene_is_a_signal_and_shows_the_list(session: Session):
    opened(
        session, "# %% a for=2*s\nr7 = stream()\nr7.level = lambda scene: scene.left / 2\n# %% b\n"
    )
    session.advance(1.0)
    level = session.get("r7").player.controls["level"].automation.now
    assert level == pytest.approx(0.5, abs=0.02)
    assert session.eval("scene.name, scene.next").value == "('a', 'b')"
    assert float(session.eval("float(scene.time)").value or 0) == pytest.approx(1.0, abs=0.01)
    assert (session.eval("scene").value or "").splitlines()[0].startswith("▶  1  a")
    session.eval("r7.level = (scene.left / 1e7).clip(0.1, 0.6)")
    session.advance(2.0)
    assert session.get("r7").player.controls["level"].automation.now == pytest.approx(0.1)
    assert "has nothing called 'edns'" in (session.eval("scene.edns = []").error or "")


def test_scenes_that_go_round_in_circles_leave_time_to_play(session: Session):
    opened(session, "# %% a\ngo('b')\n# %% b\ngo('a')\n").advance(2.0)
    assert 4 <= len(names(session)) <= 9


def test_a_change_of_the_file_is_taken_at_the_next_cue_and_a_broken_one_never(
    session: Session, tmp_path: Path
):
    path = tmp_path / "piece.py"
    path.write_text("y = 0\n# %% a\nx = 1\n# %% b\nx = 2\n# %% c\nx = 3\n")
    session.open_set(read_set(path))
    path.write_text("y = 7\n# %% a\nx = 1\n# %% new\nx = 10 + y\n# %% b\nx = 20\n# %% c\nx = 3\n")
    session.advance(1.0)
    assert session.get("x") == 1, "never in the middle of a scene"
    session.eval("go()")
    assert (names(session)[-1], session.get("x")) == ("new", 17)
    assert "piece.py as it is now: new, b" in said(session, "note")
    path.write_text("# %% a\nx = 1\n# %% b\nx = = 30\n# %% c\nx = 3\n")
    session.eval("go()")
    assert (names(session)[-1], session.get("x")) == ("b", 20)
    assert "piece.py, line 4: invalid syntax" in said(session, "note")
    path.write_text("# %% a\nx = 1\n# %% c\nx = 33\n")
    session.eval("go()")
    assert session.get("x") == 33
    path.unlink()
    session.eval("go('a')")
    assert session.get("x") == 1


def test_a_scene_that_is_gone_from_the_file_is_played_as_it_was(session: Session, tmp_path: Path):
    path = tmp_path / "piece.py"
    path.write_text("# %% a\nx = 1\n# %% b\nx = 2\n# %% c\nx = 3\n")
    session.open_set(read_set(path))
    path.write_text("# %% a\nx = 1\n# %% c\nx = 3\n")
    session.eval("go('b')")
    assert session.get("x") == 2
    assert "no scene 'b' any more" in said(session, "note")


def test_a_set_begun_from_an_empty_file_has_the_scenes_that_are_saved_into_it(
    session: Session, tmp_path: Path
):
    path = tmp_path / "night.py"
    session.open_set(read_or_begin(path))
    assert "no scene yet" in (session.eval("go()") and said(session, "error"))
    path.write_text("y = 1\n# %% a\nx = y\n# %% b\nx = 2\n")
    session.eval("go()")
    assert (names(session), session.get("x")) == (["a"], 1)
    path.write_text("y = 1\n# %% a\nx = y\n# %% b\nx = 2\n# %% c\nx = 3\n")
    session.eval("go('c')")
    assert (names(session)[-1], session.get("x")) == ("c", 3)


def test_the_first_scene_that_is_gone_to_waits_for_its_quant_and_begins(
    session: Session, tmp_path: Path
):
    path = tmp_path / "night.py"
    session.open_set(read_or_begin(path))
    session.advance(0.5)
    path.write_text("# %% a quant=1*bars for=1*bars\nr7 = stream(level=1)\n# %% b\nx = 2\n")
    session.eval("go()")
    assert names(session) == []
    session.advance(2.0)  # a bar lasts two seconds
    assert names(session) == ["a"]
    assert session.performance.scenes.begun == 2 * 48000
    session.advance(2.0)
    assert names(session) == ["a", "b"]


def test_a_scene_that_is_written_after_the_last_has_run_out_waits_for_a_cue(
    session: Session, tmp_path: Path
):
    path = tmp_path / "night.py"
    path.write_text("# %% a for=1*s\nx = 1\n")
    session.open_set(read_set(path))
    session.advance(2.0)
    path.write_text("# %% a for=1*s\nx = 1\n# %% late\nx = 2\n")
    session.performance.set_player.read_again()
    session.advance(1.0)
    assert (names(session), session.get("x")) == (["a"], 1)
    session.eval("go()")
    assert (names(session), session.get("x")) == (["a", "late"], 2)


def test_a_set_whose_folder_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(LivecodeError, match="no folder"):
        read_or_begin(tmp_path / "nowhere" / "night.py")


def test_going_back_in_the_first_scene_begins_it_anew(session: Session):
    opened(session, FOUR).advance(0.5)
    session.eval("go(-1)")
    assert names(session) == ["a", "a"]
    assert session.performance.scenes.begun >= 24000
