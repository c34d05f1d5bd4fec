"""A latent voice: equally loud at every position, and without clicks on every way."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livecode import load_model
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.voices.latent import LatentVoice
from tests.sound import jump

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
        levels.append(lufs(play(voice, *[position] * 120)[-100 * HOP :], RATE))
    assert np.abs(np.array(levels) - TARGET_LUFS).max() < 1.5


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
    far, edge = np.full(space.latent, 7.0), np.ones(space.latent)
    assert np.array_equal(play(a, *[far] * 5), play(b, *[edge] * 5))


def test_the_same_seed_and_positions_give_the_same_samples(space):
    positions = np.random.default_rng(3).random((50, space.latent))
    a, b, c = (play(LatentVoice(space, RATE, HOP, seed), *positions) for seed in (4, 4, 5))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.fixture(scope="module")
def orchestra():
    return load_model("orchestra")


def held(space, texture: float | None, seed: int = 3, hops: int = 400) -> np.ndarray:
    """Hold one sound of the space for 2 s with a share of texture; None is a share never set."""
    voice = LatentVoice(space, RATE, HOP, seed)
    place = space.position(space.sound_points[100])
    alive = None if texture is None else np.array([texture])
    return np.concatenate([voice.play(place, alive).copy() for _ in range(hops)])


def swells_db(audio: np.ndarray) -> float:
    """Return how much the level moves, in windows of 40 ms."""
    windows = audio[40 * HOP :].reshape(-1, 8 * HOP)
    return float(np.std(20 * np.log10(np.sqrt(np.square(windows).mean(1)))))


def test_without_its_texture_a_held_place_is_what_it_always_was(orchestra, space):
    assert np.array_equal(held(orchestra, 0.0), held(orchestra, None))
    still = copy.copy(load_model("orchestra"))
    still.texture = None
    assert np.array_equal(held(orchestra, 0.0), held(still, 1.0)), "one that has none stands still"
    voice = LatentVoice(orchestra, RATE, HOP, 3)
    place = orchestra.position(orchestra.sound_points[100])
    for texture in (1.0, 0.0):
        for _ in range(200):
            voice.play(place, np.array([texture]))
    assert not voice.texture_share, "it comes to rest"
    voice.play(place, np.array([1.0]))
    assert 0 < voice.texture_share < 0.5, "and glides"


def test_a_texture_lets_a_held_place_live_as_much_as_it_is_asked_for(orchestra):
    still, half, alive = (swells_db(held(orchestra, texture)) for texture in (0.0, 0.5, 1.0))
    assert still < 0.2 < 0.6 * half < half < alive < 6
    assert np.array_equal(held(orchestra, 1.0), held(orchestra, 1.0))
    assert not np.array_equal(held(orchestra, 1.0), held(orchestra, 1.0, seed=4))


@pytest.mark.parametrize("texture", [1.0, 2.0])
def test_a_texture_keeps_loudness_and_never_clicks(orchestra, texture):
    for sound in (0, 60, 120, 180):
        voice = LatentVoice(orchestra, RATE, HOP, sound)
        place = orchestra.position(orchestra.sound_points[sound])
        alive = [texture] * 600 + [0.0, texture] * 50  # and switched on and off in the end
        audio = np.concatenate([voice.play(place, np.array([each])).copy() for each in alive])
        assert lufs(audio[RATE // 2 :], RATE) == pytest.approx(TARGET_LUFS, abs=0.6 * texture)
        bends = np.abs(np.diff(audio[HOP:], 2))
        joined = np.arange(HOP - 2, len(bends), HOP)
        within = np.delete(bends, np.concatenate([joined, joined[joined + 1 < len(bends)] + 1]))
        assert bends[joined].max() < 1.5 * within.max()


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
