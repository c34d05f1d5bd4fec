"""Which delay each name sends to: names share one delay while their times agree.

This module knows no pyo: `sends.py` builds and feeds the delays.
"""

import itertools
from collections.abc import Mapping

#: The first delay is called so, the next ones `delay-return-2` and so on: no performer's name has a hyphen.
DELAY = "delay-return"
#: Times that differ by less, in seconds, are one time: nobody hears the difference.
SAME_S = 0.001


class DelayTimes:
    """The times of all delays, and which of them each name sends to.

    A delay follows its names, for example along a ramp of the tempo. A name whose time parts from
    that of the others goes to another delay once its time has arrived.
    """

    def __init__(self) -> None:
        self.times: dict[str, float] = {}  # of each delay, in seconds, the oldest first
        self._delay_of: dict[str, str] = {}
        self._before: Mapping[str, float] = {}  # the times in the last block

    def advance(self, times: Mapping[str, float]) -> dict[str, str]:
        """Return the delay of each name; `times` are those of all that send, in seconds.

        Call it once a block. A delay that is not in `times` yet is to be made.
        """
        delay_of = {name: self._delay_of[name] for name in times if name in self._delay_of}
        for delay, time_s in self.times.items():
            own = [times[name] for name, of in delay_of.items() if of == delay]
            if own:
                self.times[delay] = next((each for each in own if _same(each, time_s)), own[0])
        for name, time_s in times.items():
            if name not in delay_of or self._arrived(name, time_s, self.times[delay_of[name]]):
                delay_of[name] = self._delay(time_s)
        self._before, self._delay_of = times, delay_of
        return delay_of

    def forget(self, delay: str) -> None:
        """Forget a delay that is taken out, and who sent to it."""
        del self.times[delay]
        self._delay_of = {name: of for name, of in self._delay_of.items() if of != delay}

    def _arrived(self, name: str, time_s: float, delay_s: float) -> bool:
        """Whether a name's time stands still, or is slow and another than that of its delay."""
        moved_s = abs(time_s - self._before.get(name, time_s))
        return moved_s == 0.0 or (moved_s < SAME_S and not _same(time_s, delay_s))

    def _delay(self, time_s: float) -> str:
        """Return the oldest delay of that time, or a new one."""
        for delay, other_s in self.times.items():
            if _same(time_s, other_s):
                return delay
        names = (DELAY if number == 1 else f"{DELAY}-{number}" for number in itertools.count(1))
        new = next(name for name in names if name not in self.times)
        self.times[new] = time_s
        return new


def _same(one_s: float, other_s: float) -> bool:
    return abs(one_s - other_s) < SAME_S
