"""Scheduling of the threads that compute sound: below the engine, above everything else."""

import os
from contextlib import suppress

#: A voice that is late leaves a gap in the sound.
REALTIME_PRIORITY = 10


def realtime() -> None:
    """Ask the system to run this thread before all that is not sound."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):  # if it is refused, `livecode doctor` says how to change that
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


def ordinary() -> None:
    """Give this thread ordinary priority, if an urgent thread started it."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
