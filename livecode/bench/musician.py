"""A simulated musician with rings, who hears how far a sound is from the one in mind."""

from collections import deque

import numpy as np

from livecode.agents.path import Array
from livecode.signals.simulate import turned_packets

JUDGED_S = 0.5  # over so long it is heard whether it comes nearer
SHAKE = 0.2  # standard deviation of the hands, of a full turn
REACH = 0.05  # within this distance / sqrt(dims) it has come to the place in mind
STAY_S, STAY = 5.0, 0.1  # if it then is no further away, on average, for so long


class Hands:
    """Musician B of the agent's bench, as packets: to the front for nearer, to the back for further."""

    def __init__(self, target: Array, rng: np.random.Generator) -> None:
        """`target`: the place in mind (dims,)."""
        self.target, self._rng = target, rng
        self._heard = deque[tuple[float, float]]()  # (time_s, distance) of the last half second
        self._most = 1e-3  # the fastest that it ever came nearer, or went
        self._far: list[tuple[float, float]] = []  # (time_s, distance / sqrt(dims)), all of it

    def hear(self, position: Array, time_s: float) -> tuple[bytes, bytes]:
        """Hear where the agent is (dims,); the packets of both rings at that time."""
        distance = float(np.linalg.norm(np.asarray(position) - self.target))
        self._far.append((time_s, distance / len(self.target) ** 0.5))
        heard = self._heard
        heard.append((time_s, distance))
        while len(heard) > 1 and heard[1][0] <= time_s - JUDGED_S + 1e-6:
            heard.popleft()
        nearer = heard[0][1] - distance
        self._most = max(self._most, abs(nearer))
        turn = np.clip(nearer / self._most, -1, 1) + self._rng.normal(0, SHAKE)
        turn = float(np.clip(turn, -1, 1))
        return turned_packets(turn, turn)

    @property
    def distance(self) -> float:
        """How far it is now, over sqrt(dims)."""
        return self._far[-1][1]

    @property
    def arrived_s(self) -> float | None:
        """When it came to the place in mind and stayed about; None if it has not."""
        times, far = np.array(self._far).T
        for at in np.flatnonzero(far <= REACH):
            stay = (times > times[at]) & (times <= times[at] + STAY_S)
            if times[-1] >= times[at] + STAY_S and far[stay].mean() <= STAY:
                return float(times[at])
        return None
