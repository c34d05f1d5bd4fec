"""Multiples of a length of time, counted in beats or in seconds."""

import math

from livecode.language.units import Span
from livecode.signals.tempo import Tempo


def next_multiple(quant: Span, frame: float, tempo: Tempo) -> int:
    """Return the first sample time from `frame` on that is a multiple of `quant`; `frame` for 0*s."""
    at = math.ceil(frame)
    if quant.bars and not quant.beats:
        at = tempo.next_bars(quant.bars, at)
    elif quant.beats:
        at = tempo.next(quant.in_beats(float(tempo.beats_per_bar_at(at))), at)
    if quant.seconds:
        every = quant.seconds * tempo.sample_rate
        at = math.ceil(math.ceil(at / every) * every)
    return at
