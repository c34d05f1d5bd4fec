"""Multiples of a length of time, counted in beats or in seconds."""

import math

from livecode.language.lengths import Lengths
from livecode.language.moments import Moment
from livecode.language.units import Span
from livecode.language.values import Value
from livecode.signals.tempo import Meter, Tempo, part_of_a_beat


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


def multiple_from(length: Span, frame: int, tempo: Tempo) -> int:
    """Return which multiple of a length is the first at sample time `frame` or later.

    The length is counted in bars, in beats, or in seconds.
    """
    if length.bars:
        return tempo.bar_of_frame(frame - 1) // part_of_a_beat(length.bars) + 1
    if length.beats:
        return tempo.beat_of_frame(frame - 1) // part_of_a_beat(length.beats) + 1
    return math.ceil(frame / (length.seconds * tempo.sample_rate))


def frame_of_multiple(length: Span, number: int, tempo: Tempo) -> int:
    """Return the sample time of that multiple of a length."""
    if length.bars:
        return tempo.frame_of_bar(number * part_of_a_beat(length.bars))
    if length.beats:
        return tempo.frame_of_beat(number * part_of_a_beat(length.beats))
    return math.ceil(number * length.seconds * tempo.sample_rate)


def beats_now(length: Span | Value | None, moment: Moment) -> Span | None:
    """Return a length that is counted in beats or bars as it is at `moment`; None for all others."""
    node = length.node_at(moment.frame) if isinstance(length, Value) else None
    now = node.length(moment) if isinstance(node, Lengths) else length
    if isinstance(now, Span) and not now.seconds and now.in_beats() > 0:
        return now
    return None


class NextMultiple:
    """Tells the next multiple of a length, asked again and again as time passes."""

    def __init__(self, tempo: Tempo):
        self._tempo = tempo
        #: (length, version of the tempo, meter, sample time that it was computed for), and the answer.
        self._known: tuple[Span, int, Meter, float, int] | None = None

    def at(self, quant: Span, frame: float) -> int:
        """Return the first sample time from `frame` on that is a multiple of `quant`."""
        known = self._known
        meter = self._tempo.mark(math.ceil(frame) - 1)[1]
        if (
            known is not None
            and known[3] <= frame <= known[4]
            and known[0] == quant
            and known[1:3] == (self._tempo.version, meter)
        ):
            return known[4]
        found = next_multiple(quant, frame, self._tempo)
        alone = (quant.seconds != 0) + (quant.beats != 0) + (quant.bars != 0) == 1
        if alone:  # else what comes next depends on what comes first
            self._known = quant, self._tempo.version, meter, frame, found
        return found
