"""The judge of sources: what it hears, what it knows, and that it tells what it has not heard."""

from pathlib import Path

import numpy as np
import pytest

from livecode.bench.judge import ENOUGH, Judge, Known, Pieces, run, stacked
from livecode.bench.judge_features import RATE_HZ, features
from livecode.errors import LivecodeError


def chirps(seed: int) -> np.ndarray:
    """Ten seconds of short tones, drawn by the seed."""
    random, t = np.random.default_rng(seed), np.arange(RATE_HZ // 4) / RATE_HZ
    tones = [np.exp(-12 * t) * np.sin(2 * np.pi * hz * t) for hz in random.uniform(200, 2000, 40)]
    return np.concatenate(tones)


def hum(seed: int) -> np.ndarray:
    """Ten seconds of a held chord in a little noise."""
    random, t = np.random.default_rng(seed), np.arange(10 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in random.uniform(200, 2000, 3))
    return chord + 0.1 * random.standard_normal(len(t))


def pieces(seeds: range) -> Pieces:
    figures = [features(make(seed)) for make in (chirps, hum) for seed in seeds]
    return Pieces(stacked(figures), np.repeat([0, 1], len(seeds)))


def test_figures_do_not_depend_on_the_level() -> None:
    loud, soft = features(chirps(1)), features(0.01 * chirps(1))
    for family, figures in loud.items():
        np.testing.assert_allclose(soft[family], figures, rtol=1e-4, atol=1e-4)
        assert np.isfinite(figures).all(), family


def test_two_sources_are_told_by_each_family_and_by_all_and_kept_as_numbers(tmp_path: Path) -> None:
    known = Known(("chirps", "hum"), pieces(range(6)), pieces(range(10, 13)))
    known.write(tmp_path / "known.npz")
    read = Known.read(tmp_path / "known.npz")
    assert read.names == known.names
    for families in ([], *([family] for family in known.heard.figures)):
        assert Judge(read, families).named(read.unheard.figures) == ["chirps"] * 3 + ["hum"] * 3


def test_a_flutter_of_4_hz_is_heard_as_one() -> None:
    t = np.arange(10 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(0).standard_normal(len(t))
    depth = features(noise * (1 + 0.8 * np.sin(2 * np.pi * 5 * t)))["modulation"].reshape(6, 8)
    assert (depth.argmax(axis=1) == 3).all()  # 4 to 8 Hz


@pytest.mark.parametrize("by", ENOUGH)
def test_the_ten_sources_are_told_apart_by_sound_that_the_judge_has_not_heard(by: str) -> None:
    known = Known.read()
    named = Judge(known, [] if by == "all" else [by]).named(known.unheard.figures)
    right = [each == known.names[i] for each, i in zip(named, known.unheard.source, strict=True)]
    assert len(known.names) == 10
    assert np.mean(right) >= 0.95


def test_a_stream_without_a_source_is_refused_by_name() -> None:
    with pytest.raises(LivecodeError, match="the judge knows no stream 'whale'"):
        run(only=("whale",))


@pytest.mark.slow
@pytest.mark.timeout(600)  # a kernel may have to be compiled
def test_takes_of_the_drummer_are_named_after_it() -> None:
    rows = run(seconds=10.0, takes=1, only=("drummer",))
    found = {row.about["by"]: row for row in rows if row.about.get("model") == "all"}
    assert found["all"].ok
