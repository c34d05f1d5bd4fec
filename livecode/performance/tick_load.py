"""Watches how long ticks take, and takes the newest names back where they take longer than there is."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from livecode.playing.generations import Generations

#: Ticks may take this share of the time from one to the next. The rest is for blocks and packets.
FULL = 0.8
#: After names have been taken back, the ticks are to take no more than this.
ENOUGH = 0.6
#: What counts is the median over this time: one slow tick is no overload.
OVER_S = 0.3


class TickLoad:
    """The share of the time between two ticks that a tick takes."""

    def __init__(
        self,
        generations: Generations,
        tick_s: float,
        work_s: Callable[[], float] = time.thread_time,
    ):
        """Watch ticks that come every `tick_s` seconds.

        `work_s()` returns the seconds for which the present thread has computed.
        """
        self._generations, self._tick_s, self._work_s = generations, tick_s, work_s
        self._shares: deque[float] = deque(maxlen=max(1, round(OVER_S / tick_s)))
        self._began_s = 0.0

    def begin(self) -> None:
        """Note that a tick begins."""
        self._began_s = self._work_s()

    def end(self) -> None:
        """Note that it has ended, and take back what does not fit."""
        self._shares.append((self._work_s() - self._began_s) / self._tick_s)
        if len(self._shares) < (self._shares.maxlen or 0) or self._shares[-1] <= FULL:
            return  # also the usual case, in which no median is needed
        if self.share <= FULL:
            return
        share, names = self.share, self._generations.newest_first()
        # no name's own cost is known: they are taken to cost the same
        for name, generation in names[: max(1, round(len(names) * (1 - ENOUGH / share)))]:
            why = (
                f"agents and values take {share:.0%} of the time between two ticks; "
                "what began last is taken back"
            )
            self._generations.take_back(name, generation, why)
        self._shares.clear()

    @property
    def share(self) -> float:
        """The median share of the last ticks."""
        return median(self._shares) if self._shares else 0.0
