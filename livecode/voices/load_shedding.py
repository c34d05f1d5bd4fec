"""When the processor cannot keep up: streams are frozen by priority, so that everything else sounds on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Of the time that passes, what voices may take before one is frozen, and with another one woken.
TOO_MUCH, ENOUGH = 0.9, 0.7
#: It is looked at this often, once this much is known; and a stream rests for so long at least.
EVERY_S, REST_S = 0.25, 3.0
#: How fast what a hop costs is followed: a share of the difference for each hop.
FOLLOW = 0.05


class Stream(Protocol):
    """A voice that can rest."""

    resting: bool
    priority: float


@dataclass(frozen=True)
class Decision:
    """That a stream begins to rest, or goes on."""

    generation: int
    rests: bool


class LoadShedding:
    """Follows what each voice costs, and decides which streams rest."""

    def __init__(self, hop_s: float, clock: Callable[[], float]):
        """`clock` tells the seconds that pass outside, not in the performance."""
        self._hop_s, self._clock = hop_s, clock
        self._costs: dict[int, float] = {}  # generation -> seconds a hop, while it does not rest
        self._due_s = clock() + EVERY_S
        self._rested_s = -REST_S

    def timed(self, generation: int, work: Callable[[], int]) -> int:
        """Do `work`, which computes hops of a voice and returns how many; take note of its cost."""
        began = self._clock()
        hops = work()
        if hops:
            cost = (self._clock() - began) / hops
            known = self._costs.setdefault(generation, cost)
            self._costs[generation] = known + FOLLOW * hops * (cost - known)
        return hops

    def decide(self, streams: Mapping[int, Stream], all_voices: Collection[int]) -> Decision | None:
        """Freeze or wake one stream, if it is time to.

        Both by generation, `streams` those that can rest.  Of equal priority the newest rests first.
        """
        now = self._clock()
        if now < self._due_s:
            return None
        self._due_s = now + EVERY_S
        self._costs = {number: cost for number, cost in self._costs.items() if number in all_voices}
        resting = {number for number, stream in streams.items() if stream.resting}
        load = sum(c for number, c in self._costs.items() if number not in resting) / self._hop_s
        if load > TOO_MUCH and (awake := [n for n in streams if n not in resting]):
            least = min(awake, key=lambda number: (streams[number].priority, -number))
            streams[least].resting = True
            self._rested_s = now
            return Decision(least, rests=True)
        if resting and now - self._rested_s > REST_S:
            best = max(resting, key=lambda number: (streams[number].priority, -number))
            if load + self._costs.get(best, 0.0) / self._hop_s < ENOUGH:
                streams[best].resting = False
                return Decision(best, rests=False)
        return None
