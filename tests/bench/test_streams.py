"""`bench streams`: temperature has an effect, and takes are nearer to their own source."""

from pathlib import Path

import numpy as np
import pytest

from livecode.bench import streams
from tests.samplernn_model import write_samplernn

RATE = 16_000


@pytest.mark.slow
def test_hotter_takes_are_drawn_from_more(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, says=128, sure=4.0)
    cold, hot = (streams.measured(path, temperature, 0.5) for temperature in (0.7, 1.5))
    assert hot[0] > cold[0]
    assert 0 < cold[1] < 1


def test_entropy_is_that_of_the_tempered_distribution(tmp_path: Path) -> None:
    path = write_samplernn(tmp_path, says=128, sure=40.0)
    _, sure, _ = streams.takes(path, 1.0, 0.2)
    assert sure < 0.01


def test_a_tone_is_flat_nowhere_and_noise_everywhere() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32)
    tone = np.sin(np.arange(RATE) * 0.3).astype(np.float32)
    assert streams.flatness(tone, RATE) < 0.01
    assert streams.flatness(noise, RATE) > 0.9


def test_a_sound_is_nearest_to_its_own_kind() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(2 * RATE) / RATE
    low, again = (
        np.sin(2 * np.pi * 220 * t + phase).astype(np.float32)
        + 0.01 * rng.standard_normal(len(t)).astype(np.float32)
        for phase in (0.0, 1.0)
    )
    high = np.sin(2 * np.pi * 3000 * t).astype(np.float32)
    source = streams.timbres(low, RATE)
    assert streams.distance_db(again, source, RATE) < 0.3 * streams.distance_db(high, source, RATE)
