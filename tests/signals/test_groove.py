"""A swung beat clock answers as the definition of swing says, exactly, whatever tempo and meter do."""

import math
import random
from fractions import Fraction

import pytest

from livecode.signals.groove import Groove
from livecode.signals.tempo import Tempo

RATE = 48_000


def a_tempo() -> Tempo:
    """Return a tempo that changes, ramps, and goes through bars of 4, 3.5 and 3 beats."""
    tempo = Tempo(RATE, 132.7)
    tempo.set_meter(3.5, 300_000)
    tempo.set(97, 500_000)
    tempo.ramp((97, 160, 120), 12, 0, 700_000)
    tempo.set_meter(3, 900_000)
    return tempo


def beat_heard(tempo: Tempo, swing: Fraction, pair: Fraction, frame: int) -> Fraction:
    """Return the beat of what is heard at a frame, by the definition."""
    beat = tempo.beat_of_frame(frame)
    bar = math.floor(tempo.bar_of_beat(beat))
    line, next_line = tempo.beat_of_bar(bar), tempo.beat_of_bar(bar + 1)
    begin = line + (beat - line) // pair * pair
    if begin + pair > next_line:
        return beat
    heard, middle = (beat - begin) / pair, (1 + swing) / 2
    if heard < middle:
        return begin + heard / (1 + swing) * pair
    return begin + (Fraction(1, 2) + (heard - middle) / (1 - swing)) * pair


@pytest.mark.parametrize(
    ("swing", "pair", "nudge"),
    [(Fraction(1, 3), Fraction(1), 0), (Fraction(1, 10), Fraction(1, 2), -240),
     (Fraction(3, 5), Fraction(2, 3), 1000), (Fraction(0), Fraction(1), 77)],
)  # fmt: skip
def test_a_frame_has_the_beat_and_the_bar_that_the_definition_gives(
    swing: Fraction, pair: Fraction, nudge: int
) -> None:
    tempo = a_tempo()
    groove = Groove(tempo, swing, pair, nudge)
    chance = random.Random(3)
    for start in [chance.randrange(-50_000, 1_500_000) for _ in range(40)]:
        for frame in [start + chance.randrange(40_000) for _ in range(8)]:
            beat = beat_heard(tempo, swing, pair, frame - nudge)
            assert groove.beat_of_frame(frame) == beat
            assert groove.bar_of_frame(frame) == tempo.bar_of_beat(beat)
            assert groove.frame_of_beat(beat) == frame
            if swing:
                assert groove.beat_at(frame) == float(beat)
                assert groove.bar_at(frame) == float(tempo.bar_of_beat(beat))


def test_a_change_of_tempo_or_meter_counts_at_once() -> None:
    tempo = Tempo(RATE, 120)
    groove = Groove(tempo, Fraction(1, 3), Fraction(1))
    groove.bar_at(100_000)
    tempo.set(60, 50_000)
    assert groove.beat_of_frame(100_000) == beat_heard(tempo, groove.swing, groove.pair, 100_000)
    tempo.set_meter(3, 0)
    assert groove.bar_of_frame(200_000) == tempo.bar_of_beat(groove.beat_of_frame(200_000))
