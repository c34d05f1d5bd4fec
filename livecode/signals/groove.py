"""Groove: the beat clock as one name has it, swung and nudged, with the answers of the clock itself."""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from livecode.signals.tempo import Meter, Tempo

#: So many stretches are kept: half a second of the fastest swing that is danced to.
STRETCHES_KEPT = 8


class Even(NamedTuple):
    """A stretch of the beat map in which what is heard is on the beat, and in the bar, of a straight line.

    At `units` from `begin` on and before `end`, each of the two is `(at + by * units) / of`. Whole
    numbers say it exactly, and a tick reads it many times.
    """

    begin: int
    end: int
    beat: tuple[int, int, int]  # at, by, of
    bar: tuple[int, int, int]


@dataclass(frozen=True)
class Groove:
    """A beat clock that is late in the second half of each pair of notes, and by some frames in all.

    It answers what a `Tempo` answers, so it goes wherever a tempo goes. Whoever plays events asks it
    for their times, as in `groove.frame_of_bar(event.begin)`, and asks `groove.bar_of_frame(frame)`
    for the bar up to which it has played. Both are exact, and each is the other's inverse; so the
    events of a stretch of time are those between the bars of its frames, as without a groove.

    `swing` is a share: with 1/3 the second of two eighths is a third of an eighth late, as in
    triplets. `pair` is the length of the two together, in beats. Pairs are counted from the bar
    line; one that the next bar line cuts is straight. In between, time is stretched evenly, so that
    the order of events stays. `nudge` is in frames; above 0 is later.
    """

    tempo: Tempo
    swing: Fraction = Fraction(0)
    pair: Fraction = Fraction(1)
    nudge: int = 0
    #: What was read last: the version of the tempo, and stretches by that version.
    _known: list[tuple[int, list[Even]]] = field(
        default_factory=list, init=False, compare=False, repr=False
    )

    @property
    def sample_rate(self) -> int:
        """The sample rate in Hz."""
        return self.tempo.sample_rate

    @property
    def version(self) -> int:
        """A number that grows with each change of the tempo or the meter."""
        return self.tempo.version

    def bpm_at(self, frame: float) -> float:
        """Return the tempo set for that frame, in beats a minute."""
        return self.tempo.bpm_at(frame)

    def steady(self, frame: int) -> bool:
        """Tell whether tempo and meter stay as they are from that frame on, as far as they are set."""
        return self.tempo.steady(frame)

    def beats_per_bar_at(self, frame: int) -> Fraction:
        """Return the length of the bar that the frame lies in, in beats."""
        return self.tempo.beats_per_bar_at(frame)

    def beat_at(self, frame: float) -> float:
        """Return the beat at that frame."""
        if not self.swing:
            return self.tempo.beat_at(frame - self.nudge)
        units, even = self._even_at(math.floor(frame))
        at, by, of = even.beat
        return (at + by * units) / of

    def bar_at(self, frame: float) -> float:
        """Return the bar at that frame, in fractions."""
        if not self.swing:
            return self.tempo.bar_at(frame - self.nudge)
        units, even = self._even_at(math.floor(frame))
        at, by, of = even.bar
        return (at + by * units) / of

    def beat_of_frame(self, frame: int) -> Fraction:
        """Return the beat at that frame, exactly."""
        if not self.swing:
            return self.tempo.beat_of_frame(frame - self.nudge)
        units, even = self._even_at(frame)
        at, by, of = even.beat
        return Fraction(at + by * units, of)

    def bar_of_frame(self, frame: int) -> Fraction:
        """Return the bar at that frame, exactly."""
        if not self.swing:
            return self.tempo.bar_of_frame(frame - self.nudge)
        units, even = self._even_at(frame)
        at, by, of = even.bar
        return Fraction(at + by * units, of)

    def mark(self, frame: int) -> tuple[int, Meter]:
        """Return what the bar at that frame is computed from; while it is the same, so is the bar."""
        return self.tempo.mark(frame - self.nudge)

    def frame_of(self, beat: float) -> float:
        """Return the frame, not rounded, of that beat."""
        return self.tempo.frame_of(float(self._swung(Fraction(beat)))) + self.nudge

    def frame_of_beat(self, beat: Fraction | int) -> int:
        """Return the first frame at or after that beat: there begins what is on it."""
        return self.tempo.frame_of_beat(self._swung(Fraction(beat))) + self.nudge

    def frame_of_bar(self, bar: Fraction | int) -> int:
        """Return the first frame at or after that bar: there begins what a pattern has there."""
        return self.frame_of_beat(self.tempo.beat_of_bar(bar))

    def after(self, frame: float, seconds: float, beats: float, bars: float) -> float:
        """Return the frame, not rounded, so many seconds, beats and bars after another."""
        if bars:
            beats += bars * float(self.beats_per_bar_at(math.floor(frame)))
        if beats:
            frame = self.frame_of(self.beat_at(frame) + beats)
        return frame + seconds * self.sample_rate

    def _swung(self, beat: Fraction) -> Fraction:
        """Return the beat of the clock at which what is on a beat is heard."""
        if not self.swing:
            return beat
        begin, end = self._pair_of(beat)
        if end - begin < self.pair:
            return beat
        within = (beat - begin) / self.pair
        late = within if within < Fraction(1, 2) else 1 - within
        return beat + late * self.swing * self.pair

    def _even_at(self, frame: int) -> tuple[int, Even]:
        """Return where the clock is when something is heard at a frame, in units, and how it is read."""
        tempo = self.tempo
        units = tempo.units_at(frame - self.nudge)
        version = tempo.version
        if not self._known or self._known[0][0] != version:
            self._known[:] = [(version, [])]
        stretches = self._known[0][1]
        for even in stretches:
            if even.begin <= units < even.end:
                return units, even
        stretches.insert(0, even := self._even(units))
        del stretches[STRETCHES_KEPT:]
        return units, even

    def _even(self, units: int) -> Even:
        """Return the stretch of evenly stretched time around what is heard at `units`."""
        tempo, a_beat = self.tempo, self.tempo.units_a_beat
        heard = Fraction(units, a_beat)
        begin, end = self._pair_of(heard)
        straight, speed = begin, Fraction(1)
        if end - begin == self.pair:
            middle = begin + self.pair * (1 + self.swing) / 2
            if heard < middle:
                end, speed = middle, 1 / (1 + self.swing)
            else:
                begin, straight, speed = middle, begin + self.pair / 2, 1 / (1 - self.swing)
        beat_at, beat_by = straight - begin * speed, speed / a_beat
        meter = tempo.meter_at(straight)
        bar_at = meter.bar + (beat_at - meter.beat) / meter.beats_per_bar
        return Even(
            math.ceil(begin * a_beat),
            math.ceil(end * a_beat),
            _whole(beat_at, beat_by),
            _whole(bar_at, beat_by / meter.beats_per_bar),
        )

    def _pair_of(self, beat: Fraction) -> tuple[Fraction, Fraction]:
        """Return where the pair that a beat lies in begins and ends; it ends at a bar line at the latest."""
        bar = math.floor(self.tempo.bar_of_beat(beat))
        line, next_line = self.tempo.beat_of_bar(bar), self.tempo.beat_of_bar(bar + 1)
        begin = line + (beat - line) // self.pair * self.pair
        return begin, min(begin + self.pair, next_line)


def _whole(at: Fraction, by: Fraction) -> tuple[int, int, int]:
    """Return whole numbers for `at + by * n`: it is `(first + second * n) / third`."""
    of = math.lcm(at.denominator, by.denominator)
    return at.numerator * (of // at.denominator), by.numerator * (of // by.denominator), of
