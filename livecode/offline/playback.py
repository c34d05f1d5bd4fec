"""Plays a set offline: packets arrive at their times, and scenes follow by themselves."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.offline.session import Session
from livecode.sets.scenes import PATIENCE_S
from livecode.sets.set_file import SetFile
from livecode.signals.frames import Frame

_STEP_S = 0.25


def opened(session: Session, set_file: SetFile) -> float:
    """Prepare the set, begin it without anybody who gives cues, and play on to its first beat.

    Returns the session's time there, in seconds. Raises LivecodeError if nothing in the set can be played.
    """
    session.performance.scenes.alone = True
    # `record` in a set is meant for the evening, not for its rendering
    session.performance.record.enabled = False
    result = session.open_set(set_file, opening=True)
    if not result.ok and not set_file.scenes:
        raise LivecodeError(f"{set_file.path}: {result.error}")
    line = session.performance.scenes.begun
    session.advance(max(0, line - session.frame) / session.sample_rate)
    return session.time


def played(
    session: Session,
    frames: Sequence[Frame],
    seconds: float | None,
    offset_s: float = 0.0,
) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of the set in pieces, float32 (frames, 2), until it is over.

    `seconds` is the length to play; None stands for as long as the set goes. `frames` are packets to
    receive, of which the one at `offset_s` arrives now.
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
    """Return whether so many seconds have been played since `began`, or the set is over.

    A set is over when its last scene is, and what fades out has faded.
    """
    if seconds is not None:
        return session.time >= began + seconds
    performance = session.performance
    if performance.scenes.index is None:
        return session.time >= began + PATIENCE_S
    return performance.scenes.finished and not performance.generations.fading


def remaining_s(session: Session, began: float, seconds: float | None) -> float:
    """Return for how many seconds more it is going to play, as far as the set says by now.

    Lengths in beats count at the present tempo.
    """
    performance = session.performance
    scenes, tempo = performance.scenes, performance.tempo
    if seconds is not None or scenes.index is None or scenes.set_file is None:
        return max(0.0, began + (PATIENCE_S if seconds is None else seconds) - session.time)
    total, at, seen = scenes.left_s or 0.0, scenes.index, {scenes.index, *scenes.played}
    while (following := scenes.set_file.following(at)) is not None and following not in seen:
        at = following
        seen.add(at)
        lasts = scenes.set_file.scenes[at].lasts
        total += PATIENCE_S if lasts is None else lasts.at(tempo.bpm, tempo.beats_per_bar)
    return total
