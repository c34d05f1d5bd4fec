"""What mind, voices and engine each compute where one thread does the work of all three."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The processes of a performance that compute at each block.
PROCESSES = ("mind", "voices", "engine")


@dataclass(frozen=True)
class Shares:
    """What share of its time each process would need if the same were played live: 1 is all of it."""

    mind: float
    voices: float
    engine: float

    @property
    def busiest(self) -> str:
        """The process that has the least to spare."""
        return max(PROCESSES, key=lambda process: float(getattr(self, process)))

    @property
    def most(self) -> float:
        """The share that the busiest process needs."""
        return float(getattr(self, self.busiest))

    def of_cores(self, cores: int | None = None) -> float:
        """Return the share of all cores that the three need together; None stands for this machine's."""
        return (self.mind + self.voices + self.engine) / (cores or os.cpu_count() or 1)

    @property
    def realtime(self) -> float:
        """How many times as fast as it plays the busiest process computes, or all cores together if less."""
        return 1 / max(self.most, self.of_cores(), 1e-6)


class ProcessWork:
    """Counts the processor's time that each process's part takes, while somebody wants to know."""

    def __init__(self, work_s: Callable[[], float] = time.process_time):
        """`work_s()` returns the seconds that this program has computed."""
        self._work_s = work_s
        self.wanted = False
        self.taken_s = dict.fromkeys(PROCESSES, 0.0)

    def of(self, process: str, step: Callable[..., Any], *arguments: Any) -> Any:
        """Do a part of a process's work, and return what it returns."""
        if not self.wanted:
            return step(*arguments)
        began = self._work_s()
        try:
            return step(*arguments)
        finally:
            self.taken_s[process] += self._work_s() - began
