"""Calling the performer's functions so that none can hold up the performance: deadlines from outside."""

import asyncio
import ctypes
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from livecode.errors import LivecodeError
from livecode.system.signals import interrupt_main_thread

Result = TypeVar("Result")


class Overrun(BaseException):
    """Raised inside a call that took too long; not an Exception, so that few handlers swallow it."""


class TookTooLong(LivecodeError):
    """What the caller of an overrunning function sees."""


class Watchdog:
    """Ends calls that overrun, from a thread of its own.

    It raises `Overrun` inside the thread that is late.  That ends any loop in Python; a single long
    call into C ends when it returns, and until then nothing in this process can be done about it.
    """

    CHECK_S = 0.01
    #: A function that swallowed the first `Overrun` gets another after this long.
    AGAIN_S = 0.1

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deadlines: dict[int, float] = {}  # thread -> monotonic seconds
        self._fired: set[int] = set()
        self._woken: set[int] = set()  # by a signal
        self._hurried: set[int] = set()
        # An Event has a lock in Python: an `Overrun` between its steps would leave it locked for ever.
        self._armed: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._idle = False  # whether the watching thread waits for that
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., Result], *arguments: Any, limit_s: float) -> Result:
        """`function(*arguments)`, or TookTooLong after `limit_s` seconds of the wall clock."""
        with self.limit(limit_s):
            return function(*arguments)

    @contextmanager
    def limit(self, limit_s: float) -> Iterator[None]:
        """A `with` block that raises TookTooLong if it takes more than `limit_s` seconds."""
        thread = threading.get_ident()
        outer = self._deadlines.get(thread)
        try:
            with self._lock:
                self._deadlines[thread] = time.monotonic() + limit_s
                self._woken.discard(thread)
                self._hurried.discard(thread)
            if self._idle:
                self._armed.put(None)
            try:
                yield
            finally:
                self._disarm(thread, outer)
        except (Overrun, KeyboardInterrupt) as error:
            fired = thread in self._woken
            self._woken.discard(thread)
            self._disarm(thread, outer)
            if isinstance(error, KeyboardInterrupt) and not fired:
                raise
            took = f"{limit_s:g} s" if limit_s >= 1 else f"{limit_s * 1000:.0f} ms"
            hurried = thread in self._hurried
            self._hurried.discard(thread)
            why = "was interrupted, for something else was waiting"
            late = TookTooLong(why if hurried else f"took longer than {took}")
            raise late.with_traceback(error.__traceback__) from None

    def hurry(self, thread: int) -> None:
        """Let the limit that is in force in that thread be over now."""
        with self._lock:
            if thread in self._deadlines and thread not in self._fired:
                self._deadlines[thread] = time.monotonic()
                self._hurried.add(thread)

    def close(self) -> None:
        """End the watching thread."""
        self._closed = True
        self._armed.put(None)
        self._thread.join()

    def _disarm(self, thread: int, outer: float | None = None) -> None:
        """End the thread's limit, and go on with the one around it, if there is one."""
        with self._lock:
            self._deadlines.pop(thread, None)
            if outer is not None:
                self._deadlines[thread] = outer
            if thread in self._fired:
                self._fired.discard(thread)
                _take_back()

    def _watch(self) -> None:
        while not self._closed:
            self._idle = True
            if not self._deadlines:
                self._armed.get()
            self._idle = False
            time.sleep(self.CHECK_S)
            now = time.monotonic()
            with self._lock:
                for thread, deadline in self._deadlines.items():
                    if now > deadline:
                        self._deadlines[thread] = now + self.AGAIN_S
                        again = thread in self._fired
                        self._fired.add(thread)
                        _raise_in(thread, None if again and self._wake(thread) else Overrun)

    def _wake(self, thread: int) -> bool:
        """Interrupt a main thread that sleeps, as Ctrl-C would; False if that is not to be had."""
        main = threading.main_thread().ident
        handler = signal.getsignal(signal.SIGINT)
        method = getattr(getattr(handler, "func", None), "__func__", None)
        in_asyncio = method is asyncio.Runner._on_sigint  # type: ignore[attr-defined]
        if thread != main or not (handler is signal.default_int_handler or in_asyncio):
            return False
        self._woken.add(thread)
        interrupt_main_thread()
        return True


class _Cleared(BaseException):
    """Raised in place of an `Overrun` that this thread may not have met yet."""


def _take_back() -> None:
    """Take back an `Overrun` that was raised in this thread and may not have been met yet.

    CPython notes for the whole process that some thread has something to raise, and forgets it only
    when a thread has raised it: without that, each call and each turn of a loop looks for it from then
    on, and in CPython 3.11 a debugger or any other user of `sys.settrace` hangs in its next call.
    """
    try:
        _raise_in(threading.get_ident(), _Cleared)
        for _ in range(1000):  # it is raised at one of the next bytecodes
            pass
    except _Cleared:
        pass


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """CPython: raise `error` in a thread at its next bytecode; None takes back one not yet raised."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
