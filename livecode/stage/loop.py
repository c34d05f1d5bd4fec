"""The loop of the stage process: it looks at the arena, offers viewers what is new, and says who watches."""

import asyncio
import contextlib
import logging
import threading
import time

from tornado.httpserver import HTTPServer

from livecode.errors import LivecodeError
from livecode.stage.door import Door
from livecode.stage.server import Viewers, serve
from livecode.stage.showing import Showing
from livecode.stage.sound import SoundStream
from livecode.transport import Arena
from livecode.transport.stage import Audience, StageOrder, encode_stage, look_at

_log = logging.getLogger(__name__)
#: How often viewers are offered something new, and how often it is looked whether there are any.
FRAME_S, IDLE_S = 1 / 30, 0.1
#: An address that could not be taken is tried again after so long, in seconds.
AGAIN_S = 2.0
#: The pause after a fault of our own, in seconds, so that the log is not filled.
STUMBLED_S = 0.5
#: The audience is posted at most so often, in seconds.
POST_S = 0.5


class StageLoop:
    """Serves the page of one performance."""

    def __init__(self, arena: Arena):
        self._arena, self._header = arena, arena.header
        self._viewers, self._listeners = Viewers(), Viewers()
        header = arena.header
        self._stream = SoundStream(
            arena.tap,
            lambda: int(header.sample_rate),
            lambda: (
                header.clock()[0] + float(header.block)
            ),  # the newest block has just been played
        )
        self._showing = Showing(arena)
        self._audience = Audience()
        self._posted_s = float("-inf")

    async def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set."""
        self._header.stage_epoch += 1
        opened = await self._open(stop)
        if opened is None:
            return
        server, door = opened
        due_s = time.monotonic()
        while not stop.is_set():
            self._header.stage_beat_ns = time.monotonic_ns()
            try:
                self._step(door)
            except Exception:  # a bug of ours: it is in the log, and the next frame is tried
                _log.exception("the stage page stumbled")
                await asyncio.sleep(STUMBLED_S)
            due_s = max(
                due_s + (FRAME_S if len(self._viewers) or len(self._listeners) else IDLE_S),
                time.monotonic(),
            )
            await asyncio.sleep(due_s - time.monotonic())
        self._header.viewers = 0
        server.stop()
        self._viewers.send_away()
        self._listeners.send_away()
        await server.close_all_connections()

    async def _open(self, stop: threading.Event) -> tuple[HTTPServer, Door] | None:
        """Take the address, now or as soon as it is free; None if the end comes first."""
        order = look_at(self._arena.stage, StageOrder)
        port = (
            order.port or look_at(self._arena.audience, Audience).port
        )  # that of a former process
        while not stop.is_set():
            try:
                server, door = serve(order, port, self._viewers, self._listeners)
            except LivecodeError as error:
                self._post(Audience(port=port, trouble=error.text))
                end = time.monotonic() + AGAIN_S
                while not stop.is_set() and time.monotonic() < end:
                    self._header.stage_beat_ns = time.monotonic_ns()
                    await asyncio.sleep(IDLE_S)
                continue
            return server, door
        return None

    def _step(self, door: Door) -> None:
        watching = len(self._viewers)
        self._header.viewers = watching
        if watching:
            self._showing.look()
            self._viewers.offer(self._showing.compose, time.monotonic())
        if len(self._listeners):
            self._listeners.offer(self._stream.compose, time.monotonic())
        audience = Audience(
            door.address,
            door.port,
            watching,
            dict(door.refused),
            self._viewers.dropped,
            watching=self._viewers.watching,
        )
        changed = audience.viewers != self._audience.viewers or not self._audience.address
        if audience != self._audience and (changed or time.monotonic() - self._posted_s > POST_S):
            self._post(audience)

    def _post(self, audience: Audience) -> None:
        self._audience, self._posted_s = audience, time.monotonic()
        self._arena.audience.post(encode_stage(audience))


def run(arena: Arena, stop: threading.Event) -> None:
    """Serve the page of a performance until `stop` is set."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(StageLoop(arena).run(stop))
