"""The beat clock: always continuous, and in step with taps and MIDI clocks."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.signals.tempo import Tempo

SR = 48000
START, CONTINUE, STOP, CLOCK = b"\xfa", b"\xfb", b"\xfc", b"\xf8"

bpms = st.floats(20.0, 400.0)
changes = st.lists(st.tuples(bpms, st.integers(0, 20 * SR)), max_size=12)


def changed(steps: list[tuple[float, int]]) -> Tempo:
    tempo = Tempo(SR)
    for bpm, frame in steps:
        tempo.set(bpm, frame)
    return tempo


def song_position(sixteenths: int) -> bytes:
    return bytes([0xF2, sixteenths & 127, sixteenths >> 7])


class Band:
    """Sends the pulses of an even clock with jitter and gaps, and knows its beat."""

    def __init__(self, bpm: float, jitter_s: float, seed: int, first: float = 1000.0):
        self.period = 60 * SR / bpm / 24
        self.jitter, self.first = jitter_s * SR, first
        self.rng = np.random.default_rng(seed)

    def frame(self, pulse: float) -> float:
        return self.first + pulse * self.period

    def lead(
        self, tempo: Tempo, pulses: range, missing: frozenset[int] = frozenset()
    ) -> list[float]:
        """Return the tempo's error half a pulse after each pulse, in seconds."""
        off_s = []
        for pulse in pulses:
            late = self.rng.uniform(-self.jitter, self.jitter)
            if pulse not in missing:
                assert tempo.follow(CLOCK, self.frame(pulse) + late)
            off = tempo.beat_at(self.frame(pulse + 0.5)) - (pulse + 0.5) / 24
            off_s.append(off * 24 * self.period / SR)
        return off_s


def rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def test_at_120_a_beat_is_half_a_second() -> None:
    tempo = Tempo(SR)
    assert tempo.beat_at(SR) == 2.0
    assert tempo.frame_of(3.0) == 1.5 * SR
    assert tempo.bar_at(SR) == 0.5


@given(changes, st.floats(-10.0, 200.0))
def test_beats_and_frames_are_each_others_inverse(
    steps: list[tuple[float, int]], beat: float
) -> None:
    tempo = changed(steps)
    assert tempo.beat_at(tempo.frame_of(beat)) == pytest.approx(beat, abs=1e-6)


@given(changes)
def test_the_beat_never_jumps_and_never_stands(steps: list[tuple[float, int]]) -> None:
    tempo = changed(steps)
    frames = np.sort([f + d for _, f in steps for d in (-1.0, 0.0, 1.0)] + [0.0, 30.0 * SR])
    gained = np.diff([tempo.beat_at(frame) for frame in frames])
    passed_s = np.diff(frames) / SR
    assert (gained >= passed_s * 20 / 60 - 1e-6).all()
    assert (gained <= passed_s * 400 / 60 + 1e-6).all()


@given(bpms, st.integers(1, 20 * SR), bpms)
def test_a_change_takes_effect_at_its_frame(first: float, frame: int, second: float) -> None:
    tempo = Tempo(SR, first)
    before = tempo.beat_at(frame)
    tempo.set(second, frame)
    assert tempo.beat_at(frame) == before
    assert tempo.bpm_at(frame - 1) == first
    assert tempo.bpm_at(frame) == tempo.bpm == second
    assert tempo.beat_at(frame + SR) - before == pytest.approx(second / 60)


@pytest.mark.parametrize("bpm", [19.9, 401.0, 0.0, -120.0, math.nan, math.inf])
def test_a_tempo_out_of_range_is_refused_and_changes_nothing(bpm: float) -> None:
    tempo = Tempo(SR)
    with pytest.raises(LivecodeError, match="give 20 to 400 beats a minute"):
        tempo.set(bpm, 0)
    assert tempo.bpm == 120.0


@given(changes, st.sampled_from([0.25, 1.0, 1.5, 3.0, 4.0, 16.0]), st.integers(0, 30 * SR))
def test_next_is_the_first_frame_on_a_multiple(
    steps: list[tuple[float, int]], quant: float, frame: int
) -> None:
    tempo = changed(steps)
    found = tempo.next(quant, frame)
    one_frame = 400 / 60 / SR
    past = tempo.beat_at(found) % quant
    assert min(past, quant - past) <= one_frame
    assert found >= frame
    assert tempo.beat_at(found) - tempo.beat_at(frame) <= quant + one_frame


def test_a_frame_on_the_beat_is_its_own_next_and_a_quant_of_0_is_now() -> None:
    tempo = Tempo(SR)
    assert tempo.next(1.0, SR) == SR
    assert tempo.next(1.0, SR + 1) == 1.5 * SR
    assert tempo.next(0.0, 12345) == 12345


