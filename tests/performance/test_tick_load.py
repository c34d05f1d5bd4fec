"""Ticks that take longer than there is: the newest names are taken back, and blocks get their turn."""

import threading

from livecode.evaluation.block_lock import BlockLock
from livecode.performance.tick_load import ENOUGH, FULL, OVER_S, TickLoad

TICK_S = 0.005


class Names:
    """So many names, each of which makes a tick longer."""

    def __init__(self, count: int, cost: float):
        self.sounding, self.cost = list(range(count)), cost
        self.told: list[str] = []
        self.now_s = 0.0
        self.load = TickLoad(self, TICK_S, lambda: self.now_s)  # type: ignore[arg-type]

    def newest_first(self) -> list[tuple[str, int]]:
        return [(f"a{number}", number) for number in reversed(self.sounding)]

    def take_back(self, name: str, generation: int, why: str) -> None:
        self.sounding.remove(generation)
        self.told.append(why)

    def tick(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.load.begin()
            self.now_s += len(self.sounding) * self.cost * TICK_S
            self.load.end()


def test_what_fits_stays() -> None:
    names = Names(10, 0.07)
    names.tick(10.0)
    assert len(names.sounding) == 10


def test_a_hundred_agents_become_as_many_as_there_is_time_for_the_oldest_stay() -> None:
    names = Names(100, 0.03)
    names.tick(2.0)
    assert names.sounding == list(range(len(names.sounding)))
    assert ENOUGH - 0.1 < len(names.sounding) * 0.03 <= FULL
    assert "agents and values take 300% of the time between two ticks" in names.told[0]
    left = len(names.sounding)
    names.tick(10.0)
    assert len(names.sounding) == left


def test_one_slow_tick_is_no_overload() -> None:
    names = Names(5, 0.05)
    names.tick(OVER_S)
    for _ in range(5):
        names.load.begin()
        names.now_s += 1.0  # something was loaded for the first time
        names.load.end()
        names.tick(OVER_S)
    assert len(names.sounding) == 5


def test_a_block_gets_its_turn_though_ticks_follow_each_other_without_a_pause() -> None:
    lock, stop, ticks = BlockLock(), threading.Event(), [0]

    def tick() -> None:
        while not stop.is_set():
            with lock.aside():
                ticks[0] += 1
                sum(range(2000))

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        waited = []
        for _ in range(200):
            before = ticks[0]
            with lock:
                waited.append(ticks[0] - before)
    finally:
        stop.set()
        ticker.join()
    assert max(waited) < 50
