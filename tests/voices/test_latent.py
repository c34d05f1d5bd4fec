"""A latent voice: equally loud wherever it stands, and without a click wherever it goes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livecode import load_model
from livecode.voices.latent import LEVEL_RMS, LatentVoice
from tests.sound import jump, rms

RATE, HOP = 48000, 256


@pytest.fixture(scope="module")
def space():
    return load_model("additive")


def play(voice: LatentVoice, *positions: np.ndarray) -> np.ndarray:
    return np.concatenate([voice.play(position).copy() for position in positions])


def test_it_is_equally_loud_wherever_it_stands(space):
    rng = np.random.default_rng(1)
    levels = []
    for seed, position in enumerate(rng.random((20, space.latent))):
        voice = LatentVoice(space, RATE, HOP, seed)
        levels.append(rms(play(voice, *[position] * 100)[-80 * HOP :]))
    assert np.abs(20 * np.log10(np.array(levels) / LEVEL_RMS)).max() < 1.5


def test_it_goes_from_place_to_place_without_a_click(space):
    rng = np.random.default_rng(2)
    places = rng.random((8, space.latent))
    steady = max(
        jump(play(LatentVoice(space, RATE, HOP, 1), *[place] * 100)[HOP:]) for place in places
    )
    walking = play(LatentVoice(space, RATE, HOP, 1), *np.repeat(places, 30, axis=0))
    assert jump(walking) < 1.5 * steady


def test_before_the_first_position_it_stands_in_the_middle(space):
    middle = np.full(space.latent, 0.5)
    a, b = (LatentVoice(space, RATE, HOP, 5) for _ in range(2))
    assert np.array_equal(play(a, None, None), play(b, middle, middle))


def test_positions_outside_the_space_are_its_edge(space):
    a, b = (LatentVoice(space, RATE, HOP, 5) for _ in range(2))
    far, edge = np.full(64, 7.0), np.ones(64)
    assert np.array_equal(play(a, *[far] * 5), play(b, *[edge] * 5))


def test_the_same_seed_and_positions_give_the_same_samples(space):
    positions = np.random.default_rng(3).random((50, space.latent))
    a, b, c = (play(LatentVoice(space, RATE, HOP, seed), *positions) for seed in (4, 4, 5))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_the_voices_bring_in_neither_torch_nor_pyo():
    code = (
        "import sys, livecode.voices.host, livecode.voices.__main__\n"
        "print([name for name in ('torch', 'pyo') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
