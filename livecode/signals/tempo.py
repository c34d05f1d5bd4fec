"""The beat clock: beats and bars as positions in sample time, set by hand, taps, MIDI clock or Link."""

import math
from bisect import bisect_right
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from livecode.errors import LivecodeError
from livecode.signals.clock_follower import ClockFollower, is_clock

MIN_BPM, MAX_BPM = 20.0, 400.0
TAPS_NEEDED, TAPS_KEPT = 3, 8
TAP_PAUSE_S = 2.0  # a longer pause starts a new count
TAP_GLIDE_BEATS = 1.0  # how long the beat glides to the tapping finger
FOLLOW_GLIDE_BEATS = 0.25  # how long the beat glides to another clock
SEGMENTS_KEPT = 512  # of the past; about 20 beats of a MIDI clock
ON_THE_BEAT = 1e-9  # beats; a smaller distance is a rounding error


class TempoSegment(NamedTuple):
    """A stretch of time that begins at `frame` and `beat`, and advances by `rate` beats a frame."""

    frame: float
    beat: float
    rate: float
    bpm: float  # the tempo that was set; `rate` differs while the beat glides


class Meter(NamedTuple):
    """A meter: bars of `beats_per_bar` beats from the bar line at `beat` on, which begins `bar`."""

    beat: float
    bar: float
    beats_per_bar: float


