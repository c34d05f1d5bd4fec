"""Checkpoints of agents and streams: what they have learned, saved in a small file beside the journal."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from livecode.agents import library
from livecode.agents.learned_streams import LearnedStream, contents
from livecode.errors import LivecodeError
from livecode.evaluation.block_lock import BlockLock
from livecode.playing.agent_player import AgentPlayer
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.playing.players import StreamPlayer
from livecode.playing.sounds import Sounds

FILE = "learned.safetensors"  # in the folder of a performance
FORMAT = "livecode learned 1"
EVERY_S = 1.0  # a mind that is killed loses no more than this
#: What has been learned is told to the journal so often, and no more bytes of it than so many in a second.
TOLD_EVERY_S, TOLD_BYTES_S = 10.0, 20_000


class AgentCheckpoint:
    """Saves what the agents and streams of a performance have learned, for a mind that has to go on."""

    def __init__(self, sounds: Sounds, clock: PerformanceClock, lock: BlockLock, log: EventLog):
        self._sounds, self._clock, self._lock, self._log = sounds, clock, lock, log

    def save(self, path: Path) -> int:
        """Write what all agents and streams know, in one piece; returns how many there are.

        The performance waits only while the state is copied. Raises LivecodeError if the file
        cannot be written; then it is as it was.
        """
        about, arrays, streams = {}, {}, {}
        with self._lock.aside():
            for name, player in self._players():
                state = player.learner.state(reach=0)  # where it has been is not knowledge
                about[name] = _about(player)
                arrays.update({f"{name}:{key}": array for key, array in state.items()})
            for name, learned in self._learned():
                streams[name] = {"what": learned.what, **_of_model(learned)}
                arrays[f"{name}:adapter"] = np.frombuffer(learned.adapter, np.float32)
        if about or streams or path.exists():
            described = {"format": FORMAT, "agents": json.dumps(about)}
            described |= {"streams": json.dumps(streams)} if streams else {}
            library.write_arrays(path, arrays, described, private=True)
        return len(about) + len(streams)

    def restore(self, path: Path) -> list[str]:
        """Let the agents and streams that play know what is written there; returns their names.

        Each agent stays where it is, and paused if it is. One that has another learner, another
        space or other open axes by now is left as it is, as is a stream of another model, and so are
        all if there is no such file.
        Raises LivecodeError, and changes nothing, if the file is damaged.
        """
        if not path.is_file():
            return []
        metadata, arrays = library.read_arrays(path, FORMAT)
        try:
            about: dict[str, Any] = json.loads(metadata["agents"])
            streams: dict[str, Any] = json.loads(metadata.get("streams", "{}"))
        except (KeyError, ValueError) as error:
            raise LivecodeError(f"{path} does not say whose knowledge it holds") from error
        knowing, now_s = [], self._clock.time_s
        with self._lock.aside():
            for name, player in self._players():
                if about.get(name) != _about(player):
                    continue
                prefix = f"{name}:"
                state = {
                    key.removeprefix(prefix): array
                    for key, array in arrays.items()
                    if key.startswith(prefix)
                }
                player.know(library.SavedAgent(name, player.thing.learner, "", state), now_s)
                knowing.append(name)
            for name, stream in self._streams():
                told, adapter = streams.get(name), arrays.get(f"{name}:adapter")
                if not isinstance(told, dict) or adapter is None:
                    continue
                learned = replace(_blank(stream), what=str(told.get("what", "")))
                if _of_model(learned).items() <= told.items():
                    stream.learned.recalled = replace(
                        learned, adapter=adapter.astype(np.float32).tobytes()
                    )
                    knowing.append(name)
        return knowing

    def go_on(self, path: Path) -> None:
        """Restore what a former mind had saved there; a note says if that is not possible."""
        try:
            self.restore(path)
        except LivecodeError as error:
            self._log.say("note", str(error))

    def keep(
        self,
        path: Path,
        every_s: float = EVERY_S,
        tell: Callable[[bytes], None] = lambda data: None,
    ) -> threading.Event:
        """Save from now on in a thread of its own, until the event that is returned is set.

        A note says once if the file cannot be written. `tell` is given the file now and then.
        """
        stop = threading.Event()

        def run() -> None:
            said, told, due_s = "", b"", time.monotonic() + TOLD_EVERY_S
            while not stop.wait(every_s):
                try:
                    saved = self.save(path)
                    said = ""
                    if saved and time.monotonic() >= due_s:
                        told = _told(path, told, tell)
                        pause_s = max(TOLD_EVERY_S, len(told) / TOLD_BYTES_S)
                        due_s = time.monotonic() + pause_s
                except LivecodeError as error:
                    if str(error) != said:
                        said = str(error)
                        self._log.say("note", said)

        threading.Thread(target=run, name="checkpoint", daemon=True).start()
        return stop

    def _players(self) -> list[tuple[str, AgentPlayer]]:
        players = ((str(thing), thing.player) for thing in self._sounds)
        return [(name, player) for name, player in players if isinstance(player, AgentPlayer)]

    def _streams(self) -> list[tuple[str, StreamPlayer]]:
        players = ((str(thing), thing.player) for thing in self._sounds)
        return [(name, player) for name, player in players if isinstance(player, StreamPlayer)]

    def _learned(self) -> Iterator[tuple[str, LearnedStream]]:
        for name, player in self._streams():
            if (known := player.learned.known) is not None:
                yield name, replace(_blank(player), what=known.what, adapter=known.adapter)


def _blank(player: StreamPlayer) -> LearnedStream:
    """Return what a stream has learned that has learned nothing."""
    return LearnedStream(player.thing.model, contents(player.thing.version), "", b"")


def _of_model(learned: LearnedStream) -> dict[str, str]:
    """Return what must be equal for a stream to know again what it knew."""
    return {"model": learned.model, "version": learned.version}


def _told(path: Path, before: bytes, tell: Callable[[bytes], None]) -> bytes:
    """Tell what is in a file unless it is as it was told before; return what is in it."""
    try:
        data = path.read_bytes()
    except OSError:
        return before
    if data != before:
        tell(data)
    return data


def _about(player: AgentPlayer) -> dict[str, Any]:
    """Describe what must be equal for an agent to know again what it knew."""
    return {
        library.LEARNER: player.thing.learner,
        "space": player.thing.space.model,
        "axes": player.open_axes,
    }
