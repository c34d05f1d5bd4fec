"""Scheduling of the threads that compute sound: below the engine, above everything else."""

from livecode.system import scheduling

#: A voice that is late leaves a gap in the sound.
REALTIME_PRIORITY = 10


def realtime() -> None:
    """Ask the system to run this thread, and those that it starts, before all that is not sound."""
    scheduling.realtime(REALTIME_PRIORITY, inherited=True)