class Tempo:
    """Beat and bar as continuous, strictly increasing functions of the sample time, in frames.

    Beat 0 is at frame 0. A change takes effect at its frame and cancels changes set for later
    frames. Only `locate` lets the beat jump. Tempos and meters out of range raise `LivecodeError`.
    """

    def __init__(self, sample_rate: int, bpm: float = 120.0, beats_per_bar: float = 4.0):
        self._rate = sample_rate
        self._segments = [TempoSegment(0.0, 0.0, self._beats_per_frame(bpm), float(bpm))]
        self._meters = [Meter(0.0, 0.0, _beats_per_bar(beats_per_bar))]
        self._taps_s: list[float] = []
        self._follower = ClockFollower(sample_rate)

    @property
    def sample_rate(self) -> int:
        """The sample rate in Hz."""
        return self._rate

    @property
    def bpm(self) -> float:
        """The tempo set last, in beats a minute."""
        return self._segments[-1].bpm

    @property
    def beats_per_bar(self) -> float:
        """The length of the bars set last, in beats."""
        return self._meters[-1].beats_per_bar

    def bpm_at(self, frame: float) -> float:
        """Return the tempo set at that frame, in beats a minute."""
        return self._segment_at(frame).bpm

    def beat_at(self, frame: float) -> float:
        """Return the beat at that frame."""
        segment = self._segment_at(frame)
        return segment.beat + (frame - segment.frame) * segment.rate

    def frame_of(self, beat: float) -> float:
        """Return the frame, not rounded, of that beat."""
        at = bisect_right(self._segments, beat, key=lambda segment: segment.beat)
        segment = self._segments[max(at - 1, 0)]
        return segment.frame + (beat - segment.beat) / segment.rate

    def bar_at(self, frame: float) -> float:
        """Return the bar at that frame. Bar 2.5, for example, is the middle of the third bar."""
        beat = self.beat_at(frame)
        meter = self._meter_at(beat)
        return meter.bar + (beat - meter.beat) / meter.beats_per_bar

    def next(self, quant_beats: float, frame: float) -> int:
        """Return the first frame from `frame` on at which the beat is a multiple of `quant_beats`.

        A quant of 0 means at once: `frame` itself. A quant of whole bars counts from the bar lines.
        """
        if quant_beats <= 0.0:
            return math.ceil(frame)
        beat = self.beat_at(frame)
        meter = self._meter_at(beat)
        origin = meter.beat if quant_beats % meter.beats_per_bar == 0.0 else 0.0
        multiple = math.ceil((beat - origin) / quant_beats - ON_THE_BEAT)
        return math.ceil(self.frame_of(origin + multiple * quant_beats) - ON_THE_BEAT * self._rate)

    def set(self, bpm: float, frame: float) -> None:
        """Set the tempo from that frame on, in beats a minute."""
        self._change(frame, self._beats_per_frame(bpm), bpm)

    def set_meter(self, beats_per_bar: float, frame: float) -> None:
        """Set the bar's length from the first bar line at or after that frame."""
        beats_per_bar = _beats_per_bar(beats_per_bar)
        beat = self.beat_at(frame)
        meter = self._meter_at(beat)
        bars = math.ceil((beat - meter.beat) / meter.beats_per_bar - ON_THE_BEAT)
        line = Meter(meter.beat + bars * meter.beats_per_bar, meter.bar + bars, beats_per_bar)
        earlier = [meter for meter in self._meters if meter.beat < line.beat]
        self._meters = [*earlier[-SEGMENTS_KEPT:], line]

    def tap(self, time_s: float) -> None:
        """Take a tap on the beat.

        From the third tap on, taps set the tempo and the place of the beat.

        The tempo comes from the median interval between the last taps. The nearest beat glides
        under the tap within one beat, without a jump.
        """
        if self._taps_s and not 0.0 <= time_s - self._taps_s[-1] <= TAP_PAUSE_S:
            self._taps_s = []
        self._taps_s = [*self._taps_s, time_s][-TAPS_KEPT:]
        if len(self._taps_s) < TAPS_NEEDED:
            return
        interval_s = median(later - earlier for earlier, later in pairwise(self._taps_s))
        bpm = 60.0 / interval_s if interval_s > 0.0 else math.inf
        frame = time_s * self._rate
        beat = self.beat_at(frame)
        self._glide(frame, bpm, round(beat) - beat, TAP_GLIDE_BEATS)

    def lead(self, bpm: float, beat: float, frame: float) -> None:
        """Take over another clock's tempo, and glide to its beat within a quarter of a beat.

        The other clock may count its beats differently, so only the place within the bar is
        matched.
        """
        bar = self.beats_per_bar
        ahead = (beat - self.beat_at(frame) + bar / 2) % bar - bar / 2
        if MIN_BPM <= bpm <= MAX_BPM and (abs(ahead) > 1e-3 or abs(bpm - self.bpm) > 1e-6):
            self._glide(frame, bpm, ahead, FOLLOW_GLIDE_BEATS)

    def follow(self, message: bytes, frame: float) -> bool:
        """Take a MIDI clock message that arrived at that frame. Return whether it was one.

        Clock messages are clock, start, continue, stop and song position. Others change nothing.
        """
        if not is_clock(message):
            return False
        heard = self._follower.hear(message, frame, self.beat_at(frame))
        if heard is not None:
            if heard.jump:
                self.locate(heard.beat, frame)
            if heard.bpm is not None and MIN_BPM <= heard.bpm <= MAX_BPM:
                ahead_beats = heard.beat - self.beat_at(frame)
                self._glide(frame, heard.bpm, ahead_beats, FOLLOW_GLIDE_BEATS)
        return True

    @property
    def following(self) -> bool:
        """Whether a MIDI clock has been received long enough to set the tempo."""
        return self._follower.locked

    def locate(self, beat: float, frame: float) -> None:
        """Jump so that `beat` is at `frame`. Bars count from beat 0, and the past is forgotten."""
        now = self._segment_at(frame)
        rate = self._beats_per_frame(now.bpm)
        self._segments = [TempoSegment(frame, beat, rate, now.bpm)]
        self._meters = [Meter(0.0, 0.0, self.beats_per_bar)]

    def _glide(self, frame: float, bpm: float, ahead_beats: float, over_beats: float) -> None:
        """Set the tempo from that frame on, and gain `ahead_beats` over the next `over_beats`."""
        rate = self._beats_per_frame(bpm)
        ahead_beats = min(max(ahead_beats, -0.75 * over_beats), 3.0 * over_beats)
        self._change(frame, rate * (1.0 + ahead_beats / over_beats), bpm)
        self._change(frame + over_beats / rate, rate, bpm)

    def _change(self, frame: float, rate: float, bpm: float) -> None:
        changed = TempoSegment(frame, self.beat_at(frame), rate, float(bpm))
        while self._segments and self._segments[-1].frame >= frame:
            self._segments.pop()
        self._segments.append(changed)
        del self._segments[:-SEGMENTS_KEPT]

    def _segment_at(self, frame: float) -> TempoSegment:
        last = self._segments[-1]
        if frame >= last.frame:
            return last
        at = bisect_right(self._segments, frame, key=lambda segment: segment.frame)
        return self._segments[max(at - 1, 0)]

    def _meter_at(self, beat: float) -> Meter:
        at = bisect_right(self._meters, beat + ON_THE_BEAT, key=lambda meter: meter.beat)
        return self._meters[max(at - 1, 0)]

    def _beats_per_frame(self, bpm: float) -> float:
        if not MIN_BPM <= bpm <= MAX_BPM:  # this comparison also refuses NaN
            raise LivecodeError(
                f"a tempo of {bpm:g} is out of range: give {MIN_BPM:g} to {MAX_BPM:g} "
                "beats a minute"
            )
        return bpm / 60.0 / self._rate


def _beats_per_bar(beats: float) -> float:
    if not 0.0 < beats <= 64.0:
        raise LivecodeError(f"a bar cannot have {beats:g} beats: give it 1 to 64, as in 4 or 3.5")
    return float(beats)