def test_a_new_meter_begins_at_the_next_bar_line_and_bars_go_on_counting() -> None:
    tempo = Tempo(SR)
    tempo.set_meter(3.0, int(tempo.frame_of(5.0)))
    assert tempo.bar_at(tempo.frame_of(7.9)) == pytest.approx(7.9 / 4)
    assert tempo.bar_at(tempo.frame_of(8.0)) == pytest.approx(2.0)
    assert tempo.bar_at(tempo.frame_of(11.0)) == pytest.approx(3.0)
    assert tempo.beat_at(tempo.next(3.0, int(tempo.frame_of(9.0)))) == pytest.approx(11.0)
    with pytest.raises(LivecodeError, match="cannot have 0 beats"):
        tempo.set_meter(0.0, 0)


def test_three_taps_set_the_tempo_by_their_median_and_the_beat_comes_under_them() -> None:
    tempo = Tempo(SR)
    for time_s in (10.1, 10.7):
        tempo.tap(time_s)
    assert tempo.bpm == 120.0
    for time_s in (11.3, 11.91, 12.5, 13.1):
        tempo.tap(time_s)
    assert tempo.bpm == pytest.approx(100.0)
    beat = tempo.beat_at(13.7 * SR)
    assert beat == pytest.approx(round(beat), abs=1e-6)


def test_taps_move_the_beat_without_a_jump() -> None:
    tempo = Tempo(SR)
    for time_s in (10.2, 10.7, 11.2):
        tempo.tap(time_s)
    beats = [tempo.beat_at(frame) for frame in range(10 * SR, 13 * SR, 100)]
    steps = np.diff(beats) / (100 / SR) / 2.0  # in beats at 120
    assert steps.min() > 0.4
    assert steps.max() < 1.6


def test_taps_further_apart_than_two_seconds_begin_anew() -> None:
    tempo = Tempo(SR)
    for time_s in (1.0, 1.6, 3.7, 4.3):
        tempo.tap(time_s)
    assert tempo.bpm == 120.0


def test_taps_too_fast_are_refused_in_a_sentence() -> None:
    tempo = Tempo(SR)
    tempo.tap(1.0)
    tempo.tap(1.1)
    with pytest.raises(LivecodeError, match="600 is out of range"):
        tempo.tap(1.2)
    assert tempo.bpm == 120.0


@pytest.mark.parametrize("bpm", [60.0, 120.0, 174.0, 250.0])
@pytest.mark.parametrize("seed", range(5))
def test_two_beats_of_a_jittery_clock_are_enough_to_be_within_a_millisecond(
    bpm: float, seed: int
) -> None:
    tempo = Tempo(SR, 100.0)
    tempo.follow(START, 0)
    off_s = Band(bpm, 0.003, seed).lead(tempo, range(16 * 24))
    assert rms(off_s[48:]) < 1e-3
    assert max(map(abs, off_s[48:])) < 2.5e-3
    assert tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert tempo.following


@pytest.mark.parametrize("seed", range(10))
def test_missing_pulses_do_not_shift_the_beat(seed: int) -> None:
    lost = np.flatnonzero(np.random.default_rng(seed).random(16 * 24) < 0.05)
    missing = frozenset(int(pulse) for pulse in lost if pulse) | frozenset(range(200, 224))
    tempo = Tempo(SR, 100.0)
    tempo.follow(START, 0)
    off_s = Band(120.0, 0.003, seed).lead(tempo, range(16 * 24), missing)
    assert rms(off_s[48:]) < 1e-3


@pytest.mark.parametrize(("first", "second"), [(120, 60), (60, 120), (120, 130), (60, 200)])
def test_a_sudden_change_of_tempo_is_followed(first: float, second: float) -> None:
    tempo = Tempo(SR, 100.0)
    tempo.follow(START, 0)
    one = Band(first, 0.003, seed=1)
    one.lead(tempo, range(8 * 24))
    two = Band(second, 0.003, seed=2)
    two.first = one.frame(8 * 24) - two.period * 8 * 24
    off_s = two.lead(tempo, range(8 * 24, 24 * 24))
    assert rms(off_s[4 * 24 :]) < 1e-3


@given(st.integers(0, 1000), st.floats(0.0, 0.004), st.floats(40.0, 240.0))
@settings(max_examples=30, deadline=None)
def test_the_beat_never_goes_back_while_it_follows(seed: int, jitter: float, bpm: float) -> None:
    tempo, band = Tempo(SR), Band(bpm, jitter, seed)
    beats = []
    for pulse in range(100):
        band.lead(tempo, range(pulse, pulse + 1))
        at = band.frame(pulse) + band.jitter
        beats += [tempo.beat_at(at + part * (band.period - 2 * band.jitter)) for part in (0, 0.5)]
    assert (np.diff(beats) > 0).all()


