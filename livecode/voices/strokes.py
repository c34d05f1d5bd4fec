"""Strokes: the envelope and the brightness of a sound that is struck and dies away."""

import math

import numpy as np

from livecode.neural.audio.spectrum import Floats

#: From what sounds to the height of a new stroke, and back to a sound that is not struck any more, in
#: seconds.
ATTACK_S, RETURN_S = 0.002, 0.05
#: A struck sound falls by 63 % of the way to what is held in so many seconds.
FALL_S = 0.4
#: A stroke of 1 begins so much higher than a held sound, so that both are about as loud on average.
HEIGHT = 1.0
#: How much brighter a stroke of 1 begins, in nepers for the high partials, and for how long; and how
#: much darker it becomes while it dies away.
BRIGHT, BRIGHT_S = 1.0, 0.05
DARK, DARK_S = 0.9, 0.5


class Strokes:
    """One sound that is struck again and again. Before its first stroke it is held at 1."""

    def __init__(self, sample_rate: int, hop: int):
        self._rate, self._hop = sample_rate, hop
        self._strike = 0.0  # of the last stroke; 0: the sound is held
        self._since = 0  # frames from the last stroke to the next hop
        self._level = 1.0  # at the end of the last hop
        self._from = 1.0  # the level at which the last stroke began

    @property
    def held(self) -> bool:
        """Whether the sound is held at 1."""
        return self._strike <= 0.0 and self._level == 1.0

    @property
    def tilt(self) -> float:
        """How much brighter the sound is in the middle of the next hop, in nepers."""
        if self._strike <= 0.0:
            return 0.0
        seconds = (self._since + self._hop / 2) / self._rate
        bright = BRIGHT * math.exp(-seconds / BRIGHT_S)
        return self._strike * (bright - DARK * (1 - math.exp(-seconds / DARK_S)))

    def let_go(self) -> None:
        """Go back to a sound that is held."""
        self._strike = 0.0

    def advance(self, begins: tuple[float, int] | None = None) -> Floats:
        """Return the level of each frame of the next hop, (hop,).

        `begins` is a stroke from 0 to 1, and how many frames into the hop it begins.
        """
        levels = np.empty(self._hop, np.float32)
        at = 0
        if begins is not None:
            strike, at = begins
            self._fill(levels[:at])
            self._strike, self._since, self._from = strike, 0, self._level
        self._fill(levels[at:])
        return levels

    def _fill(self, levels: Floats) -> None:
        """Write the levels of some frames, in which nothing begins."""
        if not len(levels):
            return
        if self._strike <= 0.0:
            moved = np.arange(1, len(levels) + 1) / (RETURN_S * self._rate)
            up, down = np.minimum(self._level + moved, 1.0), np.maximum(self._level - moved, 1.0)
            levels[:] = up if self._level <= 1.0 else down
        else:
            frames = self._since + np.arange(1, len(levels) + 1)
            sustained = 1.0 - self._strike
            top = 1.0 + HEIGHT * self._strike
            fallen = sustained + (top - sustained) * np.exp(-frames / (FALL_S * self._rate))
            share = np.minimum(frames / (ATTACK_S * self._rate), 1.0)
            levels[:] = self._from + share * (fallen - self._from)
            self._since += len(levels)
        self._level = float(levels[-1])
