"""Labels of a stream: what a performer says of them, and the line of the beat that the voice reads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import LivecodeError
from livecode.language.curves import ramp
from livecode.language.moments import Moment
from livecode.language.patterns.pattern import pattern_of as pattern
from livecode.language.streams import Stream
from livecode.language.units import s
from livecode.neural.model_file import ModelMeta, write_model
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.fullband.labels import FREE
from livecode.playing.label_hand import LabelWriter
from livecode.signals.tempo import Tempo
from livecode.transport import ControlBlock
from livecode.voices.samplernn.fullband.labelling import LabelHand
from tests.fullband_model import CONFIG, RATE_HZ, fullband_tensors, write_fullband

SAMPLE_RATE = 48_000
NOBODY = [FREE, FREE, FREE, FREE]


def told(folder: Path) -> Stream:
    config = replace(
        CONFIG, labels=("tempo", "phase", "pitch", "source"), sources=("piano", "choir")
    )
    path = folder / "told.safetensors"
    write_model(path, fullband_tensors(config), ModelMeta(KIND, config.json(), RATE_HZ))
    made = Stream(model=str(path))
    made.name = "r7"
    return made


class Writing:
    """A writer on a real control block, and what a voice reads of it."""

    def __init__(self, thing: Stream, bpm: float = 120.0) -> None:
        size = ControlBlock.size(8, 16, 64)
        self.block, self.tempo = (
            ControlBlock(memoryview(bytearray(size)), 8, 16, 64),
            Tempo(SAMPLE_RATE, bpm),
        )
        self.writer = LabelWriter(thing, self.block, self.tempo, lambda name, sentence: None)
        self.count = 0

    def hand(self, frame: int) -> LabelHand:
        """What the voice reads once that sample time has ticked."""
        found = self.tick(frame)
        assert found is not None
        return found

    def tick(self, frame: int) -> LabelHand | None:
        self.writer.follow(frame)
        seconds, beat = frame / SAMPLE_RATE, self.tempo.beat_at(frame)
        signals = {"tempo": self.tempo.bpm_at(frame)}
        self.writer.tick(Moment(seconds, beat, signals, lambda function: 0.0, self.tempo, frame))
        slot = self.block.find("r7.labels")
        assert slot is not None
        self.count = self.block.written(slot)
        last = self.block.last(slot)
        return None if last is None else LabelHand(*last[: len(LabelHand._fields) - 1])


def test_a_model_without_the_label_says_so(tmp_path: Path) -> None:
    plain = Stream(model=str(write_fullband(tmp_path)))
    with pytest.raises(LivecodeError, match="was told no tempo when it learned"):
        plain.tempo = 100
    plain.tempo = None
    stream = told(tmp_path)
    with pytest.raises(LivecodeError, match="told no loudness"):
        stream.loudness = -3
    with pytest.raises(LivecodeError, match="piano, choir"):
        stream.source = "strings"
    with pytest.raises(LivecodeError, match="a note"):
        stream.pitch = "x"
    with pytest.raises(LivecodeError, match="30 to 300"):
        stream.tempo = 3


def test_words_are_numbers_and_none_is_free(tmp_path: Path) -> None:
    stream = told(tmp_path)
    writing = Writing(stream)
    assert writing.tick(0) is None, "nobody holds anything"
    stream.pitch, stream.source = "d", "choir"
    assert writing.hand(256)[:4] == (2.0, FREE, 1.0, FREE)
    stream.pitch, stream.source = pattern("<e4 f4>"), 0.5
    assert writing.hand(512)[:4] == (64.0, FREE, 0.5, FREE)
    stream.source = pattern("<choir piano>")
    assert stream.source == 1.0
    stream.pitch = stream.source = None
    assert list(writing.hand(768)[:4]) == NOBODY


def test_a_tempo_of_its_own_is_a_line_from_the_beat_where_it_begins(tmp_path: Path) -> None:
    stream = told(tmp_path)
    writing = Writing(stream)
    stream.tempo = 100
    first = writing.hand(SAMPLE_RATE)
    assert (first.beat, first.bar, first.since) == (2.0, 0.5, SAMPLE_RATE)
    for frame in range(SAMPLE_RATE, 3 * SAMPLE_RATE, 480):
        assert writing.tick(frame) == first
    assert writing.count == 1, "a line that goes on is written once"
    stream.tempo = 50
    after = writing.hand(SAMPLE_RATE + round(0.6 * SAMPLE_RATE))
    assert (after.tempo, after.beat) == (50.0, pytest.approx(3.0)), "the beat goes on"


def test_the_tempo_of_the_performance_keeps_to_its_beat(tmp_path: Path) -> None:
    stream = told(tmp_path)
    writing = Writing(stream, 90.0)
    stream.tempo = 100
    writing.tick(SAMPLE_RATE)
    stream.tempo = 90
    writing.tick(4 * SAMPLE_RATE)
    hand = writing.hand(4 * SAMPLE_RATE + 480)
    at = 5 * SAMPLE_RATE
    beat, bar = hand._replace(at=float(at)).phase(0, SAMPLE_RATE)
    assert beat == pytest.approx(writing.tempo.beat_at(at))
    assert bar == pytest.approx(writing.tempo.bar_at(at))


def test_a_curve_moves_it(tmp_path: Path) -> None:
    stream = told(tmp_path)
    writing = Writing(stream)
    stream.tempo = ramp(100, 140, over=2 * s)
    beats = []
    for frame in range(0, 2 * SAMPLE_RATE, 480):
        hand = writing.hand(frame)
        beats.append(hand._replace(at=float(frame)).phase(0, SAMPLE_RATE)[0])
    rates = np.diff(beats) * 100 * 60
    assert rates[0] == pytest.approx(100, abs=3)
    assert rates[-1] == pytest.approx(140, abs=3)
    assert np.abs(np.diff(rates)).max() < 15, "it never jumps"
