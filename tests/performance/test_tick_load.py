"""Ticks that take longer than there is: what costs most is taken back, and blocks get their turn."""

import threading
import time

from livecode import Session
from livecode.evaluation.block_lock import BlockLock
from livecode.performance.tick_load import (
    ENOUGH,
    FULL,
    LASTS_S,
    LATE_S,
    OVER_S,
    Costly,
    SoundingNames,
    TickLoad,
)

TICK_S = 0.005
LATE = 2 * LATE_S


class Names:
    """Names, each of which makes a tick longer by a share of the time that there is."""

    def __init__(self, costs: dict[str, float], drums: tuple[str, ...] = ()):
        self.sounding, self.drums = dict(costs), drums
        self.numbers = {name: number for number, name in enumerate(costs)}
        self.told: list[str] = []
        self.now_s = 0.0
        self.load = TickLoad(self, TICK_S, lambda: self.now_s)

    def measure(self, wanted: bool) -> None:
        pass

    def costs(self) -> list[Costly]:
        return [
            Costly(name, self.numbers[name], cost * TICK_S, name in self.drums)
            for name, cost in self.sounding.items()
        ]

    def take_back(self, name: str, generation: int, why: str) -> None:
        assert self.numbers[name] == generation
        del self.sounding[name]
        self.told.append(f"{name}: {why}")

    def tick(self, seconds: float, late_s: float = LATE, rest: float = 0.0) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.load.begin()
            self.now_s += (sum(self.sounding.values()) + rest) * TICK_S
            self.load.end(lambda: late_s)


def equal(count: int, cost: float) -> Names:
    return Names({f"a{number}": cost for number in range(count)})


def test_what_fits_stays() -> None:
    names = equal(10, 0.07)
    names.tick(10.0)
    assert len(names.sounding) == 10


def test_a_hundred_agents_become_as_many_as_there_is_time_for_the_oldest_stay() -> None:
    names = equal(100, 0.03)
    names.tick(2 * LASTS_S)
    assert [*names.sounding] == [f"a{number}" for number in range(len(names.sounding))]
    assert ENOUGH - 0.1 < len(names.sounding) * 0.03 <= FULL
    assert names.told[0] == (
        "a99: it takes 3% of the time between two ticks, and all together 300%, "
        "so that the sound is late: it is taken back"
    )
    left = len(names.sounding)
    names.tick(10.0)
    assert len(names.sounding) == left


def test_what_costs_most_goes_first_and_no_more_than_is_needed() -> None:
    names = Names({"old": 0.5, "drums": 0.3, "pads": 0.02, "new": 0.2}, drums=("drums",))
    names.tick(2 * LASTS_S)
    assert [*names.sounding] == ["drums", "pads", "new"]


def test_drums_go_last_and_never_all_of_it() -> None:
    names = Names({"drums": 1.5, "pads": 0.4, "tiny": 0.001}, drums=("drums",))
    names.tick(2 * LASTS_S)
    assert [*names.sounding] == ["tiny"]
    alone = Names({"only": 3.0})
    alone.tick(3 * LASTS_S)
    assert [*alone.sounding] == ["only"]


def test_a_name_that_would_not_help_stays() -> None:
    names = Names({"drums": 0.004, "pads": 0.004})
    names.tick(3 * LASTS_S, rest=1.2)
    assert len(names.sounding) == 2


def test_what_passes_or_is_heard_on_time_takes_nothing_back() -> None:
    names = equal(10, 0.2)
    names.tick(LASTS_S / 2 - OVER_S)
    names.sounding = dict.fromkeys(names.sounding, 0.02)
    names.tick(LASTS_S)
    names.sounding = dict.fromkeys(names.sounding, 0.2)
    names.tick(LASTS_S / 2 - OVER_S)
    names.tick(10.0, late_s=0.0)
    assert len(names.sounding) == 10


def test_one_slow_tick_is_no_overload() -> None:
    names = equal(5, 0.05)
    names.tick(OVER_S)
    for _ in range(5):
        names.load.begin()
        names.now_s += 1.0  # something was loaded for the first time
        names.load.end(lambda: LATE)
        names.tick(OVER_S)
    assert len(names.sounding) == 5


def test_names_of_a_performance_are_measured_and_taken_back_whatever_they_are(
    session: Session,
) -> None:
    session.eval('drums = hits("bd*4")\nlow = notes("0*4", "bass")\nego = agent(space("additive"))')
    session.eval("ego.every = 1*ms")
    session.advance(0.5)
    names = SoundingNames(session.performance.sounds)
    names.measure(True)
    session.advance(0.2)
    found = {each.name: each for each in names.costs()}
    assert set(found) == {"drums", "low", "ego"}
    assert found["ego"].cost_s > found["drums"].cost_s > 0
    assert [name for name, each in found.items() if each.keeps_time] == ["drums"]
    for name in ("ego", "low"):
        names.take_back(name, found[name].generation, "it is taken back")
    session.advance(0.5)
    assert session.performance.generations.sounding() == ["drums"]
    told = [str(event) for event in session.log if "it is taken back" in str(event)]
    assert len(told) == 2


def test_a_block_that_waits_holds_the_turn_so_that_no_tick_overtakes_it() -> None:
    lock, held = BlockLock(), threading.Event()

    def block() -> None:
        with lock:
            held.set()

    with lock.aside():
        waiting = threading.Thread(target=block)
        waiting.start()
        end_s = time.monotonic() + 10
        while not lock._turn.locked():
            assert time.monotonic() < end_s, "a tick could take the lock again before the block"
        assert not held.is_set()
    waiting.join()
    assert held.is_set()
    assert not lock._turn.locked()
