"""The map between sample time and beats, in whole numbers alone, so that it stays exact for a whole night."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

#: A tempo is a whole number of these parts of a beat a minute.
PARTS = 10**6
STRETCHES_KEPT = 512  # of the past; about 20 beats of a MIDI clock


class Stretch(NamedTuple):
    """A stretch of time from `frame` on, where the beat stands at `units`.

    It advances by `rate` units a frame at first, and `rate` grows by `gain` over the next `over`
    frames, in a straight line.
    """

    frame: int
    units: int
    rate: int
    bpm: float  # the tempo that was set; `rate` differs while the beat glides
    gain: int = 0
    over: int = 1

    def units_at(self, frame: int) -> int:
        """Return where the beat is at a frame, in units."""
        n = frame - self.frame
        return self.units + self.rate * n + self.gain * n * n // (2 * self.over)

    def bpm_at(self, frame: float) -> float:
        """Return the tempo that was set for that frame, in beats a minute."""
        if not self.gain:
            return self.bpm
        return self.bpm + self.gain / PARTS * (frame - self.frame) / self.over

    def frames_to(self, units: float) -> float:
        """Return how many frames it takes to advance by so many units."""
        if not self.gain:
            return units / self.rate
        faster = max(self.rate**2 + 2 * self.gain / self.over * units, 0.0)
        return 2 * units / (self.rate + math.sqrt(faster))


class BeatMap:
    """Beats as a strictly increasing function of the sample time, in frames.

    A beat has 60 · sample rate · 1,000,000 units: at any tempo of whole millionths of a beat a
    minute, each frame advances by a whole number of them. So no rounding adds up.
    """

    def __init__(self, sample_rate: int, bpm: float):
        self.units_a_beat = 60 * sample_rate * PARTS
        self._stretches = [Stretch(0, 0, rate_of(bpm), float(bpm))]
        self.version = 0  # grows with each change

    @property
    def last(self) -> Stretch:
        """The stretch that has no end."""
        return self._stretches[-1]

    def at(self, frame: float) -> Stretch:
        """Return the stretch that the frame lies in."""
        last = self._stretches[-1]
        if frame >= last.frame:
            return last
        at = bisect_right(self._stretches, frame, key=lambda stretch: stretch.frame)
        return self._stretches[max(at - 1, 0)]

    def units_at(self, frame: int) -> int:
        """Return where the beat is at that frame, in units."""
        return self.at(frame).units_at(frame)

    def beat_of_frame(self, frame: int) -> Fraction:
        """Return the beat at that frame, exactly."""
        return Fraction(self.units_at(frame), self.units_a_beat)

    def beat_at(self, frame: float) -> float:
        """Return the beat at that frame, which may be a fraction."""
        whole = math.floor(frame)
        stretch = self.at(whole)
        beat = stretch.units_at(whole) / self.units_a_beat
        part = frame - whole
        if part:
            beat += part * (stretch.units_at(whole + 1) / self.units_a_beat - beat)
        return beat

    def frame_of_beat(self, beat: Fraction) -> int:
        """Return the first frame at or after that beat."""
        units = math.ceil(beat * self.units_a_beat)
        stretch = self._stretch_of(units)
        ahead = units - stretch.units
        if not stretch.gain:
            return stretch.frame - (-ahead // stretch.rate)
        frame = stretch.frame + math.ceil(stretch.frames_to(ahead))
        while stretch.units_at(frame) < units:
            frame += 1
        while stretch.units_at(frame - 1) >= units and frame > stretch.frame:
            frame -= 1
        return frame

    def frame_of(self, beat: float) -> float:
        """Return the frame, not rounded, of that beat."""
        units = beat * self.units_a_beat
        stretch = self._stretch_of(units)
        return stretch.frame + stretch.frames_to(units - stretch.units)

    def change(self, frame: int, rate: int, bpm: float, gain: int = 0, over: int = 1) -> None:
        """Advance at another rate from a frame on; changes set for later frames are cancelled."""
        self.version += 1
        units = self.at(frame).units_at(frame)
        while self._stretches and self._stretches[-1].frame >= frame:
            self._stretches.pop()
        self._stretches.append(Stretch(frame, units, rate, float(bpm), gain, over))
        del self._stretches[:-STRETCHES_KEPT]

    def state(self, frame: int) -> tuple[tuple[float, ...], ...]:
        """Return the stretches from that frame on, as plain numbers."""
        begun = sum(stretch.frame <= frame for stretch in self._stretches)
        return tuple(map(tuple, self._stretches[max(begun - 1, 0) :]))

    def restore(self, stretches: Sequence[Sequence[float]]) -> None:
        """Go on as another map of the same sample rate went: the stretches of its `state`."""
        self.version += 1
        self._stretches = [Stretch(*stretch) for stretch in stretches]  # type: ignore[arg-type]

    def jump(self, frame: int, beat: float) -> None:
        """Let the beat be this one at a frame; the past is forgotten."""
        self.version += 1
        now = self.at(frame)
        bpm = now.bpm_at(frame)
        units = round(beat * self.units_a_beat)
        self._stretches = [Stretch(frame, units, rate_of(bpm), bpm)]

    def _stretch_of(self, units: float) -> Stretch:
        at = bisect_right(self._stretches, units, key=lambda stretch: stretch.units)
        return self._stretches[max(at - 1, 0)]


def rate_of(bpm: float) -> int:
    """Return a tempo in beats a minute as units a frame."""
    return round(bpm * PARTS)
