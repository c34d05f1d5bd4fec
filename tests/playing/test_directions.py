"""Streams that are steered towards rewards in a performance: learned, journalled, and undone."""

from pathlib import Path

import numpy as np
import pytest

from livecode import Session
from livecode.voices.stream import StreamVoice
from livecode.voices.tilt import own_takes
from tests.replayed import assert_replayed
from tests.samplernn_model import write_samplernn

LOUD = "@reward\ndef loud(sound):\n    return sound.level"
SMALL = "r7.chunk = 50*ms"


@pytest.fixture(autouse=True)
def _few_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_takes, "TAKES_FOLDER", tmp_path / "takes")
    monkeypatch.setattr(own_takes, "TAKES", 2)
    monkeypatch.setattr(own_takes, "CHUNKS", 16)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_samplernn(tmp_path, sharp=4.0, lufs=-20.0)


def sings(session: Session, path: Path, *blocks: str) -> None:
    for block in (f"r7 = stream({str(path)!r}, guard=0)\n{LOUD}\n{SMALL}", *blocks):
        result = session.eval(block)
        assert result.ok, result.error


def voice_of(session: Session) -> StreamVoice:
    (voice,) = session._assembly.voices.voices.values()
    assert isinstance(voice.source, StreamVoice)
    return voice.source


def test_it_is_steered_once_it_has_learned_and_undo_takes_that_back(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, "r7.toward = 0.4 * loud")
        session.advance(0.6)
        assert voice_of(session).candidates == 1
        assert any("learns" in event.text for event in session.log)
        session.eval("r7.toward = -0.4 * loud")  # known already: it turns round at once
        steering = voice_of(session).tilt._push
        assert steering is not None
        session.advance(0.2)
        turned = voice_of(session).tilt._push
        assert turned is not None
        assert np.dot(steering, turned) < 0
        session.eval("undo()\nundo()")
        session.advance(0.4)
        assert voice_of(session).candidates == 0
        assert not session.get("r7").toward


def test_it_may_be_called_as_well_as_assigned(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, "r7.toward(loud, 0.4)")
        assert repr(session.get("r7").toward) == "(0.4 * loud)"
        assert session.eval("r7.toward(None)").ok
        assert not session.get("r7").toward
        error = session.eval("r7.toward = 'loudly'").error
        assert error is not None
        assert "takes a reward" in str(error)


def test_a_reward_that_fails_steers_nothing_and_is_one_line(tiny: Path) -> None:
    with Session(seed=3) as session:
        sings(session, tiny, "r7.toward = lambda sound: 1 / (0 if sound.surprise else 1)")
        session.advance(0.4)
        lines = [event.text for event in session.log if event.kind == "fallback"]
        assert len(lines) == 1
        assert "it steers nothing" in lines[0]


def test_a_replay_is_the_same_bit_for_bit(tiny: Path, tmp_path: Path) -> None:
    blocks = (
        f"r7 = stream({str(tiny)!r}, guard=0)\n{LOUD}\n{SMALL}\nr7.candidates = 4",
        "r7.toward = sine(-1, 1, period=0.3*s) * loud",
        "r7.tilt = loud",
        "loud = reward(lambda sound: -sound.brightness)",
        "undo()\nr7.tilt = None",
    )
    assert_replayed(blocks, 0.25, tmp_path)
