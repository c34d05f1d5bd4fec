"""What the journal keeps of what comes in: what was used, some of the rest, no garbage."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from livecode import Session
from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockBegun, FeaturesRead, Gap, Packet
from livecode.kernel import beginning
from livecode.offline.replay import replay
from livecode.performance.inputs import REST_BYTES
from livecode.performance.journal_watch import BUDGET
from livecode.signals.osc import encode

RING = encode("/0/raw", *[0.1 * each for each in range(20)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "performance" / "journal"


@pytest.fixture
def kept(session: Session, path: Path) -> Iterator[Session]:
    beginning.from_nothing(session.performance, path, live=False)
    yield session
    session.performance.recorder.closed()


def packets(session: Session, path: Path) -> list[bytes]:
    session.performance.recorder.closed()
    return [record.data for record in read_journal(path) if isinstance(record, Packet)]


def test_refused_packets_are_not_in_the_journal(kept: Session, path: Path) -> None:
    rng = random.Random(7)
    kept.performance.cues.token = "right-token"
    for _ in range(500):
        kept.receive_osc(rng.randbytes(4096))
        kept.receive_osc(b"#bundle\0" + rng.randbytes(2000))
        kept.receive_osc(encode("/livecode/panic", "wrong-token"))
    kept.receive_osc(RING)
    kept.receive_osc(encode("/livecode/panic", "right-token"))
    assert packets(kept, path) == [RING, encode("/livecode/panic", "right-token")]
    assert path.stat().st_size < 20_000


def test_of_values_that_nobody_reads_it_has_as_many_as_a_fader_sends(
    kept: Session, path: Path
) -> None:
    for number in range(200):
        kept.receive_osc(encode("/junk", "x" * 3000, number))
    kept.advance(1.0)
    kept.receive_osc(RING)
    assert sum(map(len, packets(kept, path))) <= REST_BYTES + len(RING)
    assert packets(kept, path)[-1] == RING, "what moves a ring is there all the same"


def test_what_is_read_in_a_flood_is_replayed_all_the_same(path: Path, tmp_path: Path) -> None:
    heard = []
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, path, live=False)
        code = (
            "ego = agent(space('additive'), dims=2)\n"
            "ego.level = lambda osc: 0.2 + 0.6 * osc['/slider']\n"
            "ego.pan = lambda osc: osc.get('/pan', 0, -0.5)"
        )
        assert session.eval(code).ok
        for number in range(40):
            for _ in range(8):
                session.receive_osc(encode("/junk", "x" * 3000))
            session.receive_osc(encode("/slider", number / 40))
            session.receive_osc(encode("/pan", number / 80))
            heard.append(session.advance(0.02))
        assert session.eval("ego.level = lambda osc: osc['/slider']").ok
        heard.append(session.advance(0.2))
        session.performance.recorder.closed()
    assert sum(isinstance(each, FeaturesRead) for each in read_journal(path)) > 20
    result = replay(path, tmp_path / "again.wav")
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    assert result.differs_at_s is None
    assert (again == [frame for block in heard for frame in block]).all()


def test_a_folder_near_its_budget_is_said_and_at_it_only_blocks_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BUDGET, "0.5")
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, path, live=False)
        session.advance(1.5)
        assert not [event for event in session.log if BUDGET in event.text]
        (path.parent / "log").write_bytes(bytes(420_000))
        session.advance(1.5)
        (near,) = [event.text for event in session.log if BUDGET in event.text]
        assert "holds 0 MB of the 0 MB" in near or "at its limit" in near
        (path.parent / "log").write_bytes(bytes(600_000))
        session.advance(1.5)
        told = [event.text for event in session.log if BUDGET in event.text]
        assert len(told) == 2
        assert "not kept any more" in told[1]
        before = len(packets_so_far(path))
        for _ in range(50):
            session.receive_osc(RING)
        assert session.eval("x = 1").ok
        session.advance(0.1)
        session.performance.recorder.closed()
    records = list(read_journal(path))
    assert len([each for each in records if isinstance(each, Packet)]) == before
    assert [each.code for each in records if isinstance(each, BlockBegun)] == ["x = 1"]
    assert sum(each.records for each in records if isinstance(each, Gap)) == 50


def packets_so_far(path: Path) -> list[Packet]:
    return [record for record in read_journal(path) if isinstance(record, Packet)]
