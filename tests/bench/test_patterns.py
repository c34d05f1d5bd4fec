"""What `bench patterns` concludes from loads, and from a recording of clicks."""

import numpy as np
import pytest

from livecode.bench import patterns
from livecode.bench.patterns import HITS, VOICES, Load
from livecode.bench.rows import BenchRow
from livecode.signals.tempo import Tempo

RATE = 48_000


def load(engine: float, voices: float, mind: float = 0.1) -> Load:
    return Load(10.0, engine, voices, {"mind": mind, "voices": voices, "engine": engine})


def by_name(rows: list[BenchRow]) -> dict[str, BenchRow]:
    return {row.what: row for row in rows}


def test_the_cost_of_a_voice_is_what_it_adds():
    rows = by_name(patterns.load_rows(load(0.1, 0.2), load(0.11, 0.28), load(0.35, 0.3)))
    assert rows["cost of a hit"].value == pytest.approx(100 * 0.08 / HITS)
    assert rows["cost of a synth voice"].value == pytest.approx(100 * 0.24 / VOICES)
    assert rows["load of the engine"].ratio == pytest.approx(3.5)
    assert rows["load of the engine"].ok
    assert rows["time of the mind"].ok


def test_too_much_load_misses_its_target():
    rows = by_name(patterns.load_rows(load(0.1, 0.2), load(0.1, 0.2), load(0.9, 0.3, mind=0.85)))
    assert rows["load of the engine"].ok is False
    assert rows["time of the mind"].ok is False
    assert rows["load of the voices"].ok


@pytest.mark.parametrize("late", [0, 1, 7])
def test_clicks_are_compared_with_their_beats(late: int):
    tempo, begin = Tempo(RATE, patterns.BPM), 100_000
    heard = np.zeros(5 * RATE)
    lines = [tempo.frame_of_beat(beat) for beat in range(6, 15)]
    heard[[line - begin for line in lines]] = 0.1
    heard[lines[4] - begin] = 0.0
    heard[lines[4] - begin + late] = -0.1
    off = patterns.off_their_beats(heard, begin, tempo)
    assert len(off) == 9
    (row,) = patterns.onset_rows(off)
    assert row.value == late
    assert row.ok is (late <= 1)


def test_a_recording_of_nothing_is_no_success():
    (row,) = patterns.onset_rows(patterns.off_their_beats(np.zeros(RATE), 0, Tempo(RATE)))
    assert row.value is None
    assert row.ok is False


@pytest.mark.slow
@pytest.mark.live
def test_all_of_it_plays():
    rows = by_name(patterns.run(4.0, audio="headless"))
    assert rows["names that were taken back"].ok
    assert rows["onsets off their beats"].about["onsets"] >= 4
    assert rows["cost of a synth voice"].value is not None
