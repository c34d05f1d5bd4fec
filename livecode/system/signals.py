"""Signals, where the system has them: to end a process, to let it go on, to interrupt what it does."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

#: What ends a process at once. Windows knows one way alone.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
#: What a terminal sends that is closed; None where it sends nothing.
HANG_UP: int | None = getattr(signal, "SIGHUP", None)
#: What lets a process go on that has been stopped; None where none can be stopped.
_GO_ON: int | None = getattr(signal, "SIGCONT", None)
#: Exit status of a process that SIGTERM has ended: 128 and the signal's number, as shells count.
TERMINATED = 128 + signal.SIGTERM
#: The exit statuses of processes that somebody else has killed. On Windows, whoever kills gives the status.
KILLED = (-KILL, -signal.SIGTERM, TERMINATED)


class Signalled(Protocol):
    """A process that can be sent a signal, such as a `Popen`."""

    def send_signal(self, number: int, /) -> None:
        """Send a signal, if the process still runs."""


def kill(pid: int) -> None:
    """End a process at once. Whether it is the right one, the caller has to know."""
    with suppress(OSError):
        os.kill(pid, KILL)


def interrupt(pid: int) -> None:
    """Send a process what Ctrl-C sends; only where `HERE.sends_interrupts`."""
    with suppress(OSError):
        os.kill(pid, signal.SIGINT)


def let_go_on(process: Signalled) -> None:
    """Let a process go on that a signal has stopped."""
    if _GO_ON is not None:
        process.send_signal(_GO_ON)


def let_pid_go_on(pid: int) -> None:
    """Let the process of that id go on."""
    if _GO_ON is not None:
        with suppress(OSError):
            os.kill(pid, _GO_ON)


def interrupt_main_thread() -> None:
    """Interrupt the main thread of this process, even in its sleep, as Ctrl-C would."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)  # the main thread runs the handler, and wakes


def outlive_terminal() -> None:
    """Do nothing when the window of the terminal is closed; whoever handles that later may."""
    if HANG_UP is not None:
        signal.signal(HANG_UP, lambda *_: None)


def ignore_requests() -> None:
    """Do nothing when asked to end, by Ctrl-C, by a signal, or by a closed window.

    Handlers are not inherited, while signals that are ignored stay so in children.
    """
    for number in (signal.SIGINT, signal.SIGTERM, HANG_UP):
        if number is not None:
            signal.signal(number, lambda *_: None)


def on_request(
    loop: "asyncio.AbstractEventLoop", end: Callable[[], None], hang_up: Callable[[], None]
) -> None:
    """Have an event loop call `end` when this process is asked to end, and `hang_up` without a window."""
    for number, action in ((signal.SIGTERM, end), (HANG_UP, hang_up)):
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, action)
        except NotImplementedError:  # on Windows

            def wake(*_: object, action: Callable[[], None] = action) -> None:
                loop.call_soon_threadsafe(action)

            signal.signal(number, wake)
