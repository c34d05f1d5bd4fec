"""Load shedding: if time is short, tilts narrow, streams rest by priority, then the newest voices end."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Shares of the available time: above the first, a stream rests; below the second, one wakes.
TOO_MUCH, ENOUGH = 0.9, 0.7
#: How often the load is checked, and how long a stream rests at least.
EVERY_S, REST_S = 0.25, 3.0
#: What is known of a resting stream's cost halves in this time, and in twice that each time that it rests
#: again: a cost that was measured while the machine stood still keeps nobody silent for good.
AGES_S = 5.0
#: Above this share, with no stream left to rest, the newest voices are taken back at the second check.
OVER = 1.0
#: A voice that takes less than this share of the time is not taken back: that would help nobody.
LITTLE = 0.005
#: Share of the difference by which a voice's known cost follows each new hop's cost.
FOLLOW = 0.05
#: A tilted stream draws so many candidates at least; fewer would be no tilt.
FEWEST = 2
#: After so many chunks in a row whose scores came too late, there are to be fewer candidates.
TOO_LATE = 4


class SheddableStream(Protocol):
    """A voice that can rest, or draw fewer candidates."""

    resting: bool
    priority: float

    @property
    def candidates(self) -> int:
        """How many candidates a tilted stream draws; 0: it is not tilted."""

    @property
    def most(self) -> int:
        """How many candidates it draws at most."""

    @property
    def wanted(self) -> int:
        """How many candidates the performer asks for."""

    @property
    def unscored(self) -> int:
        """How many of its chunks in a row were scored too late."""

    def narrow(self, most: int) -> None:
        """Draw at most so many candidates from now on."""


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
class Width:
    """A tilted stream draws at most so many candidates from now on."""

    generation: int
    most: int
    fewer: bool  # than before
    late: bool = False  # for want of scores rather than of time to draw

    def said(self, name: str) -> str:
        """Return what the performer is told of the stream called `name`."""
        if not self.fewer:
            return f"{name} is tilted with up to {self.most} candidates again"
        why = "its tilt is not scored in time" if self.late else "time is short"
        return f"{name} is tilted with {self.most} candidates: {why}"


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
        self._beside: dict[int, float] = {}  # what a stream took between its last hop and the next
        self._rests: dict[int, int] = {}  # generation -> how often it had to rest
        self._due_s = clock() + EVERY_S
        self._rested_s = self._narrowed_s = -REST_S
        self._over = 0  # checks in a row that found too much, and no stream left to rest

    def timed(
        self,
        generation: int,
        work: Callable[[], bool],
        before_s: Callable[[], float] = lambda: 0.0,
    ) -> bool:
        """Run `work`, which computes a hop of a voice or has nothing to do; note the hop's cost.

        `before_s()` returns how many seconds went into the hop before.
        """
        began = self._clock()
        if not work():
            return False
        cost = self._clock() - began + before_s() + self._beside.pop(generation, 0.0)
        known = self._costs.setdefault(generation, cost)
        self._costs[generation] = known + FOLLOW * (cost - known)
        return True

    def timed_beside(self, generation: int, work: Callable[[], None]) -> None:
        """Run `work` that a voice needs beside its hops; its next hop counts as so much longer."""
        began = self._clock()
        work()
        taken = self._clock() - began
        self._beside[generation] = self._beside.get(generation, 0.0) + taken

    def decide(
        self, streams: Mapping[int, SheddableStream], all_voices: Collection[int]
    ) -> Decision | Width | TakenBack | None:
        """Let one stream narrow, rest or wake, if it is time to, and return the decision.

        `streams` holds the streams that can rest, by generation; `all_voices` holds all
        generations. Of streams with equal priority, the newest rests first. If all of them rest and
        it is still too much, the newest voices are to be taken back, as many as it takes.
        """
        now = self._clock()
        if now < self._due_s:
            return None
        passed_s = now - self._due_s + EVERY_S
        self._due_s = now + EVERY_S
        self._costs = {number: cost for number, cost in self._costs.items() if number in all_voices}
        self._beside = {number: s for number, s in self._beside.items() if number in all_voices}
        self._rests = {number: n for number, n in self._rests.items() if number in all_voices}
        resting = {number for number, stream in streams.items() if stream.resting}
        for number in resting & self._costs.keys():
            ages_s = AGES_S * 2 ** (self._rests.get(number, 1) - 1)
            self._costs[number] *= 0.5 ** (passed_s / ages_s)
        load = sum(c for number, c in self._costs.items() if number not in resting) / self._hop_s
        if (width := self._narrow_one(streams, resting, load)) is not None:
            self._narrowed_s = now
            return width
        if load > TOO_MUCH and (awake := [n for n in streams if n not in resting]):
            least = min(awake, key=lambda number: (streams[number].priority, -number))
            streams[least].resting = True
            self._rested_s, self._rests[least] = now, self._rests.get(least, 0) + 1
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
        if (
            now - self._narrowed_s > REST_S
            and (width := self._widen_one(streams, load)) is not None
        ):
            self._narrowed_s = now
            return width
        return None

    def _narrow_one(
        self, streams: Mapping[int, SheddableStream], resting: Collection[int], load: float
    ) -> Width | None:
        """Let a tilted stream draw half as many candidates, if there is no time for them all."""
        # a stream that has been told draws fewer from its next chunk on
        widths = {n: min(each.candidates, each.most) for n, each in streams.items()}
        wide = [n for n, width in widths.items() if n not in resting and width > FEWEST]
        late = [number for number in wide if streams[number].unscored >= TOO_LATE]
        if not wide or not (late or load > TOO_MUCH):
            return None
        least = min(late or wide, key=lambda number: (streams[number].priority, -number))
        most = max(widths[least] // 2, FEWEST)
        streams[least].narrow(most)
        return Width(least, most, fewer=True, late=bool(late))

    def _widen_one(self, streams: Mapping[int, SheddableStream], load: float) -> Width | None:
        """Let a tilted stream draw twice as many candidates, if there is time and it would."""
        narrow = [
            n for n, each in streams.items() if each.candidates > 0 and each.most < each.wanted
        ]
        for number in sorted(narrow, key=lambda number: (-streams[number].priority, number)):
            if load + self._costs.get(number, 0.0) / self._hop_s < ENOUGH:
                most = min(2 * streams[number].most, streams[number].wanted)
                streams[number].narrow(most)
                return Width(number, most, fewer=False)
        return None
