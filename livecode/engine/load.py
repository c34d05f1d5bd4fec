"""How busy the engine is: late blocks, gaps between blocks, and load, for the arena's header."""

from collections.abc import Callable

from livecode.transport import Header

#: A block that begins this many periods after the previous one is late.
LATE = 1.5
#: The share of the newest block in the shown load.
SMOOTHING = 0.05


class BlockLoad:
    """Measures each block between `begin_block` and `end_block`, and writes the header."""

    def __init__(self, header: Header, clock_ns: Callable[[], int], work_ns: Callable[[], int]):
        self._header, self._clock_ns, self._work_ns = header, clock_ns, work_ns
        self._period_ns = header.block / header.sample_rate * 1e9
        self._begun_ns: int | None = None
        self._worked_ns = 0

    def restart(self) -> None:
        """Begin anew with another thread; the time between is no gap."""
        self._begun_ns, self._worked_ns = None, 0

    def begin_block(self, now_ns: int) -> None:
        """Count a block that begins at `now_ns`, and whether it is late."""
        header = self._header
        header.blocks += 1
        if self._begun_ns is not None:
            gap_ns = now_ns - self._begun_ns
            header.worst_gap_ns = max(header.worst_gap_ns, gap_ns)
            header.late_blocks += gap_ns > LATE * self._period_ns
        self._begun_ns = now_ns

    def end_block(self) -> None:
        """Update the load, and let the engine's heart beat.

        The load is the share of a block for which this thread works, pyo's computing included.
        """
        worked_ns, before_ns = self._work_ns(), self._worked_ns
        self._worked_ns = worked_ns
        if before_ns:
            share = (worked_ns - before_ns) / self._period_ns
            self._header.load += SMOOTHING * (share - self._header.load)
        self._header.engine_beat_ns = self._clock_ns()
