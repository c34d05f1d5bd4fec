"""What every process of a performance does first: take its name, and watch for the terminal's end."""

import os
import signal
import threading
import time

import setproctitle

from livecode.system.scheduling import give_up_nice, set_nice, terminal_first
from livecode.system.signals import TERMINATED
from livecode.transport.arena import Arena
from livecode.transport.heap import give_back
from livecode.transport.logs import begin_log

#: Priority of the terminal. It goes before what the performer computes, so that keys and panic work.
TERMINAL_NICE = -10
#: How often a process that has lost its terminal looks whether it should end.
LOOK_S = 0.1
#: Within this time a terminal has started another supervisor.
ANOTHER_S = 5.0


def go_first() -> None:
    """Let the system schedule the terminal before the mind, where it grants that."""
    set_nice(TERMINAL_NICE)  # if it is not granted, `livecode doctor` says how to change that
    terminal_first(TERMINAL_NICE)


def begin(name: str) -> None:
    """Set up a child process: its name, log, flat memory, usual priority, and deafness to Ctrl-C."""
    begin_log(name)
    setproctitle.setproctitle(f"livecode: {name}")
    give_back()
    give_up_nice(TERMINAL_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal handles Ctrl-C


class End(threading.Event):
    """Set when a process has to end; says why."""

    #: A signal asked this process alone to end: the performance goes on without it.
    terminated = False
    #: Nobody is left who would remove what the performance has made.
    forsaken = False

    @property
    def status(self) -> int:
        """The exit status: that of a process which SIGTERM ended, or 0."""
        return TERMINATED if self.terminated else 0


def watch_lifeline(go: threading.Event | None = None, arena: Arena | None = None) -> End:
    """Return an event that is set when this process has to end.

    The lifeline is a pipe. Each process holds its reading end as standard input, and the supervisor
    holds the other end. However the supervisor ends, kill -9 included, the system closes that end.
    With an `arena`, a process outlives a supervisor that did not mean to end, as `outlive` says.

    `go` is set by the first byte that arrives, and at the end. A spare mind waits for it.
    """
    stop = End()
    line = os.dup(0)  # what a block starts reads no byte of it
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)

    def wait() -> None:
        while os.read(line, 1):
            if go is not None:
                go.set()
        if arena is not None and (go is None or go.is_set()):
            outlive(arena)
            stop.forsaken = not arena.header.stop
        end()

    def end() -> None:
        stop.set()
        if go is not None:
            go.set()

    def terminate(*_: object) -> None:
        stop.terminated = True
        end()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
    signal.signal(signal.SIGTERM, terminate)
    return stop


def outlive(arena: Arena) -> None:
    """Return when the end is asked for, or if neither terminal nor supervisor has beaten for long.

    So long is `header.outlive_s`, and long enough for a terminal to start another supervisor.
    """
    header = arena.header
    while not header.stop:
        beat_ns = max(header.terminal_beat_ns, header.supervisor_beat_ns)
        if (time.monotonic_ns() - beat_ns) * 1e-9 > max(header.outlive_s, ANOTHER_S):
            return
        time.sleep(LOOK_S)


def await_engine(arena: Arena, stop: threading.Event) -> bool:
    """Wait for the engine's first block, which settles the sample rate; return False if stopped."""
    while not arena.header.engine_beat_ns:
        if stop.wait(0.005):
            return False
    return True
