"""Journals that earlier versions wrote still open: their records, their statuses, and their sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.journal.export import exported
from livecode.journal.inheritance import read_inheritance
from livecode.journal.journal_file import last_status, read_journal
from livecode.journal.records import TakenOver
from livecode.offline.replay import replay
from livecode.transport.status import NO_BUFFER, decode_going_on, decode_status

#: A set of three scenes, a mind that was killed and replaced, and everything begun once more.
VERSION_0_1 = Path(__file__).parent / "journals" / "version_0_1"


@pytest.fixture(scope="module")
def taken_over() -> list[TakenOver]:
    return [record for record in read_journal(VERSION_0_1) if isinstance(record, TakenOver)]


def test_the_status_of_a_mind_that_died_opens(taken_over: list[TakenOver]) -> None:
    status = decode_status(taken_over[0].status)
    assert [(each.name, each.buffer) for each in status.playing] == [
        ("drone", 0),
        ("ego", 1),
        ("hall", NO_BUFFER),
        ("r7", 2),
    ]
    assert status.scene is not None
    assert (status.scene.name, status.scene.index, status.scene.next) == ("storm", 1, "end")
    assert status.scene.length == (30.0, 0.0)
    assert status.scene.skipped == ("calm",)
    assert status.scene.scenes == (("calm", None), ("storm", 30.0), ("end", None))
    assert status.tempo == 90
    assert status.sounding["r7"].muted
    assert len(status.agents["ego"].beliefs.reward) == 4


def test_what_it_takes_to_go_on_opens(taken_over: list[TakenOver]) -> None:
    assert taken_over[1].cold
    for data in (taken_over[1].status, last_status(VERSION_0_1)[1]):
        going_on = decode_going_on(data)
        assert going_on.sounding == ("drone", "ego", "hall", "r7")
        assert len(going_on.places["ego"]) == 8
        assert going_on.scene is not None
        assert going_on.scene.name == "storm"
        assert going_on.tempo == 90


def test_its_blocks_and_its_set_open() -> None:
    assert [block.code for block in read_inheritance(VERSION_0_1).in_order][-1] == "ego.level = 0.3"
    assert "# %% storm" in exported(VERSION_0_1)


@pytest.mark.slow
def test_it_is_replayed_through_both_of_its_minds(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    assert replay(VERSION_0_1, out).seconds == pytest.approx(27.7, abs=0.1)
    audio, rate = soundfile.read(out)
    # of the first mind, of the second, and after all had ended
    for second in (21, 22, 23, 26, 27):
        assert np.abs(audio[second * rate : (second + 1) * rate]).max() > 0.05, second
