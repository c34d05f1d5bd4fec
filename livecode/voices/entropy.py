"""How undecided the models of streams are: measured while they draw, and told to the stage page."""

import math
from collections import deque
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.transport import Arena
from livecode.transport.stage import StreamEntropies, encode_stage

#: The entropy is told so often, in seconds of sound, and so many of the last numbers of each stream.
EVERY_S, KEPT = 0.1, 40
#: So many streams are told of at most, those that have played longest.
MOST_STREAMS = 8


class EntropyMeter:
    """The mean entropy of what a model expects of its next draw, at temperature 1.

    It is measured only while the meter is `on`, since that takes time; what is drawn does not depend on it.
    """

    def __init__(self) -> None:
        self.on = False
        self._nats, self._draws = 0.0, 0

    def note(self, entropy: NDArray[np.float32] | None) -> None:
        """Take note of the entropy, in nats, of any number of draws; None: it was not measured."""
        if self.on and entropy is not None and entropy.size:
            self._nats += float(entropy.sum(dtype=np.float64))
            self._draws += entropy.size

    def read(self) -> float | None:
        """Return the mean since it was read last, in bits a draw; None: nothing was drawn."""
        if not self._draws:
            return None
        bits = self._nats / self._draws / math.log(2)
        self._nats, self._draws = 0.0, 0
        return bits


class Metered(Protocol):
    """What is asked of a stream's voice."""

    @property
    def meter(self) -> EntropyMeter:
        """What tells how undecided its model is."""

    @property
    def ahead_s(self) -> float:
        """How much later than the hop that comes next is heard what was drawn last, in seconds."""


class EntropyTeller:
    """Posts a `StreamEntropies` in the arena while the header counts viewers; costs nothing otherwise."""

    def __init__(self, arena: Arena):
        self._arena = arena
        self._rate = arena.header.sample_rate
        self._due: dict[str, int] = {}  # the sample time at which a stream is told of next
        self._told: dict[str, deque[tuple[int, float]]] = {}

    def tell(self, streams: Mapping[str, tuple[int, Metered]]) -> None:
        """Tell of streams: name -> (sample time of the hop that comes next, what plays)."""
        watched = bool(self._arena.header.viewers)
        for _, stream in streams.values():
            stream.meter.on = watched
        if not watched:
            self._due.clear()
            self._told.clear()
            return
        for gone in self._told.keys() - streams.keys():
            del self._told[gone]
            self._due.pop(gone, None)
        news = False
        for name, (frame, stream) in list(streams.items())[:MOST_STREAMS]:
            if frame < self._due.get(name, 0):
                continue
            self._due[name] = frame + round(EVERY_S * self._rate)
            bits = stream.meter.read()
            if bits is None:
                continue
            at = frame + round(stream.ahead_s * self._rate)
            self._told.setdefault(name, deque(maxlen=KEPT)).append((at, round(bits, 3)))
            news = True
        if news:
            told = {name: tuple(points) for name, points in self._told.items()}
            self._arena.entropies.post(encode_stage(StreamEntropies(told)))
