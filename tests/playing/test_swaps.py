"""Sequences of swaps with overlapping fades: no gap, no click, and the last one is what plays."""

import gc
from itertools import permutations
from types import FunctionType

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecode import Session
from livecode.language.units import Span, span
from livecode.playing.sounds import Mix
from tests.sound import longest_silence_s

RATE = 48000
FREQ_HZ = {
    "@dsp\ndef x(): return Sine(300, mul=0.1)": 300,
    "@dsp\ndef x(): return Sine(470, mul=0.1)": 470,
    "@dsp\ndef x():\n    return Sine([640, 640], mul=0.1)": 640,
    "@dsp\ndef x(tone): return tone": 220,
    "x = sample({path!r})": 150,
}
#: What a swap may be, beside a new source.
OTHERS = ("undo()", "x.pan = 0", "1/0", "x = (", "@dsp\ndef x(): return Nope()", "x.level = 'a'")
LENGTHS = st.sampled_from([0.0, 0.003, 0.02, 0.1, 0.4, 1.0])
SWAPS = st.lists(
    st.tuples(
        st.sampled_from([*FREQ_HZ, *OTHERS]),
        LENGTHS,  # its fade
        st.sampled_from([Span(), Span(), Span(0.05), Span(beats=1)]),  # its quant
        st.sampled_from([0.0, 0.004, 0.02, 0.05, 0.11, 0.3]),  # until the next one
    ),
    min_size=2,
    max_size=12,
)


def amplitude(audio: np.ndarray, freq_hz: float) -> float:
    window = np.hanning(len(audio))
    tone = np.exp(-2j * np.pi * freq_hz * np.arange(len(audio)) / RATE)
    return float(2 * abs((audio.mean(axis=1) * window * tone).sum()) / window.sum())


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    where = tmp_path_factory.mktemp("swaps") / "tone.wav"
    time_s = np.arange(RATE) / RATE
    soundfile.write(where, 0.1 * np.sin(2 * np.pi * 150 * time_s), RATE, "FLOAT")
    return str(where)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(swaps=SWAPS)
def test_however_swaps_follow_each_other_the_last_one_plays_without_gap_or_click(
    path: str, swaps: list[tuple[str, float, Span, float]]
):
    with Session(seed=1) as session:
        session.eval("@dsp\ndef tone(): return Sine(220, mul=0.1)")
        session.eval("@dsp\ndef x(): return Sine(300, mul=0.1)")
        playing, steps = "@dsp\ndef x(): return Sine(300, mul=0.1)", []
        heard = [session.advance(0.5)]
        for code, fade_s, quant, rest_s in swaps:
            session.performance.sounds.mix = Mix(fade=span(fade_s), quant=quant)
            if code == "undo()":
                if steps:
                    session.eval("undo()")
                    playing = steps.pop()
            elif session.eval(code.format(path=path)).names:
                steps.append(playing)
                playing = code if code in FREQ_HZ else playing
            heard.append(session.advance(rest_s))
        heard.append(session.advance(2.5))
        last = session.advance(1.0)[:RATE]
        audio = np.concatenate(heard)
        assert np.isfinite(audio).all()
        assert longest_silence_s(audio[RATE // 10 :], RATE) < 0.006
        assert np.abs(np.diff(audio, 3, axis=0)).max() < 0.006
        assert np.abs(audio).max() < 0.65
        for freq_hz in {300, 470, 640, 150}:
            level = amplitude(last, freq_hz)
            assert level == pytest.approx(0.1 * (freq_hz == FREQ_HZ[playing]), abs=0.005)
        table = session.performance.generations.table()
        assert sorted(row.name for row in table) == ["tone", "x"]
        assert session.engine.errors == 0


@pytest.mark.parametrize("between_s", [0.0, 0.01, 0.02, 0.03, 0.04, 0.06])
def test_of_sources_of_all_kinds_that_follow_closely_the_last_one_plays(between_s: float):
    kinds = {
        "stream": "x = stream(level=0.5)",
        "agent": "x = agent(space('additive'), level=0.5)",
        "low": "@dsp\ndef x(): return Sine(300, mul=0.05)",
        "high": "@dsp\ndef x(): return Sine(500, mul=0.05)",
    }
    with Session(seed=1) as session:
        session.eval("fade(0.02)")
        for order in permutations(kinds, 3):
            for kind in order:
                assert session.eval(kinds[kind]).ok
                session.advance(between_s)
            session.advance(0.4)
            (row,) = session.performance.generations.table()
            assert (row.begun, row.leaving) == (True, False), order
            strip = session.engine.strips["x"]
            assert len(strip.chain.graphs) + len(strip.feed._generations) == 1, order
            assert longest_silence_s(session.advance(0.1), RATE) < 0.005, order


@pytest.mark.parametrize("fade_s", [0.0, 0.02, 0.5, 2.0])
def test_a_hundred_swaps_in_two_seconds_are_one_smooth_sound(fade_s: float):
    with Session(seed=1) as session:
        session.eval(f"fade({fade_s})")
        heard = []
        for index in range(100):
            result = session.eval(f"@dsp\ndef x(): return Sine({300 + 7 * index}, mul=0.05)")
            assert result.ok, result.error
            heard.append(session.advance(0.02))
        heard.append(session.advance(fade_s + 0.5))
        audio = np.concatenate(heard)
        assert longest_silence_s(audio[RATE // 4 :], RATE) < 0.01
        assert np.abs(np.diff(audio, 3, axis=0)).max() < 0.006
        assert len(session.performance.generations.table()) == 1
        assert amplitude(session.advance(1.0), 993) == pytest.approx(0.05, rel=0.05)


def test_more_ring_swaps_than_there_are_rings_are_refused_one_by_one_and_play_on():
    with Session(seed=1) as session:
        session.eval("fade(30*s)\nego = agent(space('additive'))")
        session.advance(0.5)
        refused = 0
        for seed in range(50):
            result = session.eval(f"ego = agent(space('additive'), seed={seed})")
            refused += not result.ok
            assert result.ok or "let one fade out first" in result.error
        assert 0 < refused < 50
        assert session.get("ego").settings["seed"] < 49, "as it is played"
        assert session.eval("ego.level = 0.9").ok
        assert longest_silence_s(session.advance(1.0), RATE) < 0.005
        assert session.engine.errors == 0


def test_nothing_stays_of_a_graph_that_was_swapped_though_nobody_looks_for_cycles():
    def functions() -> int:
        found = [each for each in gc.get_objects() if type(each) is FunctionType]
        return sum(each.__code__.co_filename == "<dsp x>" for each in found)

    with Session(seed=1) as session:
        gc.collect()
        gc.disable()  # as in the engine's process
        try:
            for freq in range(300, 320):
                session.eval(f"@dsp\ndef x(): return Sine({freq}, mul=0.1)")
                session.eval(f"@dsp\ndef broken(): return Sine({freq}) * Nope")
                session.advance(0.3)
            assert functions() <= 2  # that which plays, and one that fades out
        finally:
            gc.enable()
