"""Watches how long ticks take, and takes names back where the sound has been late of it for long."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from livecode.language.hits import Hits
from livecode.playing.sound_player import player_of
from livecode.playing.sounds import Sounds

#: Ticks may take this share of the time from one to the next. The rest is for blocks and packets.
FULL = 0.8
#: After names have been taken back, the ticks are to take no more than this.
ENOUGH = 0.7
#: What counts is the median over this time: one slow tick is no overload.
OVER_S = 0.3
#: Ticks must have taken too much, and come late, for so long: what passes takes nothing back.
LASTS_S = 3.0
#: A tick that ends so many seconds after its time is late: what it has set is heard late.
LATE_S = 0.015
#: Costs are measured while ticks take more than this share.
WORTH_MEASURING = FULL / 2
#: Names that cost at least this share of what the costliest one does count as equal to it.
EQUAL = 0.8
#: A name whose ticks take less than this share of the time is spared: it would not help.
LEAST = 0.01


@dataclass(frozen=True)
class Costly:
    """A name whose ticks take time."""

    name: str
    generation: int
    cost_s: float  # seconds that each of its ticks takes
    keeps_time: bool  # it carries the beat, and is the last to be taken back


class TickingNames(Protocol):
    """What sounds, as far as its ticks go."""

    def measure(self, wanted: bool) -> None:
        """Measure what the ticks of each name cost from now on, or no more."""

    def costs(self) -> Sequence[Costly]:
        """Return what sounds, each with what its ticks cost lately."""

    def take_back(self, name: str, generation: int, why: str) -> None:
        """Let a name go back to what it was before, or be silent."""


class TickLoad:
    """The share of the time between two ticks that a tick takes."""

    def __init__(
        self, names: TickingNames, tick_s: float, work_s: Callable[[], float] = time.thread_time
    ):
        """Watch ticks that come every `tick_s` seconds.

        `work_s()` returns the seconds for which the present thread has computed.
        """
        self._names, self._tick_s, self._work_s = names, tick_s, work_s
        self._shares: deque[float] = deque(maxlen=max(1, round(OVER_S / tick_s)))
        self._began_s = 0.0
        self._over_s = 0.0  # for how long ticks have taken too much, and come late
        self._measures = False

    def begin(self) -> None:
        """Note that a tick begins."""
        self._began_s = self._work_s()

    def end(self, late_s: Callable[[], float]) -> None:
        """Note that it has ended, and take back what does not fit.

        `late_s()` returns how long ago the tick was due, in seconds.
        """
        share = (self._work_s() - self._began_s) / self._tick_s
        self._shares.append(share)
        if share <= WORTH_MEASURING and not self._measures:
            self._over_s = 0.0
            return  # the usual case
        if (wanted := self.share > WORTH_MEASURING) != self._measures:
            self._measures = wanted
            self._names.measure(wanted)
        over = self.share > FULL and late_s() > LATE_S
        took_s = max(share, 1.0) * self._tick_s
        self._over_s = max(self._over_s + (took_s if over else -took_s), 0.0)
        if self._over_s > LASTS_S:
            self._take_back(self.share)
            self._over_s = 0.0
            self._shares.clear()

    def _take_back(self, share: float) -> None:
        """Take back what costs most of what can be spared, as much as is needed."""
        left = share
        candidates = [*self._names.costs()]
        while left > ENOUGH and len(candidates) > 1:
            most = _to_spare(candidates, LEAST * self._tick_s)
            if most is None:
                return
            candidates.remove(most)
            cost = most.cost_s / self._tick_s
            left -= cost
            why = (
                f"it takes {cost:.0%} of the time between two ticks, and all together {share:.0%}, "
                "so that the sound is late: it is taken back"
            )
            self._names.take_back(most.name, most.generation, why)

    @property
    def share(self) -> float:
        """The median share of the last ticks."""
        return median(self._shares) if self._shares else 0.0


class SoundingNames:
    """The names of a performance, with what their ticks cost."""

    def __init__(self, sounds: Sounds):
        self._sounds = sounds

    def measure(self, wanted: bool) -> None:
        """Measure what the ticks of each name cost from now on, or no more."""
        self._sounds.costs.want(wanted)

    def costs(self) -> list[Costly]:
        """Return what sounds, each with what its ticks cost lately."""
        found = []
        for thing in self._sounds:
            playing = self._sounds.generations.current(str(thing))
            if playing is not None:
                cost_s = self._sounds.costs.of(player_of(thing))
                hits = isinstance(thing, Hits)
                found.append(Costly(str(thing), playing.generation, cost_s, hits))
        return found

    def take_back(self, name: str, generation: int, why: str) -> None:
        """Let a name go back to what it was before, or be silent."""
        self._sounds.generations.take_back(name, generation, why)


def _to_spare(names: Sequence[Costly], least_s: float) -> Costly | None:
    """Return what is taken back first: the newest of those that cost most; None if nothing would help."""
    worth = [each for each in names if each.cost_s > least_s]
    among = [each for each in worth if not each.keeps_time] or worth
    if not among:
        return None
    most_s = max(each.cost_s for each in among)
    return max(
        (each for each in among if each.cost_s >= EQUAL * most_s), key=lambda each: each.generation
    )
