"""Which thread runs first: real time for sound, and steps back for what can wait; where it is granted."""

import ctypes
import os
import platform
import threading
from contextlib import suppress
from pathlib import Path

#: The numbers of sched_setattr(2), by machine: older C libraries have no function for it.
_SET_ATTRIBUTES = {"x86_64": 314, "aarch64": 274, "riscv64": 274}


class _Attributes(ctypes.Structure):
    """`struct sched_attr` in its first version, of 48 bytes."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),  # of an ordinary thread: its slice, in ns
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


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
    """Give this thread ordinary priority and slices, if an urgent thread started it."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    take_slices(USUAL_S)


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


#: Stands for slices of the system's usual length, some milliseconds.
USUAL_S = 0.0


def take_slices(slice_s: float, in_batches: bool = False) -> bool:
    """Let the calling thread, and those that it starts, run in slices of that length; return whether it may.

    Of two ordinary threads the one with the shorter slices runs as soon as it wakes, and the other
    waits; over a longer time both get as much as before. A thread that runs `in_batches` takes no core
    from another when it wakes. No rights are needed. Linux 6.12 and later have slices: earlier ones
    take note of `in_batches` alone. See sched(7) and sched_setattr(2).
    """
    number = _SET_ATTRIBUTES.get(platform.machine())
    if not hasattr(os, "sched_setscheduler") or number is None:
        return False
    attributes = _Attributes(
        size=ctypes.sizeof(_Attributes),
        policy=os.SCHED_BATCH if in_batches else os.SCHED_OTHER,
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        runtime=round(slice_s * 1e9),
    )
    call = ctypes.CDLL(None, use_errno=True).syscall
    return bool(call(ctypes.c_long(number), 0, ctypes.byref(attributes), 0) == 0)


def run_when_idle() -> None:
    """Let the calling thread, and those that it starts, run only where a core has nothing else to do."""
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    set_nice(19)


class CoreWaits:
    """Tells how long the calling thread has waited for a core while it could run, in ns since it began.

    It is 0 on systems other than Linux, which do not say. See /proc/PID/schedstat in proc(5).
    """

    def __init__(self) -> None:
        self._thread = 0
        self._file = -1

    def __call__(self) -> int:
        try:
            if self._thread != threading.get_native_id():
                self.close()
                self._thread = threading.get_native_id()
                self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
            return int(os.pread(self._file, 96, 0).split()[1]) if self._file >= 0 else 0
        except (OSError, ValueError, IndexError):
            self._thread = 0
            return 0

    def close(self) -> None:
        """Let go of the file of the thread that has called last."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


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
