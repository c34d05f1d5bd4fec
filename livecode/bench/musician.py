"""A simulated musician with rings, who hears the distance of a sound from the one in mind."""

from collections import deque

import numpy as np

from livecode.agents.path import Array
from livecode.signals.simulate import turned_packets

JUDGED_S = 0.5  # the time over which approaching is judged
SHAKE = 0.2  # standard deviation of the hands, in full turns
REACH = 0.05  # distance / sqrt(dims) within which the target counts as reached
STAY_S, STAY = 5.0, 0.1  # if the distance then stays below STAY on average for STAY_S


class RingMusician:
    """Musician B as packets: turns the rings to the front when nearer, to the back when farther."""

    def __init__(self, target: Array, rng: np.random.Generator) -> None:
        """Start with a target position (dims,)."""
        self.target, self._rng = target, rng
        self._heard = deque[tuple[float, float]]()  # (time_s, distance) of the last JUDGED_S
        self._most = 1e-3  # the fastest approach or retreat so far
        self._far: list[tuple[float, float]] = []  # (time_s, distance / sqrt(dims)) of all times

    def hear(self, position: Array, time_s: float) -> tuple[bytes, bytes]:
        """Hear the agent at a position (dims,). Return the packets of both rings at that time."""
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
        """The present distance / sqrt(dims)."""
        return self._far[-1][1]

    @property
    def arrived_s(self) -> float | None:
        """The time of an arrival at the target that lasted, or None."""
        times, far = np.array(self._far).T
        for at in np.flatnonzero(far <= REACH):
            stay = (times > times[at]) & (times <= times[at] + STAY_S)
            if times[-1] >= times[at] + STAY_S and far[stay].mean() <= STAY:
                return float(times[at])
        return None
