"""Meters: the peak of each name, posted for the terminal some times a second."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from livecode.transport.bytes import Board

#: How many times a second the meters are posted for the terminal.
METERS_HZ = 20


class HasPeak(Protocol):
    """A strip, as far as its loudness goes."""

    peak: float


class Meters:
    """Posts the highest peak of each name since the last post."""

    def __init__(self, board: Board, sample_rate: int):
        """Post on `board`, for a sound at a sample rate in Hz."""
        self._board, self._every = board, sample_rate // METERS_HZ
        self._peaks: dict[str, float] = {}
        self._due = 0

    def post(self, strips: Mapping[str, HasPeak], frame: int) -> None:
        """Take in the peaks of the last block, and post them if that is due at sample time `frame`."""
        for name, strip in strips.items():
            self._peaks[name] = max(strip.peak, self._peaks.get(name, 0.0))
        if frame >= self._due:
            self._due = frame + self._every
            self._board.post(msgspec.json.encode(self._peaks))
            self._peaks = {}
