"""An agent that plays, in a data folder of its own."""

from pathlib import Path

import pytest

from livecode import Session
from tests.playing.agents.playing import EGO


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def playing(session: Session) -> Session:
    """An agent that has walked for two seconds."""
    assert session.eval(EGO).ok
    session.advance(2.0)
    return session
