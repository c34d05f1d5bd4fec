"""The beat clock: beats and bars as positions in sample time, set by hand, taps, MIDI clock or Link."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from livecode.errors import LivecodeError
from livecode.signals.beat_map import STRETCHES_KEPT, BeatMap, rate_of
from livecode.signals.clock_follower import ClockFollower, is_clock

MIN_BPM, MAX_BPM = 20.0, 400.0
TAPS_NEEDED, TAPS_KEPT = 3, 8
TAP_PAUSE_S = 2.0  # a longer pause starts a new count
TAP_GLIDE_BEATS = 1.0  # how long the beat glides to the tapping finger
FOLLOW_GLIDE_BEATS = 0.25  # how long the beat glides to another clock
KEPT_METERS = 16  # of those that a state holds
MOST_PARTS_OF_A_BEAT = 10_000  # lengths that are given as floats are taken as such fractions


class Meter(NamedTuple):
    """A meter: bars of `beats_per_bar` beats from the bar line at `beat` on, which begins `bar`."""

    beat: Fraction
    bar: Fraction
    beats_per_bar: Fraction


class Tempo:
    """Beat and bar as continuous, strictly increasing functions of the sample time, in frames.

    Beat 0 is at frame 0. Whatever happens on a beat happens at the first frame at or after it:
    `frame_of_beat` and `frame_of_bar` are exact, through changes and ramps of the tempo, however
    long it has played. A change takes effect at its frame and cancels changes set for later frames.
    Only `locate` lets the beat jump. Tempos and meters out of range raise `LivecodeError`.
    """

    def __init__(self, sample_rate: int, bpm: float = 120.0, beats_per_bar: float = 4.0):
        self._rate = sample_rate
        self._map = BeatMap(sample_rate, _in_range(bpm))
        self._meters = [Meter(Fraction(0), Fraction(0), _beats_per_bar(beats_per_bar))]
        self._meter_changes = 0
        self._plain: tuple[Meter, float, float, float] | None = None  # a meter, and it in floats
        self._taps_s: list[float] = []
        self._follower = ClockFollower(sample_rate)
        #: Taps and other clocks change the beat this many frames ahead: nobody moves what is due
        #: sooner, so that it can be told to those who compute ahead.
        self.horizon = 0
        #: The swing of all names that have none of their own: (share of the second half of a pair,
        #: length of a pair in beats).
        self.swing: tuple[float, float] = (0.0, 1.0)
        #: How many frames all names play later than the beat, against other players.
        self.offset = 0
        #: How fast beats pass for those of other players: 0.5 is half-time.
        self.pace = 1.0

    @property
    def sample_rate(self) -> int:
        """The sample rate in Hz."""
        return self._rate

    @property
    def version(self) -> int:
        """A number that grows with each change of the tempo or the meter."""
        return self._map.version + self._meter_changes

    @property
    def bpm(self) -> float:
        """The tempo set last, in beats a minute."""
        return self._map.last.bpm

    @property
    def beats_per_bar(self) -> float:
        """The length of the bars set last, in beats."""
        return float(self._meters[-1].beats_per_bar)

    def bpm_at(self, frame: float) -> float:
        """Return the tempo set for that frame, in beats a minute."""
        return self._map.at(frame).bpm_at(frame)

    def steady(self, frame: int) -> bool:
        """Tell whether tempo and meter stay as they are from that frame on, as far as they are set."""
        last = self._map.last
        return last.frame <= frame and not last.gain and self.mark(frame)[1] is self._meters[-1]

    def beats_per_bar_at(self, frame: int) -> Fraction:
        """Return the length of the bar that the frame lies in, in beats."""
        return self.mark(frame)[1].beats_per_bar

    def beat_at(self, frame: float) -> float:
        """Return the beat at that frame."""
        return self._map.beat_at(frame)

    def beat_of_frame(self, frame: int) -> Fraction:
        """Return the beat at that frame, exactly."""
        return self._map.beat_of_frame(frame)

    def frame_of(self, beat: float) -> float:
        """Return the frame, not rounded, of that beat."""
        return self._map.frame_of(beat)

    def frame_of_beat(self, beat: Fraction | int) -> int:
        """Return the first frame at or after that beat: there begins what is on it."""
        return self._map.frame_of_beat(Fraction(beat))

    def bar_at(self, frame: float) -> float:
        """Return the bar at that frame. Bar 2.5, for example, is the middle of the third bar."""
        beat = self.beat_at(frame)
        meter = self.meter_at(beat)
        plain = self._plain
        if plain is None or plain[0] is not meter:
            plain = meter, float(meter.bar), float(meter.beat), float(meter.beats_per_bar)
            self._plain = plain
        _, line_bar, line_beat, beats_per_bar = plain
        return line_bar + (beat - line_beat) / beats_per_bar

    def bar_of_frame(self, frame: int) -> Fraction:
        """Return the bar at that frame, exactly."""
        return self.bar_of_beat(self.beat_of_frame(frame))

    @property
    def units_a_beat(self) -> int:
        """How many units `units_at` counts in a beat."""
        return self._map.units_a_beat

    def units_at(self, frame: int) -> int:
        """Return the beat at that frame, exactly, as a whole number of units."""
        return self._map.units_at(frame)

    def mark(self, frame: int) -> tuple[int, Meter]:
        """Return what the bar at that frame is computed from; while it is the same, so is the bar."""
        units = self._map.units_at(frame)
        one = len(self._meters) == 1
        beat = 0 if one else Fraction(units, self._map.units_a_beat)
        return units, self.meter_at(beat)

    def meter_at(self, beat: float | Fraction) -> Meter:
        """Return the meter at that beat."""
        if len(self._meters) == 1:
            return self._meters[0]
        at = bisect_right(self._meters, beat, key=lambda meter: meter.beat)
        return self._meters[max(at - 1, 0)]

    def frame_of_bar(self, bar: Fraction | int) -> int:
        """Return the first frame at or after that bar: there begins what a pattern has there."""
        return self.frame_of_beat(self.beat_of_bar(bar))

    def bar_of_beat(self, beat: Fraction) -> Fraction:
        """Return the bar at that beat, exactly, by the meter that goes there."""
        meter = self.meter_at(beat)
        return meter.bar + (beat - meter.beat) / meter.beats_per_bar

    def beat_of_bar(self, bar: Fraction | int) -> Fraction:
        """Return the beat at that bar, exactly, by the meter that goes there."""
        at = bisect_right(self._meters, bar, key=lambda meter: meter.bar)
        meter = self._meters[max(at - 1, 0)]
        return meter.beat + (bar - meter.bar) * meter.beats_per_bar

    def next(self, quant_beats: float, frame: float) -> int:
        """Return the first frame from `frame` on at which a multiple of `quant_beats` begins.

        A quant of 0 means at once: `frame` itself. A quant of whole bars counts from the bar lines.
        """
        first = math.ceil(frame)
        if quant_beats <= 0.0:
            return first
        quant = part_of_a_beat(quant_beats)
        before = self.beat_of_frame(first - 1)  # a multiple after it begins at `first` or later
        meter = self.meter_at(before)
        origin = meter.beat if quant % meter.beats_per_bar == 0 else Fraction(0)
        multiple = (before - origin) // quant + 1
        return self.frame_of_beat(origin + multiple * quant)

    def next_bars(self, quant_bars: float, frame: float) -> int:
        """Return the first frame from `frame` on at which a multiple of `quant_bars` bars begins."""
        first = math.ceil(frame)
        if quant_bars <= 0.0:
            return first
        quant = part_of_a_beat(quant_bars)
        multiple = self.bar_of_frame(first - 1) // quant + 1
        return self.frame_of_bar(multiple * quant)

    def after(self, frame: float, seconds: float, beats: float, bars: float) -> float:
        """Return the frame, not rounded, so many seconds, beats and bars after another."""
        if bars:
            beats += bars * float(self.meter_at(self.beat_at(frame)).beats_per_bar)
        if beats:
            frame = self.frame_of(self.beat_at(frame) + beats)
        return frame + seconds * self._rate

    def set(self, bpm: float, frame: float) -> None:
        """Set the tempo from that frame on, in beats a minute."""
        self._map.change(math.ceil(frame), rate_of(_in_range(bpm)), bpm)

    def ramp(self, bpms: Sequence[float], beats: float, seconds: float, frame: float) -> None:
        """Go through these tempos in straight lines from that frame on, in beats a minute.

        They take so many beats or so many seconds, in equal shares.
        """
        rates = [rate_of(_in_range(bpm)) for bpm in bpms]
        at, parts = math.ceil(frame), len(bpms) - 1
        for bpm, (rate, next_rate) in zip(bpms, pairwise(rates), strict=False):
            units = part_of_a_beat(beats) * self._map.units_a_beat
            over = units * 2 / (rate + next_rate) / parts if beats else seconds * self._rate / parts
            self._map.change(at, rate, bpm, next_rate - rate, max(round(over), 1))
            at += max(round(over), 1)
        self._map.change(at, rates[-1], bpms[-1])

    def set_pace(self, pace: float, frame: float) -> None:
        """Let beats pass faster or slower for those of other players, from the next bar line on."""
        line = self.next_bars(1.0, frame)
        bpm = self.bpm_at(line) * pace / self.pace
        self.set(bpm, line)
        self.pace = pace

    def set_meter(self, beats_per_bar: float, frame: float) -> None:
        """Set the bar's length from the first bar line at or after that frame."""
        length = _beats_per_bar(beats_per_bar)
        before = self.beat_of_frame(math.ceil(frame) - 1)
        meter = self.meter_at(before)
        bars = (before - meter.beat) // meter.beats_per_bar + 1
        line = Meter(meter.beat + bars * meter.beats_per_bar, meter.bar + bars, length)
        earlier = [meter for meter in self._meters if meter.beat < line.beat]
        self._set_meters([*earlier[-STRETCHES_KEPT:], line])

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
        beat = self.beat_at(time_s * self._rate)
        ahead = round(beat) - beat
        at = math.ceil(time_s * self._rate) + self.horizon
        coming = bpm / 60.0 / self._rate * (at - time_s * self._rate)
        self._glide(at, bpm, beat + ahead + coming - self.beat_at(at), TAP_GLIDE_BEATS)

    def lead(self, bpm: float, beat: float, frame: float) -> None:
        """Take over another clock's tempo, and glide to its beat within a quarter of a beat.

        The other clock may count its beats differently, so only the place within the bar is
        matched.
        """
        if not MIN_BPM <= bpm * self.pace <= MAX_BPM:
            return
        at = math.ceil(frame) + self.horizon
        bar = self.beats_per_bar
        bpm *= self.pace
        theirs = beat * self.pace + bpm / 60.0 / self._rate * (at - frame)
        ahead = (theirs - self.beat_at(at) + bar / 2) % bar - bar / 2
        if abs(ahead) > 1e-3 or abs(bpm - self.bpm) > 1e-6:
            self._glide(at, bpm, ahead, FOLLOW_GLIDE_BEATS)

    def follow(self, message: bytes, frame: float) -> bool:
        """Take a MIDI clock message that arrived at that frame. Return whether it was one.

        Clock messages are clock, start, continue, stop and song position. Others change nothing.
        """
        if not is_clock(message):
            return False
        heard = self._follower.hear(message, frame, self.beat_at(frame))
        if heard is not None:
            known = heard.bpm is not None and MIN_BPM <= heard.bpm * self.pace <= MAX_BPM
            bpm = heard.bpm * self.pace if known and heard.bpm is not None else self.bpm_at(frame)
            at = math.ceil(frame) + self.horizon
            ahead = at - frame
            beat = heard.beat * self.pace + bpm / 60.0 / self._rate * ahead
            if heard.jump:
                self.locate(beat, at)
            if known:
                self._glide(at, bpm, beat - self.beat_at(at), FOLLOW_GLIDE_BEATS)
        return True

    @property
    def following(self) -> bool:
        """Whether a MIDI clock has been received long enough to set the tempo."""
        return self._follower.locked

    def state(self, frame: int) -> tuple[tuple[Any, ...], ...]:
        """Return how the beat goes from that frame on, as numbers and texts, for `restore`."""
        stretches = self._map.state(frame)
        meters = self._meters[-KEPT_METERS:]
        return (stretches, tuple(tuple(map(str, meter)) for meter in meters), (
            *self.swing, self.offset, self.pace
        ))  # fmt: skip

    def restore(self, state: Sequence[Sequence[Any]]) -> None:
        """Go on as another tempo went, of the same sample rate: `state` is from its `state`."""
        stretches, meters, (share, pair, self.offset, self.pace) = state
        self.swing = (share, pair)
        self._map.restore(stretches)
        self._set_meters([Meter(*map(Fraction, meter)) for meter in meters])

    def locate(self, beat: float, frame: float) -> None:
        """Jump so that `beat` is at `frame`. Bars count from beat 0, and the past is forgotten."""
        self._map.jump(math.ceil(frame), beat)
        self._set_meters([Meter(Fraction(0), Fraction(0), self._meters[-1].beats_per_bar)])

    def _set_meters(self, meters: list[Meter]) -> None:
        self._meter_changes += 1
        self._meters = meters

    def _glide(self, frame: int, bpm: float, ahead_beats: float, over_beats: float) -> None:
        """Set the tempo from that frame on, and gain `ahead_beats` over the next `over_beats`."""
        rate = rate_of(_in_range(bpm))
        ahead_beats = min(max(ahead_beats, -0.75 * over_beats), 3.0 * over_beats)
        over = max(round(over_beats * self._map.units_a_beat / rate), 1)
        self._map.change(frame, round(rate * (1.0 + ahead_beats / over_beats)), bpm)
        self._map.change(frame + over, rate, bpm)


def part_of_a_beat(length: float) -> Fraction:
    """Return a length in beats as the simple fraction that it is meant to be: 1/3 for 0.3333."""
    return Fraction(length).limit_denominator(MOST_PARTS_OF_A_BEAT)


def _in_range(bpm: float) -> float:
    if not MIN_BPM <= bpm <= MAX_BPM:  # this comparison also refuses NaN
        raise LivecodeError(
            f"a tempo of {bpm:g} is out of range: give {MIN_BPM:g} to {MAX_BPM:g} beats a minute"
        )
    return bpm


def _beats_per_bar(beats: float) -> Fraction:
    if not 0.0 < beats <= 64.0:
        raise LivecodeError(f"a bar cannot have {beats:g} beats: give it 1 to 64, as in 4 or 3.5")
    return part_of_a_beat(beats)
