"""How busy the engine is: late blocks, gaps between blocks, and load, for the arena's header."""

from collections import deque
from collections.abc import Callable
from statistics import median

from livecode.transport import Header

#: A block that begins this many periods after the previous one is late.
LATE = 1.5
#: The share of the newest block in the shown load.
SMOOTHING = 0.05
#: So many blocks say what is usual.
REMEMBERED = 32


class BlockLoad:
    """Measures each block between `begin_block` and `end_block`, and writes the header."""

    def __init__(
        self,
        header: Header,
        clock_ns: Callable[[], int],
        work_ns: Callable[[], int],
        waited_ns: Callable[[], int] = lambda: 0,
    ):
        """Begin to measure.

        `work_ns()` is how long the thread that computes blocks has worked so far, and `waited_ns()` how
        long it has waited for a core while it could work.
        """
        self._header, self._clock_ns, self._work_ns = header, clock_ns, work_ns
        self._waited_ns, self._held_ns = waited_ns, 0
        self._period_ns = header.block / header.sample_rate * 1e9
        self._begun_ns: int | None = None
        self._worked_ns = 0
        self._computing: deque[float] = deque(maxlen=REMEMBERED)
        self._shares: deque[float] = deque(maxlen=REMEMBERED)

    def restart(self) -> None:
        """Begin anew with another thread; the time between is no gap."""
        self._begun_ns, self._worked_ns = None, 0
        self._computing.clear()
        self._shares.clear()

    def forget(self, blocks: int) -> None:
        """Leave the last blocks out of what is usual: a graph was tried in them, and taken out."""
        for shares in (self._computing, self._shares):
            for _ in range(min(blocks, len(shares))):
                shares.pop()

    @property
    def usual(self) -> float:
        """The median load of the last blocks; 0 if it is not known."""
        return median(self._shares) if self._shares else 0.0

    @property
    def computing(self) -> float:
        """The share of the last block's length for which pyo computed it; 0 if that is not known."""
        return self._computing[-1] if self._computing else 0.0

    @property
    def usual_computing(self) -> float:
        """The median of that share over the last blocks."""
        return median(self._computing) if self._computing else 0.0

    def begin_block(self, now_ns: int) -> None:
        """Count a block that begins at `now_ns`, and whether it is late."""
        header = self._header
        header.blocks += 1
        held_ns = self._waited_ns()
        if self._begun_ns is not None:
            gap_ns = now_ns - self._begun_ns
            header.worst_gap_ns = max(header.worst_gap_ns, gap_ns)
            late = gap_ns > LATE * self._period_ns
            header.late_blocks += late
            unheld_ns = gap_ns - (held_ns - self._held_ns)
            header.held_blocks += late and unheld_ns <= LATE * self._period_ns
        self._begun_ns, self._held_ns = now_ns, held_ns
        if self._worked_ns:
            self._computing.append((self._work_ns() - self._worked_ns) / self._period_ns)

    def end_block(self) -> None:
        """Update the load, and let the engine's heart beat.

        The load is the share of a block for which this thread works, pyo's computing included.
        """
        worked_ns, before_ns = self._work_ns(), self._worked_ns
        self._worked_ns = worked_ns
        if before_ns:
            share = (worked_ns - before_ns) / self._period_ns
            self._shares.append(share)
            self._header.load += SMOOTHING * (share - self._header.load)
        self._header.engine_beat_ns = self._clock_ns()
