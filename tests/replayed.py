"""Plays blocks offline, replays the journal, and compares every sample."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from livecode import Session
from livecode.kernel import beginning
from livecode.offline.replay import replay


def assert_replayed(blocks: Iterable[str], each_s: float, folder: Path) -> None:
    """Assert that blocks, each heard for so many seconds, sound the same in the replay."""
    heard = []
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, folder / "journal", live=False)
        for block in blocks:
            result = session.eval(block)
            assert result.ok, (block, result.error)
            heard.append(session.advance(each_s))
        session.performance.recorder.closed()
    result = replay(folder / "journal", folder / "again.wav")
    again, _ = soundfile.read(folder / "again.wav", dtype="float32")
    assert result.differs_at_s is None
    np.testing.assert_array_equal(again, np.concatenate(heard))
