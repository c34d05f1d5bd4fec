"""A stream is brought nearer to the tonal balance of its source by what its outlines say."""

from pathlib import Path

import numpy as np

from livecode.finishing.sound_figures import mel_centres_hz
from livecode.finishing.stream_balance import balance
from livecode.finishing.stream_take import take
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.voices.loaded import Loaded
from tests.fullband_model import CONFIG, write_fullband

RATE_HZ = 16_000


def darkened(path: Path, db_an_octave: float) -> None:
    """Write a model's file again, whose outlines fall by so much with the octave."""
    meta, tensors = read_model(path)[0], stored_tensors(path)
    fall = db_an_octave * np.arange(CONFIG.bands) / 12
    tensors["outline.mean"][: CONFIG.bands] -= fall.astype(np.float32)
    write_model(path, tensors, meta)


def test_a_stream_that_is_too_bright_gets_the_balance_of_its_source(tmp_path: Path) -> None:
    dark = write_fullband(tmp_path, "dark", moments=2)
    darkened(dark, 3.0)
    source = np.concatenate([take(Loaded(dark), 1.0, 2.0, seed) for seed in range(4)])
    path = write_fullband(tmp_path, "bright", moments=2)
    before = stored_tensors(path)["outline.mean"].copy()
    distances = balance(path, source, rounds=2, takes=2, seconds=2.0, loudness_s=0.5)
    assert len(distances) == 3
    assert min(distances) < 0.6 * distances[0]
    change = stored_tensors(path)["outline.mean"][: CONFIG.bands] - before[: CONFIG.bands]
    assert change[60] < change[10] - 1.0  # the treble has come down
    assert {"lufs", "drawn_bits"} <= set(read_model(path)[0].facts)


def test_the_nearest_round_is_kept(tmp_path: Path) -> None:
    path = write_fullband(tmp_path, "wide", moments=2)
    source = np.concatenate([take(Loaded(path), 1.0, 2.0, 1000 + seed) for seed in range(2)])
    as_it_was = stored_tensors(path)["outline.mean"]
    distances = balance(path, source, rounds=1, takes=2, seconds=2.0, loudness_s=0.5)
    assert distances[0] < distances[1]
    assert np.array_equal(stored_tensors(path)["outline.mean"], as_it_was)


def test_mel_bands_are_told_from_the_lowest_to_the_highest() -> None:
    hz = mel_centres_hz(RATE_HZ)
    assert len(hz) == 64
    assert np.all(np.diff(hz) > 0)
    assert hz[0] > 50.0
    assert hz[-1] < RATE_HZ / 2
