"""The lines on which a duet that counts bars takes its turns."""

import math
from fractions import Fraction

from livecode.signals.tempo import Tempo

#: Parts of a bar that a turn may last; what is a line but for rounding.
FINEST, ALMOST = 64, 1e-6


def next_line(tempo: Tempo, bars: float | None, since: int, frame: int) -> tuple[float, float]:
    """Return the next sample time at which it answers, and how long it answers, in seconds.

    It listens for `bars` and answers as long, in turn, from the first line after sample time `since`
    on. 0 and 0 where bars do not rule.
    """
    if bars is None:
        return 0.0, 0.0
    each = Fraction(bars).limit_denominator(FINEST)
    first = math.ceil(tempo.bar_at(since) / each - ALMOST) * each
    turns = max(math.ceil(((tempo.bar_at(frame) - first) / each - 1) / 2), 0)
    line = tempo.frame_of_bar(first + (2 * turns + 1) * each)
    before = tempo.frame_of_bar(first + 2 * turns * each)
    return float(line), (line - before) / tempo.sample_rate
