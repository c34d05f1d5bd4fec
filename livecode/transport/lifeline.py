"""What every process of a performance does first: takes its name, and watches for the terminal's end."""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import setproctitle

from livecode.transport.arena import Arena
from livecode.transport.heap import give_back

#: The terminal goes before what the performer computes: keys are seen, and panic is heard, at once.
TERMINAL_NICE = -10
#: How often a process that has lost its terminal looks whether it is to end.
LOOK_S = 0.1


def go_first() -> None:
    """Let the terminal be scheduled before the mind, where the system grants it."""
    with suppress(OSError):  # not granted: `livecode doctor` says how to change that
        os.setpriority(os.PRIO_PROCESS, 0, TERMINAL_NICE)
    with suppress(OSError):  # Linux may share out the cores by terminal first; see sched(7)
        Path("/proc/self/autogroup").write_text(str(TERMINAL_NICE))


def begin(name: str) -> None:
    """Name the process, keep its memory flat, take none of the terminal's precedence, leave it Ctrl-C."""
    setproctitle.setproctitle(f"livecode: {name}")
    give_back()
    if os.getpriority(os.PRIO_PROCESS, 0) == TERMINAL_NICE:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def watch_lifeline(
    go: threading.Event | None = None, arena: Arena | None = None
) -> threading.Event:
    """An event that is set when the terminal is gone or asks for the end; `go` is set by its first byte.

    Each process holds the reading end of a pipe as its standard input; the terminal holds the other.
    However the terminal ends, kill -9 included, the system closes that end.  Where the arena says so,
    a process outlives a terminal that did not mean to end: another may come.
    """
    stop = threading.Event()

    def wait() -> None:
        while os.read(0, 1):
            if go is not None:
                go.set()
        if arena is not None and (go is None or go.is_set()):
            outlive(arena)
        stop.set()
        if go is not None:
            go.set()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def outlive(arena: Arena) -> None:
    """Return when a terminal asks for the end, or when none has been there for as long as is said."""
    header = arena.header
    while not header.stop:
        alone_s = (time.monotonic_ns() - header.terminal_beat_ns) * 1e-9
        if alone_s > header.outlive_s:
            return
        time.sleep(LOOK_S)


def await_engine(arena: Arena, stop: threading.Event) -> bool:
    """Wait for the engine's first block, which settles the sample rate; False if stopped before."""
    while not arena.header.engine_beat_ns:
        if stop.wait(0.005):
            return False
    return True
