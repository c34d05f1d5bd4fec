"""The files of the stage page, served to a browser that is told over a pipe what to draw."""

import asyncio
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from livecode.stage.server import Viewers, serve
from livecode.transport.stage import StageOrder


@contextmanager
def served() -> Iterator[str]:
    """Serve the page to this machine while a `with` block runs, which is given its address."""
    opened: list[str] = []
    ready, end = threading.Event(), threading.Event()

    async def run() -> None:
        server, door = serve(StageOrder(token=secrets.token_urlsafe(24)), 0, Viewers(), Viewers())
        opened.append(door.address)
        ready.set()
        await asyncio.to_thread(end.wait)
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="page", daemon=True)
    thread.start()
    try:
        if not ready.wait(10.0):
            raise TimeoutError("the page is not served")
        yield opened[0]
    finally:
        end.set()
        thread.join(10.0)
