"""What an agent has learned, saved and loaded."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.agents import library
from livecode.journal.journal_file import Journal
from tests.performance.test_take_over import killed
from tests.playing.agents.playing import EGO, knows, said, taught, tell, where


def test_saved_and_loaded_it_knows_what_it_knew_and_stands_where_it_stood(playing: Session):
    taught(playing)
    knew = knows(playing).copy()
    tell(playing, "ego.save('glassy')")
    assert library.path_of("glassy").is_file()
    tell(playing, "ego.forget()\nego.jump()")
    place = where(playing)
    tell(playing, "ego.load('glassy')")
    assert np.array_equal(knows(playing), knew)
    assert np.array_equal(where(playing), place)
    assert said(playing) == []
    playing.advance(0.5)
    assert np.abs(where(playing) - place).max() < 0.15


def test_one_of_other_dimensions_is_loaded_as_far_as_it_fits(playing: Session):
    taught(playing)
    knew = knows(playing).copy()
    tell(playing, "ego.save('two')\nego.dims = 4\nego.forget()")
    tell(playing, "ego.load('two')")
    assert np.array_equal(knows(playing)[:2], knew)
    assert said(playing) == ["ego: loaded 'two': it knows 2 of the 4 open axes"]
    tell(playing, "ego.save('four')\nego.dims = 1")
    tell(playing, "ego.load('four')")
    assert knows(playing)[0] == pytest.approx(knew[0])
    assert (
        "of its 4 axes 1 are open; what was learned about the 3 axes that were" in said(playing)[-1]
    )
    assert np.isfinite(playing.advance(0.5)).all()


def test_one_of_another_learner_or_a_damaged_one_is_refused(playing: Session):
    tell(playing, "ego.save('a')\nego.save('b')")
    tell(playing, "ego.learner = 'coexplorer'")
    assert "set ego.learner = 'explorer' first" in (playing.eval("ego.load('a')").error or "")
    tell(playing, "ego.save('co')")
    tell(playing, "ego.load('co')")
    tell(playing, "ego.learner = 'explorer'")
    state = dict(library.read("a").state)
    state["first.mean"] = np.array([0.5, np.nan])
    library.write(library.SavedAgent("nan", "explorer", "additive", state))
    assert "not numbers" in (playing.eval("ego.load('nan')").error or "")
    state["first.mean"] = np.zeros((9, 9))
    library.write(library.SavedAgent("shape", "explorer", "additive", state))
    assert "(9, 9)" in (playing.eval("ego.load('shape')").error or "")
    path = library.path_of("b")
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in (playing.eval("ego.load('b')").error or "")
    assert np.isfinite(playing.advance(0.5)).all()


def test_a_mind_that_takes_over_does_it_all_again_in_order_but_saves_nothing(
    session: Session, tmp_path: Path
):
    session.performance.journal = Journal(tmp_path / "journal")
    tell(session, EGO)
    session.advance(1.0)
    taught(session)
    tell(session, "ego.save('kept')")
    saved = library.path_of("kept").read_bytes()
    tell(session, "ego.load('kept')\nego.pause()")
    knew, place = knows(session).copy(), where(session)
    killed(session, tmp_path / "journal")
    assert library.path_of("kept").read_bytes() == saved
    assert np.allclose(knows(session), knew)
    session.advance(0.5)
    assert where(session) == pytest.approx(place, abs=1e-6)


def test_saved_and_loaded_in_one_block_it_is_as_it_was_before_the_block(playing: Session):
    taught(playing)
    tell(playing, "ego.save('now')\nego.dislike_here()")  # an older one of that name
    knew = knows(playing).copy()
    tell(playing, "ego.save('now')\nego.forget()\nego.load('now')")
    assert np.array_equal(knows(playing), knew)
    tell(playing, "ego.save('new')\nego.load('new')")
    assert np.array_equal(knows(playing), knew)
    assert "no saved agent 'other'" in (playing.eval("ego.load('other')").error or "")
