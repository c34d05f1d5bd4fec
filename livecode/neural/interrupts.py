"""Ctrl-C while training: noted, and acted on between two steps, so that nothing is lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def noted_interrupts() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM in a list instead of raising in the middle of a step."""
    noted: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted  # only the main thread can handle signals
        return
    asked = (signal.SIGINT, signal.SIGTERM)
    usual = [signal.signal(number, lambda number, _: noted.append(number)) for number in asked]
    try:
        yield noted
    finally:
        for number, handler in zip(asked, usual, strict=True):
            signal.signal(number, handler)
