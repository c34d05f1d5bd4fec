"""Which thread runs first: real time for sound, and steps back for what can wait; where it is granted."""

import os
from contextlib import suppress
from pathlib import Path


def realtime(priority: int, first_in: bool = False, inherited: bool = False) -> bool:
    """Ask the system to run the calling thread before all that is not sound; return whether it does.

    With `first_in` no thread of the same priority takes its turn before this one waits. `inherited`:
    processes that it starts run so, too. Only Linux is asked: macOS gives the threads of its audio
    devices real time by itself, and nobody has written it for Windows.
    """
    if not hasattr(os, "sched_setscheduler"):
        return False
    policy = os.SCHED_FIFO if first_in else os.SCHED_RR
    if not inherited:
        policy |= getattr(os, "SCHED_RESET_ON_FORK", 0)
    try:  # if it is refused, `livecode doctor` says how to change that
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except OSError:
        return False
    return True


def ordinary() -> None:
    """Give this thread ordinary priority, if an urgent thread started it."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def step_back(by: int) -> None:
    """Let the system run this process after others, by so many steps of `nice`."""
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(by)


def set_nice(value: int) -> None:
    """Ask for a value of `nice` for this process, from -20 (first) to 19 (last)."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, value)


def give_up_nice(value: int) -> None:
    """Return to the usual priority, if this process has inherited that value of `nice`."""
    if hasattr(os, "getpriority") and os.getpriority(os.PRIO_PROCESS, 0) == value:
        os.setpriority(os.PRIO_PROCESS, 0, 0)


def terminal_first(value: int) -> None:
    """Let the system run all that runs in this terminal before others, where it counts by terminals.

    See sched(7) on autogroups.
    """
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(value))


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
