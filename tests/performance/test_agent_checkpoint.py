"""What agents have learned is in a file beside the journal, for a mind that goes on."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.errors import LivecodeError
from livecode.journal.journal_file import Journal
from livecode.performance import agent_checkpoint
from livecode.performance.agent_checkpoint import FILE
from livecode.signals.simulate import turned_packets
from tests.performance.test_take_over import killed

BLOCK = (
    "ego = agent('additive', dims=2, every=50*ms)\n"
    "two = agent('additive', dims=3, every=50*ms, learner='coexplorer')\n"
    "@reward\ndef hands(rings): return rings.twist\n"
    "ego.reward = hands\ntwo.reward = hands"
)


@pytest.fixture
def file(session: Session, tmp_path: Path) -> Path:
    """Where the knowledge of agents that rings have taught for three seconds is kept."""
    session.performance.journal = Journal(tmp_path / "journal")
    assert session.eval(BLOCK).ok
    for turn in (1.0, -1.0, 0.5):
        for packet in turned_packets(turn, turn):
            session.receive_osc(packet)
        session.advance(1.0)
    return tmp_path / FILE


def explorer(session: Session, name: str = "ego"):
    return session.get(name).player.learner


def test_a_mind_that_takes_over_knows_what_rings_had_taught(
    session: Session, file: Path, tmp_path: Path
):
    assert session.performance.checkpoint.save(file) == 2
    knew, model = explorer(session), explorer(session, "two").model
    killed(session, tmp_path / "journal")
    assert not np.allclose(explorer(session).first.mean, knew.first.mean)
    place = session.get("ego").position
    assert sorted(session.performance.checkpoint.restore(file)) == ["ego", "two"]
    assert np.array_equal(explorer(session).first.mean, knew.first.mean)
    assert np.array_equal(explorer(session).density.counts, knew.density.counts)
    assert np.array_equal(explorer(session, "two").model.params, model.params)
    assert np.array_equal(session.get("ego").position, place)
    session.advance(1.0)
    assert explorer(session).fed_s >= knew.fed_s


def test_an_agent_of_other_axes_or_another_mind_is_left_as_it_is(session: Session, file: Path):
    session.performance.checkpoint.save(file)
    session.eval("ego.dims = 4\ntwo.learner = 'explorer'")
    assert session.performance.checkpoint.restore(file) == []
    session.eval("ego.dims = 2")
    assert session.performance.checkpoint.restore(file) == ["ego"]


def test_a_file_that_is_damaged_is_one_sentence_and_changes_nothing(session: Session, file: Path):
    assert session.performance.checkpoint.restore(file) == []
    session.performance.checkpoint.save(file)
    file.write_bytes(file.read_bytes()[:-50])
    knew = explorer(session).first.mean.copy()
    with pytest.raises(LivecodeError, match="damaged"):
        session.performance.checkpoint.restore(file)
    assert np.array_equal(explorer(session).first.mean, knew)


def test_it_is_small_and_kept_now_and_then(session: Session, file: Path):
    stop = session.performance.checkpoint.keep(file, every_s=0.01)
    try:
        for _ in range(1000):
            if file.exists():
                break
            stop.wait(0.01)
    finally:
        stop.set()
    assert file.stat().st_size < 200_000 + 16 * 700 * 100
    assert session.performance.checkpoint.restore(file) == ["ego", "two"]


def test_what_cannot_be_written_is_said_once(session: Session, file: Path, tmp_path: Path):
    (tmp_path / "in the way").write_text("")
    stop = session.performance.checkpoint.keep(tmp_path / "in the way" / "file", every_s=0.01)
    try:
        for _ in range(1000):
            if any("cannot be saved" in event.text for event in session.log):
                break
            stop.wait(0.01)
        stop.wait(0.1)
    finally:
        stop.set()
    assert sum("cannot be saved" in event.text for event in session.log) == 1


def test_it_is_told_now_and_then_and_no_faster_than_the_journal_takes_it(
    session: Session, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(agent_checkpoint, "TOLD_EVERY_S", 0.0)
    monkeypatch.setattr(agent_checkpoint, "TOLD_BYTES_S", 1)  # so the second time is hours away
    told: list[bytes] = []
    stop = session.performance.checkpoint.keep(file, every_s=0.01, tell=told.append)
    try:
        for _ in range(1000):
            if told:
                break
            stop.wait(0.01)
        stop.wait(0.1)
    finally:
        stop.set()
    assert len(told) == 1
    other = file.with_name("told")
    other.write_bytes(told[0])
    assert session.performance.checkpoint.restore(other) == ["ego", "two"]
