"""Groove: the beat clock as one name has it, swung and nudged, with the answers of the clock itself."""

import math
from dataclasses import dataclass
from fractions import Fraction

from livecode.signals.tempo import Meter, Tempo


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
        return float(self.beat_of_frame(math.floor(frame)))

    def bar_at(self, frame: float) -> float:
        """Return the bar at that frame, in fractions."""
        if not self.swing:
            return self.tempo.bar_at(frame - self.nudge)
        return float(self.bar_of_frame(math.floor(frame)))

    def beat_of_frame(self, frame: int) -> Fraction:
        """Return the beat at that frame, exactly."""
        return self._straight(self.tempo.beat_of_frame(frame - self.nudge))

    def bar_of_frame(self, frame: int) -> Fraction:
        """Return the bar at that frame, exactly."""
        return self.tempo.bar_of_beat(self.beat_of_frame(frame))

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
        begin = self._pair_of(beat)
        if begin is None:
            return beat
        within = (beat - begin) / self.pair
        late = within if within < Fraction(1, 2) else 1 - within
        return beat + late * self.swing * self.pair

    def _straight(self, beat: Fraction) -> Fraction:
        """Return the beat of what is heard at a beat of the clock."""
        begin = self._pair_of(beat)
        if begin is None:
            return beat
        heard, middle = (beat - begin) / self.pair, (1 + self.swing) / 2
        if heard < middle:
            return begin + heard / (1 + self.swing) * self.pair
        return begin + (Fraction(1, 2) + (heard - middle) / (1 - self.swing)) * self.pair

    def _pair_of(self, beat: Fraction) -> Fraction | None:
        """Return where the pair begins that a beat lies in; None where nothing swings."""
        if not self.swing:
            return None
        bar = math.floor(self.tempo.bar_of_beat(beat))
        line, next_line = self.tempo.beat_of_bar(bar), self.tempo.beat_of_bar(bar + 1)
        begin = line + (beat - line) // self.pair * self.pair
        return begin if begin + self.pair <= next_line else None
