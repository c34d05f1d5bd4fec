"""Streams that learn to please in a performance: learned, faded in, journalled, forgotten, saved, undone."""

from pathlib import Path

import pytest

from livecode import Session
from livecode.agents import library
from livecode.journal.journal_file import Journal
from livecode.performance.agent_checkpoint import FILE
from livecode.playing import learning_course
from livecode.voices.stream import StreamVoice
from livecode.voices.tilt import learning_takes, own_takes
from tests.fullband_model import write_fullband
from tests.performance.test_take_over import killed
from tests.replayed import assert_replayed

LOUD = "@reward\ndef loud(sound):\n    return sound.level"


@pytest.fixture(autouse=True)
def _short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_takes, "TAKES_FOLDER", tmp_path / "takes")
    monkeypatch.setattr(learning_takes, "TAKES", 4)
    monkeypatch.setattr(learning_takes, "TAKE_S", 3.0)
    monkeypatch.setattr(learning_course, "NATS", 2.0)
    # random weights say nothing of what is usual
    monkeypatch.setattr(learning_course, "MOST_BITS", 10.0)
    monkeypatch.setattr(learning_course, "LEAST_VARIETY", 0.0)
    monkeypatch.setattr(library, "folder", lambda: tmp_path / "agents")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fullband(tmp_path_factory.mktemp("model"), lufs=-20.0)


def sings(session: Session, path: Path, *blocks: str) -> None:
    for block in (f"r7 = stream({str(path)!r}, guard=0)\n{LOUD}", *blocks):
        result = session.eval(block)
        assert result.ok, result.error


def voice_of(session: Session) -> StreamVoice:
    (voice,) = session._assembly.voices.voices.values()
    assert isinstance(voice.source, StreamVoice)
    return voice.source


def share_of(session: Session) -> float:
    """How much of what it has learned counts."""
    controls = session.performance.arena.controls
    last = controls.last(controls.open("r7.learned"))
    return 0.0 if last is None else float(last[0])


def test_it_learns_and_fades_in_and_undo_takes_it_back(wide: Path) -> None:
    with Session(seed=3) as session:
        sings(session, wide, "r7.learn = loud")
        session.advance(0.3)
        told = [event.text for event in session.log]
        assert any("it learns from what" in text for text in told)
        assert any(text.startswith("learned: loud +") for text in told), told
        assert 0.0 < share_of(session) < 0.5
        session.advance(1.2)
        assert share_of(session) == 1.0
        assert session.performance.status().learned["r7"].startswith("loud +")
        session.eval("undo()")
        session.advance(1.3)
        assert share_of(session) == 0.0
        assert not session.performance.status().learned
        before = len(session.log)
        session.eval("redo()")
        session.advance(1.3)
        assert share_of(session) == 1.0
        assert not any("learns" in e.text for e in [*session.log][before:]), "it knows it still"


def test_it_keeps_what_it_learned_and_forgets_it_when_told_to(wide: Path) -> None:
    with Session(seed=3) as session:
        sings(session, wide, "r7.tilt = loud\nr7.strength = 0", "r7.learn = True")
        session.advance(1.4)
        assert share_of(session) == 1.0
        session.eval("r7.learn = False\nr7.tilt = None")
        session.advance(1.2)
        assert share_of(session) == 1.0
        session.eval("r7.forget()")
        session.advance(1.4)
        assert share_of(session) == 0.0
        assert session.get("r7").learn is None


def test_what_was_learned_is_saved_and_loaded_for_the_same_model_alone(
    wide: Path, tmp_path: Path
) -> None:
    with Session(seed=3) as session:
        sings(session, wide, 'r7.save("early")', "r7.learn = loud")
        session.advance(0.2)
        session.eval('r7.save("warm")')
        session.advance(0.1)
        assert any("nothing is saved" in event.text for event in session.log)
    assert [each.name for each in (tmp_path / "agents").iterdir()] == ["warm.stream.safetensors"]
    with Session(seed=3) as session:
        assert session.eval(f"r7 = stream({str(wide)!r}, load='warm')").ok
        session.advance(1.5)
        assert share_of(session) == 1.0
        other = write_fullband(tmp_path, "other", seed=4, lufs=-20.0)
        error = session.eval(f"r8 = stream({str(other)!r}, load='warm')").error
        assert error is not None
        assert "another model" in str(error)
        error = session.eval(f"r8 = stream({str(wide)!r}, load='cold')").error
        assert error is not None
        assert "no stream has saved 'cold'; there is warm" in str(error)


def test_a_mind_that_takes_over_knows_what_was_learned_and_it_plays_on(
    wide: Path, tmp_path: Path
) -> None:
    with Session(seed=3) as session:
        session.performance.journal = Journal(tmp_path / "journal")
        sings(session, wide, "r7.learn = loud")
        session.advance(1.4)
        what = session.performance.status().learned["r7"]
        assert session.performance.checkpoint.save(tmp_path / FILE) == 1
        killed(session, tmp_path / "journal")
        assert session.performance.checkpoint.restore(tmp_path / FILE) == ["r7"]
        for _ in range(3):
            session.advance(0.2)
            assert share_of(session) == 1.0
        assert session.performance.status().learned == {"r7": what}
        assert not any("it learns" in event.text for event in session.log)
        session.eval("r7.forget()")
        session.advance(1.3)
        assert share_of(session) == 0.0


@pytest.mark.parametrize(
    "reward",
    [
        "lambda sound: 1 / (0 if sound.surprise else 1)",
        "lambda sound: float('nan') if sound.surprise else 0.0",
        "lambda sound: sum(1 for _ in iter(int, 1)) if sound.surprise else 0.0",
    ],
)
def test_a_reward_that_fails_teaches_nothing_and_is_one_line(wide: Path, reward: str) -> None:
    with Session(seed=3) as session:
        sings(session, wide, f"r7.learn = {reward}")
        session.advance(0.4)
        lines = [event.text for event in session.log if event.kind == "fallback"]
        assert len(lines) == 1
        assert "it teaches nothing" in lines[0]
        assert share_of(session) == 0.0


def test_it_says_what_it_would_need_to_learn(wide: Path) -> None:
    with Session(seed=3) as session:
        sings(session, wide, "r7.learn = True")
        session.advance(0.1)
        assert any("r7.tilt = " in event.text for event in session.log)
        error = session.eval("r7.learn = 'loudly'").error
        assert error is not None
        assert "takes a reward" in str(error)


def test_a_replay_is_the_same_bit_for_bit(wide: Path, tmp_path: Path) -> None:
    blocks = (
        f"r7 = stream({str(wide)!r})\n{LOUD}",
        "r7.learn = loud",
        "r7.tilt = loud\nr7.candidates = 2\nr7.chunk = 50*ms",
        "r7.learn = lambda sound: -sound.level",
        "undo()\nr7.tilt = None",
        "r7.forget()",
    )
    assert_replayed(blocks, 0.4, tmp_path)
