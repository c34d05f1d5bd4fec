"""The beat that is found in sound: its tempo, where it is, and where bars begin."""

import numpy as np
import pytest

from livecode.neural.audio.beat import beat_of

RATE = 16_000


def clicks(bpm: float, first_s: float, seconds: float = 16.0) -> np.ndarray:
    """Low strokes on every beat, and soft high ones in between."""
    sound = np.random.default_rng(0).normal(0, 1e-4, round(seconds * RATE))
    stroke = np.exp(-np.arange(1600) / 300)
    low, high = np.sin(2 * np.pi * 80 / RATE * np.arange(1600)), np.sin(2.0 * np.arange(1600))
    for number in range(int((seconds - first_s - 0.2) * bpm / 30)):
        at = round((first_s + number * 30 / bpm) * RATE)
        sound[at : at + 1600] += stroke * (low if number % 2 == 0 else 0.2 * high)
    return sound


@pytest.mark.parametrize("bpm", [84.0, 100.0, 132.0])
def test_the_beat_is_where_the_strokes_are(bpm: float) -> None:
    beat = beat_of(clicks(bpm, 0.4), RATE)
    assert beat is not None
    assert beat.bpm == pytest.approx(bpm, rel=4e-3)
    in_beat, in_bar = beat.at(np.array([0.4, 0.4 + 60 / bpm, 0.4 + 240 / bpm]))
    assert np.abs((in_beat + 0.5) % 1 - 0.5).max() < 0.05
    assert (in_bar + 0.125) % 1 - 0.125 == pytest.approx([0, 0.25, 0], abs=0.02)


def test_noise_has_no_beat() -> None:
    assert beat_of(np.random.default_rng(1).normal(0, 0.1, 12 * RATE), RATE) is None
