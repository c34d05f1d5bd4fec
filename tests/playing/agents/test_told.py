"""What an agent is told, in a block or by a function that plays, and what it does then."""

import numpy as np
import pytest

from livecode import Session
from tests.playing.agents.playing import EGO, knows, said, tell, where


def test_it_learns_with_the_explorer_unless_told_otherwise(playing: Session):
    assert playing.get("ego").learner == "explorer"
    tell(playing, "ego.learner = 'coexplorer'")
    place = where(playing)
    assert type(playing.get("ego").player.learner).__name__ == "CoExplorer"
    playing.advance(0.05)
    assert np.abs(where(playing) - place).max() < 0.02


@pytest.mark.parametrize(
    "code", ["ego.mind = 'coexplorer'", EGO.replace("dims=2", "dims=2, mind='coexplorer'")]
)
def test_the_former_spelling_of_learner_is_understood_and_one_line_says_so(
    playing: Session, code: str
):
    tell(playing, code)
    assert playing.get("ego").learner == playing.get("ego").mind == "coexplorer"
    assert type(playing.get("ego").player.learner).__name__ == "CoExplorer"
    tell(playing, "ego.dims = 3")
    tell(playing, code)
    assert [text for text in said(playing) if text.startswith("ego.mind")] == [
        "ego.mind: the name is ego.learner now; the next release forgets 'mind'"
    ]
    assert "mind" not in playing.get("ego").attributes()


def test_praise_that_is_typed_is_learned_from_and_blame_says_the_opposite(playing: Session):
    before = knows(playing).copy()
    tell(playing, "ego.like()")
    liked = knows(playing) - before
    assert np.abs(liked).max() > 0.01
    tell(playing, "undo()")
    assert np.array_equal(knows(playing), before)
    tell(playing, "ego.dislike()")
    assert (knows(playing) - before) @ liked < 0


def test_what_is_told_in_a_block_that_fails_is_not_done(playing: Session):
    place = where(playing)
    assert not playing.eval("ego.jump()\n1/0").ok
    assert np.array_equal(where(playing), place)
    assert "asked" not in playing.get("ego").settings
    tell(playing, "ego.jump()")
    assert np.abs(where(playing) - place).max() > 0.02
    place = where(playing)
    tell(playing, "x = 1")
    tell(playing, "ego.level = 0.9")
    assert np.array_equal(where(playing), place), "it is done once"


def test_undo_takes_a_jump_back(playing: Session):
    place = where(playing)
    tell(playing, "ego.jump()")
    tell(playing, "undo()")
    assert np.array_equal(where(playing), place)


def test_it_can_be_told_before_it_plays(session: Session):
    tell(session, EGO + "\nego.jump()\nego.pause()")
    session.advance(0.5)
    place = where(session)
    assert np.abs(place - 0.5).max() > 0.02
    session.advance(0.5)
    assert np.array_equal(where(session), place)


def test_a_function_that_plays_can_tell_it_too(playing: Session):
    block = "done = []\ndef once(t):\n    if t > 3 and not done:\n        done.append(t)\n"
    tell(playing, block + "        ego.pause()\n    return 0.5\ntwo = agent('additive')")
    tell(playing, "two.level = once")
    playing.advance(1.5)
    place = where(playing)
    playing.advance(0.5)
    assert np.array_equal(where(playing), place)
    assert playing.eval("x = 1").names == ()


def test_paused_it_holds_still_and_resumed_goes_on(playing: Session):
    tell(playing, "ego.pause()")
    place = where(playing)
    playing.advance(0.5)
    assert np.array_equal(where(playing), place)
    tell(playing, "ego.resume()")
    playing.advance(0.5)
    assert not np.array_equal(where(playing), place)


def test_back_is_where_it_was_so_long_ago_and_forward_returns(playing: Session):
    then = where(playing)
    playing.advance(1.0)
    here = where(playing)
    tell(playing, "ego.pause()\nego.back(1*s)")
    assert np.abs(where(playing) - then).max() < 0.011
    tell(playing, "ego.forward(1*s)")
    assert np.abs(where(playing) - here).max() < 0.011
    tell(playing, "ego.back(9*s)")
    assert np.array_equal(where(playing), [0.5, 0.5]), "as far as it goes"


def test_a_sound_that_is_liked_keeps_it_near(playing: Session):
    here = where(playing)
    tell(playing, "ego.like_here()\nego.like_here()")
    playing.advance(8.0)
    far = np.linalg.norm(where(playing) - here)
    assert far < 0.2
    tell(playing, "ego.dislike_here()\nego.step = 0.03")
    farthest = 0.0
    for _ in range(20):
        playing.advance(0.25)
        farthest = max(farthest, np.linalg.norm(where(playing) - here))
    assert farthest > 0.2


def test_surprised_it_leaves_what_it_likes_for_so_long(playing: Session):
    tell(playing, "ego.like_here()\nego.like_here()\nego.step = 0.02\nego.surprise(2*s)")
    here = where(playing)
    playing.advance(1.9)
    assert np.linalg.norm(where(playing) - here) > 0.3
    playing.advance(6.0)
    assert np.linalg.norm(where(playing) - here) < 0.25


def test_forgetting_it_stays_and_knows_nothing(playing: Session):
    tell(playing, "ego.like()\nego.like_here()")
    place = where(playing)
    tell(playing, "ego.forget()")
    assert np.array_equal(where(playing), place)
    assert np.array_equal(knows(playing), [0.5, 0.5])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ego.like(2)", "above 0, up to 1, not 2"),
        ("ego.back(-1)", "a length of time above 0"),
        ("ego.surprise('long')", "not a length of time"),
        ("ego.save('../../x')", "no name for a saved agent"),
        ("ego.save(7)", "no name for a saved agent"),
        ("ego.load('nobody')", "there is no saved agent 'nobody' yet"),
        ("ego.curiosity = 9", "0 to 4"),
        ("ego.patience = 0*s", "1*s to 24*hours"),
        ("ego.rest = 2", "0 to 1"),
        ("ego.learner = 'genius'", "'coexplorer' or 'explorer'"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(playing: Session, code: str, says: str):
    settings = dict(playing.get("ego").settings)
    result = playing.eval(code)
    assert says in (result.error or "")
    assert "\n" not in (result.error or "")
    assert playing.get("ego").settings == settings


@pytest.mark.slow
def test_it_stays_for_hours_or_for_good_when_it_is_told_to(session: Session):
    for name, more in (("ego", "ego.stay()"), ("two", "two.patience = 3*hours"), ("three", "")):
        tell(session, f"{name} = agent('additive', seed=4, step=0.05, patience=1*s)")
        tell(session, f"{name}.like_here()\n{name}.like_here()\n{more}")
    places = {name: where(session, name) for name in ("ego", "two", "three")}
    far = dict.fromkeys(places, 0.0)
    for _ in range(40):
        session.advance(0.2)
        for name, here in places.items():
            far[name] = max(far[name], float(np.linalg.norm(where(session, name) - here)))
    assert max(far["ego"], far["two"]) < 0.1 < far["three"]
    tell(session, "ego.stay(False)\nego.rest = 0.9\nego.rest = sine(0, 1)")
    assert said(session) == []
