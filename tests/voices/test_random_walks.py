"""Wherever one goes in a shipped space it sounds: a walk through thousands of places has no dead region."""

import numpy as np
import pytest

from livecode import load_model
from livecode.neural.spaces.struck.space import HitSpace
from livecode.transport.positions import Sounded, packed
from livecode.voices.latent import LatentVoice
from livecode.voices.latent_hits import LatentHitsVoice
from tests.sound import longest_silence_s

RATE, HOP = 48_000, 256
PLACES = 2_000
#: Hops at each place: as long as a fast agent stays, and as a sixteenth at 120 bpm.
HELD, STRUCK = 8, 23
SILENT = 10 ** (-50 / 20)  # −50 dBFS


@pytest.mark.slow
@pytest.mark.parametrize("dims", [1, 2, 4, 8])
@pytest.mark.parametrize("name", ["additive", "orchestra", "percussion"])
def test_a_walk_through_two_thousand_places_has_no_dead_region(name: str, dims: int) -> None:
    space, rng = load_model(name), np.random.default_rng(dims)
    hits = isinstance(space, HitSpace)
    voice = (LatentHitsVoice if hits else LatentVoice)(space, RATE, HOP, 1)
    place, loudest = np.full(space.latent, 0.5), []
    for number in range(PLACES):
        place[:dims] = rng.random(dims)
        there = packed(place, Sounded(strike=float(hits), stroke=number + 1.0))
        for _ in range(STRUCK if hits else HELD):
            heard = voice.play(there)
            assert np.isfinite(heard).all()
            loudest.append(np.sqrt(np.mean(np.square(heard))))
    levels = np.array(loudest)[:, None]
    assert longest_silence_s(levels, round(RATE / HOP), SILENT) <= 0.5