def test_the_beat_never_goes_back_when_the_clock_slows_down_suddenly() -> None:
    tempo, frame, beats = Tempo(SR, 240.0), 0.0, []
    for pulse in range(200):
        tempo.follow(CLOCK, frame)
        period = 60 * SR / (240 if pulse < 100 else 40) / 24
        beats += [tempo.beat_at(frame + part * period) for part in (0.0, 0.25, 0.5, 0.75)]
        frame += period
    assert (np.diff(beats) > 0).all()


def test_three_beats_without_a_pulse_leave_the_clock_in_the_lead_and_five_do_not() -> None:
    for beats, leads in ((3, True), (5, False)):
        tempo, band = Tempo(SR, 100.0), Band(120.0, 0.0, seed=0)
        band.lead(tempo, range(96))
        tempo.follow(CLOCK, band.frame(95 + 24 * beats))
        assert tempo.following == leads


def test_a_clock_that_runs_already_gives_the_tempo_and_leaves_the_beat() -> None:
    tempo = Tempo(SR, 120.0)
    Band(120.0, 0.0, seed=0, first=SR).lead(tempo, range(96))
    assert tempo.bpm == pytest.approx(120.0)
    assert tempo.beat_at(3 * SR) == pytest.approx(6.0, abs=1 / 48 + 1e-6)


def test_start_puts_beat_0_on_the_next_pulse_and_continue_goes_on_from_the_stop() -> None:
    tempo, band = Tempo(SR), Band(120.0, 0.0, seed=0)
    tempo.follow(START, 0)
    band.lead(tempo, range(49))
    assert tempo.beat_at(band.frame(48)) == pytest.approx(2.0)
    tempo.follow(STOP, band.frame(48.5))
    assert tempo.beat_at(band.frame(240)) == pytest.approx(10.0), "the beat goes on"
    tempo.follow(CONTINUE, band.frame(240.5))
    tempo.follow(CLOCK, band.frame(241))
    assert tempo.beat_at(band.frame(241)) == pytest.approx(49 / 24)


def test_a_song_position_is_where_continue_begins() -> None:
    tempo = Tempo(SR)
    tempo.follow(song_position(4 * 33), 0)
    tempo.follow(CONTINUE, 10)
    tempo.follow(CLOCK, SR)
    assert tempo.beat_at(SR) == pytest.approx(33.0)
    assert tempo.frame_of(tempo.beat_at(2 * SR)) == pytest.approx(2 * SR)


def test_when_the_clock_falls_silent_the_beat_goes_on_at_its_tempo() -> None:
    tempo, band = Tempo(SR, 100.0), Band(130.0, 0.0, seed=0)
    tempo.follow(START, 0)
    band.lead(tempo, range(96))
    assert tempo.beat_at(band.frame(960)) == pytest.approx(40.0, abs=0.01)


@given(st.lists(st.tuples(st.binary(max_size=4), st.floats(0, 1e9)), max_size=60))
def test_any_bytes_at_any_time_leave_the_clock_finite(messages: list[tuple[bytes, float]]) -> None:
    tempo = Tempo(SR)
    for message, frame in messages:
        tempo.follow(message, frame)
    assert math.isfinite(tempo.beat_at(1e6))
    assert 20.0 <= tempo.bpm <= 400.0


def test_notes_are_no_business_of_the_clock() -> None:
    assert not Tempo(SR).follow(b"\x90\x40\x40", 0)
    assert not Tempo(SR).follow(b"", 0)


@given(
    st.lists(
        st.tuples(st.sampled_from([60.0, 132.7, 174.01, 240.0]), st.integers(0, 20 * SR)),
        max_size=8,
    ),
    st.fractions(0, 200, max_denominator=96),
)
def test_what_is_on_a_beat_begins_at_the_first_frame_at_or_after_it(
    steps: list[tuple[float, int]], beat: Fraction
) -> None:
    tempo = changed(steps)
    frame = tempo.frame_of_beat(beat)
    assert tempo.beat_of_frame(frame - 1) < beat <= tempo.beat_of_frame(frame)


