"""A stage page on an arena of its own, in this process: a real server on a real port."""

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from livecode.films.browser import chromium
from livecode.stage.loop import StageLoop
from livecode.transport import Arena, Layout
from livecode.transport.stage import Audience, StageOrder, encode_stage, look_at

CHROMIUM = chromium()
TOKEN = "a-token-that-nobody-guesses-1234"


class Served:
    """A page that is served, and what is known of it."""

    def __init__(self, **order: object):
        self.arena = Arena.private(48000, 256, Layout(buffers=1))
        self.arena.header.terminal_beat_ns = 1 << 62  # a terminal that never dies
        self.arena.stage.post(encode_stage(StageOrder(token=TOKEN, **order)))  # type: ignore[arg-type]
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(StageLoop(self.arena).run(self._stop)), daemon=True
        )

    def start(self) -> "Served":
        self._thread.start()
        self.until(lambda: self.audience.address)
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        gc.collect()  # tests of other rooms count open files

    @property
    def audience(self) -> Audience:
        return look_at(self.arena.audience, Audience)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.audience.port}"

    def refused(self, why: str) -> int:
        return self.audience.refused.get(why, 0)

    def until(self, condition: object, within_s: float = 20.0) -> None:
        end = time.monotonic() + within_s
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < end, self.audience
            time.sleep(0.01)


def await_(condition: Callable[[], Any], what: str, within_s: float = 30.0) -> Any:
    """Wait for a condition, and return what it came to."""
    end = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("POST_S", "IDLE_S"):  # tests wait for what is posted
            patch.setattr(f"livecode.stage.loop.{name}", 0.01)
        page = Served().start()
        yield page
        page.stop()
