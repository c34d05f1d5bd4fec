"""Plays a past performance on the stage page, with its sound: a replay runs ahead, and the page follows."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.films.reel import Reel, ReelPicture
from livecode.journal.timeline import Timeline
from livecode.offline.replay import Replayed, play_again, timelines_of
from livecode.stage.server import Viewers, serve
from livecode.stage.showing import composed
from livecode.stage.sound import SoundStream
from livecode.transport import TapBuffer
from livecode.transport.stage import StageOrder

_log = logging.getLogger(__name__)
FPS = 30.0
#: The replay runs so far ahead of the page, and so much of it is there before the page begins, in seconds.
AHEAD_S, FIRST_S = 8.0, 1.0
#: The end stays in sight for so long, in seconds.
LAST_S = 2.0


#: The sound that listeners can be behind by, and half of it for what is written meanwhile.
TAP_FRAMES = 1 << 17


class ProjectionOver(Exception):
    """The projection is over before the replay is."""


class Projection:
    """Shows a past performance to whoever opens the page.

    `run()` plays the replay in this thread, and serves the page in another. The page begins when somebody
    watches.
    """

    def __init__(
        self,
        journal: Path,
        order: StageOrder,
        opened: Callable[[str], None],
        now_s: Callable[[], float] = time.monotonic,
    ):
        """`opened` is told the page's address. Raises LivecodeError if the journal cannot be replayed."""
        self._played: list[Timeline] = timelines_of(journal)
        self._rate = self._played[0].opening.sample_rate
        self._order, self._opened, self._now_s = order, opened, now_s
        self._viewers, self._listeners = Viewers(), Viewers()
        self._tap = TapBuffer(memoryview(bytearray(TapBuffer.size(TAP_FRAMES))), TAP_FRAMES)
        self._played_to = 0.0  # sample time
        self._stream = SoundStream(self._tap, lambda: self._rate, lambda: self._played_to)
        self._steps: deque[tuple[ReelPicture, NDArray[np.float32]]] = (
            deque()
        )  # and the sound after it
        self._changed = threading.Condition()
        self._complete = False  # all of the replay is in the steps
        self._end = threading.Event()
        self._trouble: BaseException | None = None
        self.shown = 0  # pictures

    @property
    def listeners(self) -> int:
        """How many hear it in their browsers."""
        return len(self._listeners)

    def run(self) -> Replayed | None:
        """Show all of it; return what only happened live, or None if `stop` came before.

        Raises LivecodeError if the page cannot be served.
        """
        page = threading.Thread(target=self._serve, name="page", daemon=True)
        page.start()
        replayed = None
        try:
            reel = Reel(self._rate, FPS, self._hear, self._show, offers=self._order.audio)
            replayed = play_again(self._played, reel.hear, reel.open)
            self._complete = True
        except ProjectionOver:
            pass
        except BaseException:
            self.stop()
            raise
        finally:
            while page.is_alive():  # in short waits, which Ctrl-C interrupts
                page.join(0.1)
        if self._trouble is not None:
            raise self._trouble
        return replayed

    def stop(self) -> None:
        """End it; may be called in any thread."""
        with self._changed:
            self._end.set()
            self._changed.notify_all()

    # the replay, which runs ahead

    def _show(self, picture: ReelPicture) -> None:
        with self._changed:
            while len(self._steps) > AHEAD_S * FPS and not self._end.is_set():
                self._changed.wait(0.2)
            if self._end.is_set():
                raise ProjectionOver
            self._steps.append((picture, np.zeros((0, 2), np.float32)))

    def _hear(self, audio: NDArray[np.float32]) -> None:
        with self._changed:
            if self._steps:
                picture, before = self._steps.pop()
                self._steps.append((picture, np.concatenate([before, audio])))

    # the page, which follows in time

    def _serve(self) -> None:
        try:
            asyncio.run(self._project())
        except BaseException as error:
            self._trouble = error
        finally:
            self.stop()

    async def _project(self) -> None:
        server, door = serve(self._order, self._order.port, self._viewers, self._listeners)
        try:
            self._opened(door.address)
            await self._until_begun()
            await self._play()
            await self._wait(LAST_S)
        finally:
            server.stop()
            self._viewers.send_away()
            self._listeners.send_away()
            await server.close_all_connections()

    async def _until_begun(self) -> None:
        """Wait until somebody watches, and there is enough to show."""
        while not self._end.is_set():
            ready = self._complete or len(self._steps) >= FIRST_S * FPS
            if len(self._viewers) and ready:
                return
            await asyncio.sleep(0.05)

    async def _play(self) -> None:
        """Show each picture at its time; where the replay is not so fast, wait for it."""
        began_s, late = self._now_s(), 0
        while not self._end.is_set():
            due_s = began_s + self.shown / FPS
            now_s = self._now_s()
            if now_s < due_s:
                await asyncio.sleep(due_s - now_s)
                continue
            step = self._next()
            if step is None:
                if self._complete:
                    return
                late += 1
                if late == 1:
                    _log.info(
                        "the replay is slower than the performance was: the page waits for it"
                    )
                await asyncio.sleep(1 / FPS)
                began_s += self._now_s() - now_s
                continue
            self._tell(*step)
            self.shown += 1

    def _next(self) -> tuple[ReelPicture, NDArray[np.float32]] | None:
        """Take the next step, if all of its sound is there."""
        with self._changed:
            if len(self._steps) < 2 and not (self._complete and self._steps):
                return None
            step = self._steps.popleft()
            self._changed.notify_all()
            return step

    def _tell(self, picture: ReelPicture, sound: NDArray[np.float32]) -> None:
        now_s = self._now_s()
        documents = picture.documents
        self._viewers.offer(lambda seen: composed(documents, picture.sound, seen), now_s)
        self._tap.write(sound)
        self._played_to = picture.frame + len(sound)
        self._listeners.offer(self._stream.compose, now_s)

    async def _wait(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while not self._end.is_set() and time.monotonic() < end_s:
            await asyncio.sleep(0.05)
