"""The sound of a candidate goes on from any other's, and is measured as if it had heard all of it."""

import numpy as np
import pytest

from livecode.signals.candidate_sound import CandidateSound
from livecode.signals.features import READABLE, SoundFeatures

RATE = 16_000
RANDOM = np.random.default_rng(3)


def sound(frames: int, hz: float) -> np.ndarray:
    time = np.arange(frames) / RATE
    tone = 0.3 * np.sin(2 * np.pi * hz * time) * (1 + (time % 0.2 < 0.05))
    return (tone + 0.02 * RANDOM.standard_normal(frames)).astype(np.float32)


def reading(features: SoundFeatures) -> list[float]:
    return [float(np.sum(getattr(features, name))) for name in READABLE if name != "surprise"]


@pytest.mark.parametrize("read_before", [False, True])
def test_it_goes_on_from_another_s_past(read_before: bool) -> None:
    past, one, two = sound(5_000, 440), sound(2_000, 500), sound(2_000, 880)
    first, second, plain = CandidateSound(RATE), CandidateSound(RATE), SoundFeatures(RATE)
    second.listen(sound(7_000, 300))
    for features in (first, plain):
        features.listen(past)
        if read_before:
            reading(features)
    second.go_on_from(first)
    first.listen(one)
    reading(first)
    for features in (second, plain):
        features.listen(two)
    assert reading(second) == reading(plain)
    assert reading(first) != reading(second)


def test_samples_are_those_of_the_window_up_to_the_last_whole_hop() -> None:
    features, heard = CandidateSound(RATE), sound(3_000, 440)
    features.listen(heard)
    window, hop = features.window_frames, features.hop_frames
    end = 3_000 // hop * hop
    np.testing.assert_allclose(features.samples, heard[end - window : end], atol=1e-6)
    assert features.rate == RATE
    assert features.surprise == 0.0
    features.be_surprising(2.5)
    assert features.surprise == 2.5
