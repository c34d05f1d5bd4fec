"""Functions that run every so often: on the line, ahead of it, under guard, undo and journal."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.replay import replay
from livecode.playing.turns import Turn
from livecode.sets.set_file import parse_set

TICK = "tempo(120)\n@dsp\ndef tick(hit=0):\n    return Sine(3000, mul=hit)\n\n"
SEEN = "seen = []\n@every(1*bars)\ndef note(bar, beat):\n    seen.append((bar, beat))\n"


def seen(session: Session) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = session.get("seen")
    return found


def said(session: Session, word: str) -> list[str]:
    return [str(event) for event in session.log if word in str(event)]


def test_it_runs_for_each_line_ahead_of_it_and_reads_that_lines_beat(session: Session) -> None:
    session.eval("tempo(120)\nego = agent(space('additive'))")
    assert session.eval(SEEN).ok
    session.advance(1.85)
    assert seen(session) == []
    session.advance(0.14)
    assert seen(session) == [(1.0, 4.0)], "before its line"
    session.advance(4.0)
    assert seen(session) == [(1.0, 4.0), (2.0, 8.0), (3.0, 12.0)]


def test_what_it_sets_is_heard_from_the_line_on(session: Session, tmp_path: Path) -> None:
    session.eval(TICK + "tick.hit = 0.1\nfade(0*s)")
    assert session.eval(
        "@every(0.5*bars)\ndef louder():\n    global wobble\n    wobble = sine(0, 1)\n"
        "    tick.hit = 0.4 if tick.hit == 0.1 else 0.1\n"
    ).ok
    session.record(stems=tmp_path)
    session.advance(3.0)
    session.record()
    heard = np.abs(soundfile.read(tmp_path / "tick.wav")[0][:, 0])
    for line, before, after in ((48000, 0.1, 0.4), (96000, 0.4, 0.1)):
        assert heard[line - 200 : line].max() == pytest.approx(before, abs=0.01)
        assert heard[line + 500 : line + 700].max() == pytest.approx(after, abs=0.01)
    assert str(session.get("wobble")) == "wobble"


def test_one_that_raises_loses_its_turn_and_changes_nothing(session: Session) -> None:
    session.eval(TICK)
    session.eval("n = 0\n@every(1*bars)\ndef bad():\n    global n\n    n += 1\n    1 / 0\n")
    session.advance(9.0)
    assert session.get("n") == 0
    assert len(said(session, "ZeroDivisionError")) == 3
    assert said(session, "rests until it is evaluated again")
    session.eval("@every(1*bars)\ndef bad():\n    global n\n    n += 1\n")
    session.advance(4.0)
    assert session.get("n") == 2


def test_a_new_version_that_raises_gives_way_to_the_one_before(session: Session) -> None:
    session.eval(TICK + SEEN)
    session.advance(2.5)
    session.eval(SEEN.replace("seen = []\n", "").replace("seen.app", "1/0; seen.app"))
    session.advance(4.0)
    assert said(session, "still playing the previous version")
    assert [bar for bar, _ in seen(session)] == [1.0, 3.0], "it lost its turn, not the beat"


def test_one_that_comes_too_late_loses_its_turn(session: Session) -> None:
    session.eval(TICK + SEEN)
    session.advance(1.97)
    performance = session.performance
    frame = session.frame
    turn = performance.turns.player("note")
    assert turn is not None
    assert seen(session) == [(1.0, 4.0)]
    performance.turn_runner.run(Turn("note", 1))
    assert seen(session) == [(1.0, 4.0)]
    assert said(session, "lost that turn")
    assert session.frame == frame


def test_endless_ones_are_ended(session: Session) -> None:
    session.eval(TICK + "@every(1*bars)\ndef stuck():\n    while True:\n        pass\n")
    session.advance(2.1)
    assert said(session, "took longer than")


def test_undo_takes_back_what_was_typed_and_not_its_turns(session: Session) -> None:
    session.eval(TICK)
    session.eval(SEEN)
    session.advance(4.5)
    session.eval("tick.hit = 0.2")
    session.advance(2.5)
    session.eval("undo()")
    assert session.get("tick").hit == 0.0
    session.eval("undo()")
    session.advance(4.0)
    assert "note" not in session.performance.namespace.own()


@pytest.mark.parametrize("silence", ["hush(0.05*s)", "panic()"])
def test_no_turn_brings_back_what_was_hushed(session: Session, silence: str) -> None:
    session.eval(
        "tempo(240)\nego = agent(space('additive'))\nlow = agent(space('additive'), level=0)"
    )
    session.eval(
        "@every(1*bars)\ndef fill(bar):\n    ego.pan = 0.1 * (bar % 2)\n    low.level = 0\n"
    )
    session.advance(2.0)
    session.eval(silence)
    session.advance(0.5)
    assert np.abs(session.advance(3.0)).max() == 0
    session.eval("low.level = 0")
    assert np.abs(session.advance(2.0)).max() == 0, "low alone was played by hand"
    session.eval("undo()\nundo()" if silence.startswith("hush") else "ego.pan = 0")
    assert np.abs(session.advance(3.0))[-48000:].max() > 0.01


@pytest.mark.parametrize("code", ["free(note)", "del note"])
def test_it_is_ended_as_what_sounds_is(session: Session, code: str) -> None:
    session.eval("tempo(240)\n" + SEEN)
    session.advance(2.5)
    assert session.eval(code).ok
    count = len(seen(session))
    session.advance(3.0)
    assert len(seen(session)) == count >= 2


def test_a_function_that_is_evaluated_after_a_hush_plays_what_it_will(session: Session) -> None:
    session.eval("tempo(240)\nego = agent(space('additive'))\n")
    session.advance(0.5)
    session.eval("hush(0.05*s)\n@every(1*bars)\ndef fill(bar):\n    ego.pan = 0.1 * (bar % 2)\n")
    session.advance(0.5)
    assert np.abs(session.advance(3.0))[-48000:].max() > 0.01


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("@every\ndef f():\n    pass", "takes a length of time"),
        ("@every(1)\ndef f(nothing):\n    pass", "which is no signal"),
        ("@every(0)\ndef f():\n    pass", "takes 50"),
        ("@every(1*s + 1*beats)\ndef f():\n    pass", "seconds, beats or bars"),
        ("every(1*bars)(3)", "stands above a function"),
    ],
)
def test_what_cannot_be_run_is_refused(session: Session, wrong: str, says: str) -> None:
    assert says in (session.eval(wrong).error or "")


def test_it_cues_scenes(session: Session, tmp_path: Path) -> None:
    text = f"""{TICK}
