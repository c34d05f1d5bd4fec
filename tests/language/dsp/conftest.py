"""A session in which an agent sounds, for graphs to take."""

import pytest

from livecode import Session


@pytest.fixture
def stage(session: Session) -> Session:
    """A session in which an agent sounds."""
    session.eval("ego = agent(space('additive'), dims=2)")
    session.advance(1.0)
    return session
