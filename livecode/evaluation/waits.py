"""Waits of blocks that are run again: what they waited for has long come."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def passed_over() -> Iterator[None]:
    """Let `time.sleep` and `asyncio.sleep` return at once in this thread, until the end of the context.

    A block that imports one of them meanwhile keeps a function that waits as usual afterwards.
    """
    here, over = threading.get_ident(), False
    slept, slept_async = time.sleep, asyncio.sleep

    def sleep(seconds: float) -> None:
        if over or threading.get_ident() != here:
            slept(seconds)

    async def sleep_async(delay: float, result: Any = None) -> Any:
        within = not over and threading.get_ident() == here
        return await slept_async(0 if within else delay, result)

    time.sleep, asyncio.sleep = sleep, sleep_async  # type: ignore[assignment]
    try:
        yield
    finally:
        over = True
        time.sleep, asyncio.sleep = slept, slept_async
