"""Multiples of a length of time, asked again and again: as if each was computed anew."""

import pytest

from livecode.language.units import Span
from livecode.playing.quant import NextMultiple, next_multiple
from livecode.signals.tempo import Tempo


@pytest.mark.parametrize(
    "quant", [Span(bars=1), Span(beats=0.25), Span(seconds=0.3), Span(beats=1, bars=1), Span()]
)
def test_the_next_multiple_is_the_one_of_now(quant: Span) -> None:
    tempo = Tempo(48000, 120)
    multiple = NextMultiple(tempo)
    for frame in range(0, 48000 * 12, 480):
        if frame == 48000 * 4:
            tempo.set(90, frame + 300)
        if frame == 48000 * 6:
            tempo.set_meter(3, frame)
        if frame == 48000 * 8:
            tempo.locate(0.0, frame + 100)
        assert multiple.at(quant, frame) == next_multiple(quant, frame, tempo)
