"""A short performance on disk: silence, a hit, an agent."""

from pathlib import Path

import pytest

from livecode import Session
from livecode.kernel import beginning

RATE = 48000
#: Blocks, and for how many seconds each is heard.
PLAYED = (
    ('stage.show("spectrum", "agent", "code")\nhit = hits("~ cp ~ ~")', 0.3),
    ("hit.level = 0.8", 1.0),
    ("ego = agent(space('additive'), dims=2, every=100*ms, level=0.2)", 0.5),
)


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of a performance of two seconds."""
    path = tmp_path_factory.mktemp("performance") / "journal"
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, path, live=False)
        for block, seconds in PLAYED:
            result = session.eval(block)
            assert result.ok, (block, result.error)
            session.advance(seconds)
        session.performance.recorder.closed()
    return path
