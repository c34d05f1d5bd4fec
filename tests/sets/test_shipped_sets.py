"""The sets that are shipped: every scene plays as written, and dive_bar's in any order."""

from pathlib import Path

import numpy as np
import pytest

from livecode.offline.session import Session
from livecode.sets.set_file import read_set

SETS = sorted((Path(__file__).parents[2] / "sets").glob("*.py"))
#: Sets that take more than a few seconds to play in one go.
LONG = ("aego", "algorave", "dive_bar", "rnn7")


def test_the_sets_that_are_promised_are_there() -> None:
    assert {"aego", "algorave", "dive_bar", "first", "rnn7"} <= {path.stem for path in SETS}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in LONG))
        for path in SETS
    ],
)
def test_every_scene_plays_as_it_is_written(path: Path) -> None:
    piece = read_set(path)
    assert not piece.faults
    peaks = []
    with Session(seed=1) as session:
        session.open_set(piece)
        for index in range(len(piece.scenes)):
            if index:
                session.begin_scene(index)
            peaks.append(np.abs(session.advance(1.5)).max())
        troubles = [event.line for event in session.log if event.wrong]
    lines = path.read_text().splitlines()
    assert troubles == [number for number, line in enumerate(lines, 1) if "# a mistake" in line]
    assert min(peaks) > 0.001
    assert max(peaks) < 1.0


@pytest.mark.slow
def test_dive_bar_s_scenes_need_none_of_each_other() -> None:
    piece = read_set(next(path for path in SETS if path.stem == "dive_bar"))
    with Session(seed=1) as session:
        session.open_set(piece)
        for index in (3, 5, 2, 4, 1, 3, 2, 0):
            session.begin_scene(index)
            session.advance(0.4)
            sounding = {each.name for each in session.running()}
            assert not sounding & set(piece.scenes[index].ends)
        assert not [event for event in session.log if event.wrong]
