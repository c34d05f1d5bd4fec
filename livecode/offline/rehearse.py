"""Plays a set offline from any scene on, at any speed, and tells what happens when."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError, did_you_mean
from livecode.offline.playback import opened, over, played
from livecode.offline.session import Session
from livecode.sets.scenes import PATIENCE_S
from livecode.sets.set_file import SetFile, read_set
from livecode.signals.frames import read_frames
from livecode.transport.events import Event

#: The scenes before the first one are played for this long each, so that their names exist.
GLANCE_S = 0.2
_GLYPHS = {"scene": "▶", "error": "✗", "fallback": "↺"}


@dataclass(frozen=True)
class RehearseOptions:
    """How to rehearse: the options of `livecode rehearse`."""

    set_path: Path
    start: str = "1"  # a scene's number, from 1, or its name
    speed: float | None = None  # times as fast as it plays; None: as fast as this machine can
    osc: Path | None = None  # file of recorded packets
    out: Path | None = None  # WAV file
    seconds: float | None = None  # None: until the set is over
    seed: int = 0
    sample_rate: int = 48000  # Hz
    block: int = 256  # frames


def rehearse(options: RehearseOptions, say: Callable[[str], None]) -> None:
    """Play a set from a scene on.

    `say` is given a line for each thing that happens, with its time from that scene on. Raises
    LivecodeError if the set, the scene or a file is not there.
    """
    set_file = read_set(options.set_path)
    start = _scene_index(set_file, options.start)
    frames = [] if options.osc is None else read_frames(options.osc)
    # Packets of a whole evening are taken from the time at which this scene begins in it.
    offset_s = sum(_length_s(set_file, index) for index in range(start))
    if frames and frames[-1].time_s < offset_s:
        offset_s = 0.0
    file = (
        None if options.out is None else WavFile.fresh(options.out.absolute(), options.sample_rate)
    )
    try:
        with Session(options.seed, options.sample_rate, options.block) as session:
            _go_to(session, set_file, start)
            began = session.time
            # the first scene is evaluated ahead of beat 0, where a set opens
            first = round(began * options.sample_rate) if start else 0

            def tell(event: Event) -> None:
                if event.wrong or event.frame >= first:
                    _tell(event, began, session, say)

            session.performance.log.on_event = tell  # which is told of those before, too
            wall = time.monotonic()
            for audio in played(session, frames, options.seconds, offset_s):
                if file is not None:
                    file.write(audio)
                if options.speed is not None:
                    ahead = (session.time - began) / options.speed - (time.monotonic() - wall)
                    time.sleep(max(0.0, ahead))
            passed = session.time - began
            took = max(time.monotonic() - wall, 1e-6)
            finished = over(session, began, None)
            say(
                f"{_clock(passed)}  {'the set is over' if finished else 'stopped'}: "
                f"{_clock(passed)} in {took:.1f} s, {passed / took:.1f} × as fast as it plays"
            )
    except OSError as error:
        raise LivecodeError(f"cannot write {options.out}: {error.strerror}") from None
    finally:
        if file is not None:
            file.close()


def _scene_index(set_file: SetFile, start: str) -> int:
    """Return the index of the scene of that name or number; raises LivecodeError if there is none."""
    names = [scene.name for scene in set_file.scenes]
    found = set_file.find(start)
    if found is not None:
        return found
    if start.isdigit() and (1 <= int(start) <= len(names) or start == "1"):
        return int(start) - 1
    raise LivecodeError(
        f"--from {start}: the set has {len(names)} scenes{did_you_mean(start, names)}"
    )


def _length_s(set_file: SetFile, index: int) -> float:
    """Return how long a scene lasts by itself, at a tempo of 120."""
    lasts = set_file.scenes[index].lasts
    return PATIENCE_S if lasts is None else lasts.plain_s


def _go_to(session: Session, set_file: SetFile, start: int) -> None:
    """Prepare the set, play a moment of each scene before `start`, and begin that one."""
    opened(session, set_file)
    for index in range(1, start + 1):
        session.advance(GLANCE_S)
        session.performance.set_player.play(index)
        session.performance.blocks.run_after()
    session.performance.scenes.forget_played(start)


def _tell(event: Event, began: float, session: Session, say: Callable[[str], None]) -> None:
    """Say in one line what has happened, if it concerns a rehearsal."""
    if event.kind in ("swap", "undo", "resound"):
        return
    at = max(0.0, event.frame / session.sample_rate - began)
    text = str(event)
    if event.kind == "scene":
        scene = session.performance.scenes.scene
        following = session.performance.get("scene").next
        if scene is not None:
            length = "until cued" if scene.lasts is None else str(scene.lasts)
            text += f"  ({length}{f', then {following}' if following else ''})"
    say(f"{_clock(at)}  {_GLYPHS.get(event.kind, '·')} {text}")


def _clock(seconds: float) -> str:
    """Return minutes and seconds, such as 1:05.0."""
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"
