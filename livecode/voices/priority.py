"""How urgent what computes sound is, where the system grants it: below the engine, above everything else."""

import os
from contextlib import suppress

#: A voice that is late is a hole in the sound.
REALTIME_PRIORITY = 10


def realtime() -> None:
    """Let this thread run before all that is not sound."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):  # not granted: `livecode doctor` says how to change that
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


def ordinary() -> None:
    """Let this thread, which one that is urgent began, be as any other."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
