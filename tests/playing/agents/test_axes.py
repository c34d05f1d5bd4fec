"""The axes and the spaces that an agent moves in, and what it keeps of them."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from tests.playing.agents.playing import a_space, knows, said, tell, where
from tests.sound import jump, longest_silence_s


def test_axes_that_stay_keep_what_was_learned_and_what_is_dropped_is_said(playing: Session):
    tell(playing, "ego.like()")
    before = knows(playing).copy()
    tell(playing, "ego.dims = 4")
    assert np.array_equal(knows(playing)[:2], before)
    assert said(playing) == []
    tell(playing, "ego.dims = 1")
    assert knows(playing)[0] == before[0]
    assert said(playing) == ["ego: what was learned about the 3 axes that were closed is forgotten"]


def test_into_another_space_it_glides_while_it_plays(playing: Session, tmp_path: Path):
    tell(playing, "ego.dims = 8\nego.like()\nfade(0.3*s)")
    playing.advance(0.5)
    steady = jump(playing.advance(1.0))
    before, mean = where(playing), knows(playing).copy()
    small = a_space("small", 4, tmp_path)
    tell(playing, f"ego.space = {str(small)!r}")
    assert np.array_equal(where(playing), before[:4])
    assert np.array_equal(knows(playing), mean[:4])
    assert said(playing) == ["ego: what was learned about the 4 axes that were closed is forgotten"]
    audio = playing.advance(1.5)
    assert longest_silence_s(audio, 48000) < 0.005
    assert jump(audio) < 2 * steady + 0.01
    assert len(where(playing)) == 4
    tell(playing, "ego.space = space('additive')")
    playing.advance(0.5)
    assert playing.eval("ego.dims = 8").ok


def test_axes_are_opened_by_name_and_the_others_rest(session: Session):
    session.eval("o = space('orchestra')\nego = agent(o, dims=['centroid', 5], step=0.05)")
    session.advance(2.0)
    player = session.get("ego").player
    walked = player.walked(16)
    moved = set(np.flatnonzero(np.ptp(walked, axis=0) > 0.01))
    assert moved == {1, 4}
    assert session.get("ego").position.shape == (2,)


def test_other_axes_open_where_it_stands_and_what_is_lost_is_said(session: Session):
    session.eval("o = space('orchestra')\nego = agent(o, dims=2, step=0.05)")
    session.advance(2.0)
    before = session.get("ego").player.full_position
    assert session.eval("ego.dims = ['flatness', 'pitch']").ok
    assert session.get("ego").player.full_position == pytest.approx(before, abs=1e-6)
    assert any("knows nothing" in event.text for event in session.log)
    session.eval("ego.dims = ['flatness', 'pitch', 7]")
    assert len([event for event in session.log if "knows nothing" in event.text]) == 1
    session.eval("undo()")
    assert session.get("ego").player.full_position[0] != 0.5
    assert len(session.get("ego").position) == 2


@pytest.mark.parametrize(
    ("dims", "says"),
    [
        ("['brightness']", "orchestra has no axis 'brightness'; it has pitch, centroid"),
        ("[17]", "no axis 17"),
        ("[0]", "no axis 0"),
        ("[]", "one axis or more"),
        ("['pitch', 'pitch']", "each once"),
        ("['pitch', 1]", "names an axis of orchestra twice"),
        ("[1.5]", "whole number"),
    ],
)
def test_axes_that_cannot_be_are_refused(session: Session, dims: str, says: str):
    session.eval("ego = agent(space('orchestra'))")
    result = session.eval(f"ego.dims = {dims}")
    assert not result.ok
    assert says in result.error
    assert session.get("ego").dims == 2