@pytest.mark.parametrize("bpm", [60.0, 132.7, 240.0])
@pytest.mark.parametrize("sample_rate", [44100, 48000])
def test_after_two_hours_each_beat_is_where_arithmetic_says_to_the_sample(
    bpm: float, sample_rate: int
) -> None:
    tempo = Tempo(sample_rate, bpm)
    spell = Fraction(60 * sample_rate) / Fraction(repr(bpm))  # frames a beat
    first = int(7200 * bpm / 60)
    for beat in (Fraction(first), first + Fraction(1, 3), first + Fraction(15, 16)):
        assert tempo.frame_of_beat(beat) == math.ceil(beat * spell)


def test_two_hours_of_changes_add_no_rounding_up() -> None:
    tempo, exact, frame = Tempo(SR, 120.0), Fraction(0), 0
    for turn in range(14_400):  # a change every half second
        bpm = (132.7, 61.13, 239.999)[turn % 3]
        before = frame
        frame += 23_987
        exact += (frame - before) * Fraction(repr(tempo.bpm)) / (60 * SR)
        tempo.set(bpm, frame)
    assert tempo.beat_of_frame(frame) == exact


@pytest.mark.parametrize("seconds", [0.0, 8.0])
def test_a_ramp_goes_through_its_tempos_in_straight_lines_and_takes_its_time(
    seconds: float,
) -> None:
    tempo = Tempo(SR, 100.0)
    tempo.ramp([60.0, 180.0], 0.0 if seconds else 16.0, seconds, SR)
    end = SR + round(8.0 * SR)  # 16 beats at 120 on the average
    assert tempo.bpm_at(SR) == 60.0
    assert tempo.bpm_at(SR + 4 * SR) == pytest.approx(120.0)
    assert tempo.bpm_at(end + 1) == tempo.bpm == 180.0
    assert tempo.beat_at(end) - tempo.beat_at(SR) == pytest.approx(16.0)
    speeds = np.diff([tempo.beat_at(SR + at) for at in range(0, 8 * SR, 4800)]) * 600
    assert np.diff(speeds) == pytest.approx(np.full(len(speeds) - 1, 120 / 80))
    for beat in range(2, 18):
        at = tempo.frame_of_beat(Fraction(beat))
        assert tempo.beat_of_frame(at - 1) < beat <= tempo.beat_of_frame(at)
        assert tempo.frame_of(beat) == pytest.approx(at - 0.5, abs=0.51)


def test_bars_follow_their_meters_exactly_both_ways() -> None:
    tempo = Tempo(SR, 132.7)
    tempo.set_meter(3.5, tempo.frame_of_beat(Fraction(7)))
    tempo.set_meter(3, tempo.frame_of_beat(Fraction(15)))  # a bar line, itself
    lines = [Fraction(beat) for beat in (0, 4, 8, Fraction(23, 2), 15, 18, 21)]
    for bar, beat in enumerate(lines):
        assert tempo.beat_of_bar(bar) == beat
        assert tempo.frame_of_bar(bar) == tempo.frame_of_beat(beat)
        assert tempo.bar_of_beat(beat) == bar
    assert tempo.beat_of_bar(Fraction(5, 2)) == Fraction(39, 4)
    assert (
        tempo.bar_of_frame(tempo.frame_of_bar(4) - 1)
        < 4
        <= tempo.bar_of_frame(tempo.frame_of_bar(4))
    )


def test_a_line_between_two_frames_is_next_at_the_frame_where_it_begins() -> None:
    tempo = Tempo(SR, 132.7)
    for beat in range(1, 200):
        line = tempo.frame_of_beat(Fraction(beat))
        assert tempo.next(1.0, line) == line
        assert tempo.next(1.0, line + 1) == tempo.frame_of_beat(Fraction(beat + 1))


def test_other_clocks_leave_what_is_within_the_horizon_where_it_was() -> None:
    tempo, still = Tempo(SR, 120.0), Tempo(SR, 120.0)
    tempo.horizon = 2048
    band = Band(126.0, 0.001, seed=3)
    for pulse in range(96):
        due = math.ceil(band.frame(pulse)) + tempo.horizon
        before = tempo.beat_at(due)
        tempo.follow(CLOCK, band.frame(pulse))
        tempo.lead(126.0, tempo.beat_at(band.frame(pulse)) + 0.01, band.frame(pulse))
        assert tempo.beat_at(due) == pytest.approx(before, abs=1e-9)
    assert tempo.beat_at(20 * SR) != still.beat_at(20 * SR)


def test_a_clock_is_followed_as_well_with_a_horizon() -> None:
    tempo = Tempo(SR, 100.0)
    tempo.horizon = 2048
    tempo.follow(START, 0)
    off_s = Band(120.0, 0.002, seed=1).lead(tempo, range(16 * 24))
    assert rms(off_s[72:]) < 1e-3
