"""Events that are read ahead: as many as are asked for, whatever the beat does meanwhile."""

from fractions import Fraction

from livecode.language.patterns.ahead import EventsAhead, timed
from livecode.language.patterns.pattern import pattern_of
from livecode.signals.groove import Groove
from livecode.signals.tempo import Tempo

TICK = 256


def test_what_is_read_ahead_is_what_is_read_tick_by_tick() -> None:
    cycles = pattern_of("bd*3 [sn? hh*5] ~ <cp lt*7>").cycles
    tempo = Tempo(48000, 120)
    groove = Groove(tempo, Fraction(1, 3), Fraction(1, 2), 100)
    for clock in (tempo, groove):
        ahead, heard, expected = EventsAhead(), [], []
        for begin in range(0, 48000 * 6, TICK):
            if begin == TICK * 300:
                tempo.ramp((120, 187), 8, 0.0, begin + 1000)
            if begin == TICK * 700:
                tempo.set_meter(3.5, begin)
            heard += ahead.between(cycles, clock, begin, begin + TICK)
            expected += timed(cycles, clock, begin, begin + TICK)
        assert len(heard) > 30
        assert heard == expected


def test_another_pattern_or_an_earlier_time_is_read_anew() -> None:
    tempo, ahead = Tempo(48000, 120), EventsAhead()
    one, other = pattern_of("bd*8").cycles, pattern_of("bd*4").cycles
    assert len(ahead.between(one, tempo, 0, 96000)) == 8
    assert len(ahead.between(other, tempo, 0, 96000)) == 4
    assert len(ahead.between(other, tempo, 48000, 96000)) == 2
    assert len(ahead.between(other, tempo, 0, 48000)) == 2
