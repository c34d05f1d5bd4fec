"""Ambiences are described as they sound, and a space of them has each at its place."""

import numpy as np
import pytest

from livecode.neural.spaces.ambient.describing import shape_of
from livecode.neural.spaces.ambient.shape import (
    BANDS,
    CENTRES_HZ,
    DEEPEST_DB,
    packed,
    unpacked,
)
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.neural.spaces.ambient.training import train

RATE = 48000
SECONDS = np.arange(4 * RATE) / RATE


def white(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(len(SECONDS))


def described(sound: np.ndarray):
    return shape_of(sound.astype(np.float32), RATE)


def test_steady_noise_pulses_grains_and_tones_are_told_apart() -> None:
    steady, pulsed = (
        described(white(1)),
        described(white(1) * (1.02 + np.sin(2 * np.pi * 5 * SECONDS))),
    )
    struck = np.zeros(len(SECONDS))
    struck[np.random.default_rng(2).integers(0, len(struck), 24)] = 1.0
    fall = np.exp(-np.arange(4800) / 480)
    grainy = described(np.convolve(struck, fall)[: len(SECONDS)] * white(3) + 0.01 * white(4))
    tone = described(np.sin(2 * np.pi * 1000 * SECONDS) + 0.01 * white(5))
    high = CENTRES_HZ > 1000
    assert steady.depth_db.max() < 2.5
    assert steady.grain_share.max() < 0.2
    assert steady.tone_share.max() < 0.2
    assert pulsed.depth_db[2, high].min() > 3
    assert pulsed.together[2] > 0.8
    assert 2 ** pulsed.rate_octaves[2] == pytest.approx(5, abs=0.3)
    assert pulsed.regular[2] > 0.5
    assert grainy.grain_share[high].min() > 0.8
    assert grainy.together[-1] > 0.6
    assert 3 < 2 ** grainy.grain_octaves[high].mean() < 16
    band = int(np.abs(CENTRES_HZ - 1000).argmin())
    assert tone.tone_share[band] > 0.9
    assert tone.level_db.argmax() == band
    assert tone.tone_hz[band] == pytest.approx(1000, rel=0.005)


def test_what_is_silent_has_no_shape() -> None:
    with pytest.raises(ValueError, match="silent"):
        shape_of(np.zeros(RATE, np.float32), RATE)


def test_a_trained_space_has_its_ambiences_at_their_places() -> None:
    shapes = {f"low_{i}": described(np.convolve(white(i), np.ones(4 + 8 * i))) for i in range(4)}
    shapes["pulsed"] = described(white(9) * (1.02 + np.sin(2 * np.pi * 5 * SECONDS)))
    config, tensors, figures = train("five", shapes, 3, RATE)
    made = AmbienceSpace(
        "five", RATE, config, {k: v.astype(np.float32) for k, v in tensors.items()}
    )
    assert figures["bands_off_db"] < 1
    for shape, point in zip(shapes.values(), made.sound_points, strict=True):
        back = made.shape(point)
        assert np.abs(back.level_db - shape.level_db)[shape.level_db > -30].max() < 2
        assert np.abs(back.depth_db - np.minimum(shape.depth_db, DEEPEST_DB)).max() < 1
    there = made.encode(white(9) * (1.02 + np.sin(2 * np.pi * 5 * SECONDS)))[0]
    away = np.linalg.norm(made.sound_points - there, axis=1)
    assert made.sound_names[int(away.argmin())] == "pulsed"
    assert np.isfinite(made.decode(made.place(np.random.default_rng(1).random((3, 3))))).all()


def test_rows_and_shapes_are_the_same_numbers() -> None:
    shape = described(np.convolve(white(1), np.ones(20)))
    back = unpacked(packed(shape))
    for name, numbers in shape._asdict().items():
        found, numbers = np.ravel(getattr(back, name)), np.ravel(numbers)
        assert np.abs(found - numbers).max() < (9 if name == "depth_db" else 0.6), name
    assert back.level_db.shape == (BANDS,)
