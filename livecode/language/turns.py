"""Turns: how curves count, from beat 0 or from where they began, and on which sample a turn begins."""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from livecode.errors import LivecodeError
from livecode.language.moments import BeatClock, Moment, Node
from livecode.language.units import BEATS_PER_BAR, Span, finite, is_number, span
from livecode.signals.tempo import part_of_a_beat

#: The least period or length of a curve.
SHORTEST_S = 0.001
#: Two places in a turn this near, in turns, are the same: beats are floats.
NEAR = 1e-9
#: Where a turn lies between two sample times is reckoned in floats first, which are as near as this.
NEARLY = 1e-6
#: What turns more often between two ticks is followed from tick to tick only.
MOST_CORNERS = 24
NO_TIME = Span()


class Beginning(NamedTuple):
    """Where a curve began."""

    frame: int
    t: float
    beat: float
    bar: float


@dataclass(eq=False)
class Counted(Node):
    """A node that counts turns of a length, from beat 0 or from its beginning."""

    length: Span
    phase: Fraction = Fraction(0)  # how much later each turn begins, in turns
    anew: bool = False  # beats, too, are counted from the beginning
    _began: Beginning | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.length.beats or self.length.bars) and self.length.seconds:
            raise LivecodeError(
                f"{self.length} mixes seconds and beats; use one of them for a curve"
            )
        if self.length.plain_s < SHORTEST_S:
            raise LivecodeError(f"a curve takes {span(SHORTEST_S)} or longer, not {self.length}")
        if self.length.beats:
            self._of = part_of_a_beat(self.length.in_beats())
        else:
            self._of = part_of_a_beat(self.length.bars) if self.length.bars else Fraction(0)
        self._turn, self._later = float(self._of), float(self.phase)

    def begin(self, moment: Moment) -> None:
        if self._began is None:
            self._began = Beginning(moment.frame, moment.t, moment.beat, moment.bar)

    def turns(self, moment: Moment) -> float:
        """Return how many turns have passed."""
        self.begin(moment)
        counted = moment.beat if self.length.beats else moment.t
        now = moment.bar if self.length.bars and not self.length.beats else counted
        return self._passed(now, moment.tempo is not None)

    def _passed(self, now: float, clock: bool) -> float:
        """Return how many turns have passed at a time in what the length is counted in."""
        assert self._began is not None
        whole = self.anew or not clock  # else beats are counted from beat 0
        if self.length.seconds:
            passed = (now - self._began.t) / self.length.seconds
        elif self.length.beats:
            passed = (now - (self._began.beat if whole else 0.0)) / self._turn
        else:
            passed = (now - (self._began.bar if whole else 0.0)) / self._turn
        return passed if self.anew else passed - self._later + NEAR

    def frame_of(self, turn: Fraction, tempo: BeatClock) -> int:
        """Return the first sample time at or after a turn; the node has begun."""
        assert self._began is not None
        turn += self.phase
        if self.length.seconds:
            after = float(turn) * self.length.seconds * tempo.sample_rate
            return math.ceil(self._began.frame + after - 1e-6)
        if self.length.beats:
            since = Fraction(self._began.beat) if self.anew else Fraction(0)
            return tempo.frame_of_beat(since + turn * self._of)
        since = Fraction(self._began.bar) if self.anew else Fraction(0)
        return tempo.frame_of_bar(since + turn * self._of)

    def turn_at(self, frame: int, tempo: BeatClock) -> float:
        """Return how many turns have passed at a sample time; the node has begun."""
        if self.length.seconds:
            return self._passed(frame / tempo.sample_rate, True)
        now = tempo.beat_at(frame) if self.length.beats else tempo.bar_at(frame)
        return self._passed(now, True)

    def drawn_turns(self, seconds: float, beat: float) -> float:
        """Return how many turns have passed in a drawing."""
        began, self._began = self._began, Beginning(0, 0.0, 0.0, 0.0)
        now = beat if self.length.beats else beat / BEATS_PER_BAR
        passed = self._passed(seconds if self.length.seconds else now, False)
        self._began = began
        return passed


def phase_of(phase: Span | float, length: Span) -> Fraction:
    """Return a phase as turns of a length: a number is turns, a length is so much later."""
    Counted(length)  # it may be none
    if is_number(phase):
        share = finite(phase, "phase")
    else:
        later = span(phase)
        counted = length if length.seconds else Span(beats=length.in_beats())
        if bool(later.seconds) == bool(counted.beats) and later != Span():
            raise LivecodeError(
                f"phase={later} is counted otherwise than {length}; use beats for both, or seconds"
            )
        share = (
            later.seconds / length.seconds if length.seconds else (later.in_beats() / counted.beats)
        )
    return Fraction(share).limit_denominator(1_000_000)


def later_text(phase: Span | float) -> str:
    """Return how a phase is written."""
    if is_number(phase):
        return f", phase={phase:g}" if phase else ""
    return f", phase={span(phase)}" if span(phase) != Span() else ""
