"""Playing a set offline: packets at their times, scenes by themselves, until the set is over."""

from collections.abc import Iterator, Sequence

import numpy as np

from livecode.errors import LivecodeError
from livecode.offline.session import Session
from livecode.sets.scenes import PATIENCE_S
from livecode.sets.set_file import SetFile
from livecode.signals.frames import Frame

_STEP_S = 0.25


def opened(session: Session, set_file: SetFile) -> None:
    """Prepare the set and begin it, where nobody gives cues; a sentence if nothing is left of it."""
    session.performance.scenes.alone = True
    # what `record` makes is of the evening, not of its rendering
    session.performance.record.enabled = False
    result = session.open_set(set_file)
    if not result.ok and not set_file.scenes:
        raise LivecodeError(f"{set_file.path}: {result.error}")


def played(
    session: Session,
    frames: Sequence[Frame],
    seconds: float | None,
    offset_s: float = 0.0,
) -> Iterator[np.ndarray]:
    """What is heard, float32 (frames, 2) at a time; `seconds`: None for as long as the set goes.

    frames: packets to receive; `offset_s`: the time of the frames at which the session stands now.
    """
    began = session.time
    upcoming = iter([*(frame for frame in frames if frame.time_s >= offset_s), None])
    frame = next(upcoming)
    while not over(session, began, seconds):
        until = session.time + _STEP_S
        if seconds is not None:
            until = min(until, began + seconds)
        due = None if frame is None else began + frame.time_s - offset_s
        if frame is not None and due is not None and due <= until:
            yield session.advance(max(0.0, due - session.time))
            session.receive_osc(frame.packet)
            frame = next(upcoming)
        else:
            yield session.advance(until - session.time)


def over(session: Session, began: float, seconds: float | None) -> bool:
    """Whether so many seconds have been played, or the set is over."""
    if seconds is not None:
        return session.time >= began + seconds
    scenes = session.performance.scenes
    if scenes.index is None:
        return session.time >= began + PATIENCE_S
    return scenes.finished


def estimated_s(set_file: SetFile, first: int = 0, tempo_bpm: float = 120.0) -> float:
    """How long the set lasts by itself from that scene on, as far as its file says."""
    at: int | None = first if set_file.scenes else None
    seen: set[int] = set()
    total = 0.0 if set_file.scenes else PATIENCE_S
    while at is not None and at not in seen:
        seen.add(at)
        lasts = set_file.scenes[at].lasts
        total += PATIENCE_S if lasts is None else lasts.at(tempo_bpm)
        at = set_file.following(at)
    return total
