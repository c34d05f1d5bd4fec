"""Scheduling of the threads that compute sound: below the engine, above everything else."""

from livecode.system import scheduling

#: A voice that is late leaves a gap in the sound.
REALTIME_PRIORITY = 10
#: Without real time: shorter than the slices of what does not sound.
SLICE_S = 0.0013


def realtime() -> None:
    """Ask the system to run this thread, and those that it starts, before all that is not sound.

    Where it grants no real time, it is asked for short slices.
    """
    if not scheduling.realtime(REALTIME_PRIORITY, inherited=True):
        scheduling.take_slices(SLICE_S)