# %% a
@every(1*bars)
def on(bar):
    if bar == 1:
        go("b")
# %% b
tick.hit = 0.3
"""
    session.open_set(parse_set(text, tmp_path / "set.py"))
    session.advance(2.3)
    assert session.performance.scenes.scene is not None
    assert session.performance.scenes.scene.name == "b"


def test_its_turns_are_replayed_byte_by_byte(tmp_path: Path) -> None:
    journal, out = tmp_path / "journal", tmp_path / "again.wav"
    heard = []
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, journal, live=False)
        session.eval(TICK + "k = 0")
        heard.append(session.advance(0.3))
        session.eval(
            "@every(1*beats)\ndef f(beat, sound):\n    global k\n    k += 1\n"
            "    tick.hit = env(1*ms, 50*ms * k, level=0.2 + sound.rms, every=0.5*beats)\n"
            "    if k == 3:\n        1 / 0\n"
        )
        heard.append(session.advance(1.7))
        session.eval("tempo(ramp(120, 90, over=2*beats))\ntick.swing = 1/4")
        heard.append(session.advance(1.5))
        session.performance.recorder.closed()
    result = replay(journal, out)
    assert result.differs_at_s is None
    again = soundfile.read(out, dtype="float32")[0]
    assert np.abs(again).max() > 0.1
    np.testing.assert_array_equal(again, np.concatenate(heard))


def test_a_mind_that_takes_over_goes_on_with_its_turns(session: Session, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    beginning.from_nothing(session.performance, journal, live=False)
    session.eval(TICK + "k = 0")
    session.eval(
        "@every(0.5*beats)\ndef f():\n    global k\n    k += 1\n    tick.hit = 0.001 * k\n"
    )
    session.advance(3.1)
    before = session.get("k")
    session.performance.post_status()
    session.performance.recorder.closed()
    session.replace_mind()
    recalled = beginning.recall(session.performance.arena, journal)
    assert not recalled.trouble
    beginning.in_place_of_another(session.performance, journal, recalled, lambda: None)
    assert session.get("k") == before
    session.advance(0.6)
    assert session.get("k") in (before + 2, before + 3)


def dies_of(code: str, session: Session, journal: Path, unheard: int = 20) -> NDArray[np.float32]:
    """Let a mind die of a block and another take over later; returns the sound between."""
    performance, arena = session.performance, session.performance.arena
    blocks = performance.blocks
    performance.recorder.block_begins(blocks.number + 1, code, None)
    session._due = None
    assert performance.journal is not None
    performance.journal.close()
    heard = [session._assembly.play_block() for _ in range(unheard)]
    session.replace_mind()
    performance = session.performance
    recalled = beginning.recall(arena, journal)
    beginning.in_place_of_another(performance, journal, recalled, lambda: None)
    performance.recorder.inheritance_post.post_to(
        arena.inheritance.post, arena.layout.inheritance_bytes
    )
    return np.concatenate(heard)


@pytest.mark.parametrize("rests", [False, True])
def test_a_replay_dies_of_no_block_and_is_the_same(
    session: Session, tmp_path: Path, rests: bool
) -> None:
    journal, trace = tmp_path / "journal", tmp_path / "trace"
    beginning.from_nothing(session.performance, journal, live=False)
    arena = session.performance.arena
    session.performance.recorder.inheritance_post.post_to(
        arena.inheritance.post, arena.layout.inheritance_bytes
    )
    session.eval(TICK + "ego = agent(space('additive'), dims=2)\nlouder = 0.1")
    session.eval("@every(0.5*beats)\ndef fill():\n    tick.hit = louder\n")
    heard = [session.advance(0.6)]
    if rests:
        session.eval("louder = 'loud'")
        heard.append(session.advance(1.2))
        assert len(said(session, "rests")) == 1
    for _ in range(2):
        heard.append(dies_of(f"open({str(trace)!r}, 'w')", session, journal))
        heard.append(session.advance(0.9))
        assert not said(session, "fill"), "it rests on, or goes on"
    session.performance.recorder.closed()
    again = replay(journal, tmp_path / "again.wav")
    assert not trace.exists(), "the block that killed a mind was run"
    assert again.differs_at_s is None
    sound = soundfile.read(tmp_path / "again.wav", dtype="float32")[0]
    live = np.concatenate(heard)[: len(sound)]
    assert np.abs(sound - live).max() < 1e-6


def test_a_replay_dies_of_no_block_of_a_scene(session: Session, tmp_path: Path) -> None:
    journal, trace = tmp_path / "journal", tmp_path / "trace"
    beginning.from_nothing(session.performance, journal, live=False)
    code = f"open({str(trace)!r}, 'w')"
    session.performance.set_player.open(parse_set(f"# %% one\n{code}\n", tmp_path / "set.py"))
    session.performance.recorder.scene_begins(0)
    dies_of(code, session, journal)
    session.performance.recorder.closed()
    replay(journal, tmp_path / "again.wav")
    assert not trace.exists()
