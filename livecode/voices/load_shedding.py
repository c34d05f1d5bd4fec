"""Load shedding: if the processor cannot keep up, streams rest by priority, then the newest voices end."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Shares of the available time: above the first, a stream rests; below the second, one wakes.
TOO_MUCH, ENOUGH = 0.9, 0.7
#: How often the load is checked, and how long a stream rests at least.
EVERY_S, REST_S = 0.25, 3.0
#: Above this share, with no stream left to rest, the newest voices are taken back at the second check.
OVER = 1.0
#: A voice that takes less than this share of the time is not taken back: that would help nobody.
LITTLE = 0.005
#: Share of the difference by which a voice's known cost follows each new hop's cost.
FOLLOW = 0.05


class SheddableStream(Protocol):
    """A voice that can rest."""

    resting: bool
    priority: float


@dataclass(frozen=True)
class Decision:
    """A stream begins to rest, or plays again."""

    generation: int
    rests: bool

    def said(self, name: str) -> str:
        """Return what the performer is told of the stream called `name`."""
        if not self.rests:
            return f"{name} plays on"
        return (
            f"{name} repeats its last second: this machine cannot compute all that sounds in time"
        )


@dataclass(frozen=True)
class TakenBack:
    """The newest voices do not fit. Costs, by generation, and load are shares of the time there is."""

    costs: Mapping[int, float]
    load: float

    def why(self, generation: int) -> str:
        """Return why one of them is taken back, as a sentence."""
        return (
            f"it takes {self.costs[generation]:.0%} of the time that voices have, and all of them "
            f"{self.load:.0%}: what began last is taken back"
        )


class LoadShedding:
    """Measures the cost of each voice, and decides which streams rest."""

    def __init__(self, hop_s: float, clock: Callable[[], float]):
        """Set up for hops of `hop_s` seconds. `clock` returns the seconds of a real clock."""
        self._hop_s, self._clock = hop_s, clock
        self._costs: dict[int, float] = {}  # generation -> seconds a hop, while it does not rest
        self._due_s = clock() + EVERY_S
        self._rested_s = -REST_S
        self._over = 0  # checks in a row that found too much, and no stream left to rest

    def timed(self, generation: int, work: Callable[[], bool]) -> bool:
        """Run `work`, which computes a hop of a voice or has nothing to do; note the hop's cost."""
        began = self._clock()
        if not work():
            return False
        cost = self._clock() - began
        known = self._costs.setdefault(generation, cost)
        self._costs[generation] = known + FOLLOW * (cost - known)
        return True

    def decide(
        self, streams: Mapping[int, SheddableStream], all_voices: Collection[int]
    ) -> Decision | TakenBack | None:
        """Let one stream rest or wake, if it is time to, and return the decision.

        `streams` holds the streams that can rest, by generation; `all_voices` holds all
        generations. Of streams with equal priority, the newest rests first. If all of them rest and
        it is still too much, the newest voices are to be taken back, as many as it takes.
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
        self._over = self._over + 1 if load > OVER else 0
        if self._over > 1 and (costly := [n for n in self._costs if n not in resting]):
            self._over, left, back = 0, load, {}
            for generation in sorted(costly, reverse=True):
                if left <= TOO_MUCH:
                    break
                if (share := self._costs[generation] / self._hop_s) >= LITTLE:
                    back[generation] = share
                    left -= share
            return TakenBack(back, load) if back else None
        if resting and now - self._rested_s > REST_S:
            best = max(resting, key=lambda number: (streams[number].priority, -number))
            if load + self._costs.get(best, 0.0) / self._hop_s < ENOUGH:
                streams[best].resting = False
                return Decision(best, rests=False)
        return None
