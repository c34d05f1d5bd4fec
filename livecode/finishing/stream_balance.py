"""Brings a stream nearer to its source's tonal balance, by what its outlines say of their bands."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.finishing.sound_figures import Floats, Spectra, at_target, mel_centres_hz, mel_levels
from livecode.finishing.stream_moments import SECONDS, heard
from livecode.finishing.stream_take import take
from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.neural.samplernn.fullband.bands import centres_hz
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.voices.loaded import Loaded

#: How often it is listened to and changed, in how many takes of how many seconds.
ROUNDS, TAKES, TAKE_S = 3, 8, 12.0
#: Takes begin from these seeds on, which no bench listens to.
SEED = 1000
#: All changes of a band together are within so many dB.
MOST_DB = 9.0
#: Neighbouring bands are changed alike.
SMOOTH = np.array([0.25, 0.5, 0.25])
MEAN = "outline.mean"


def balance(
    path: Path,
    source: Floats,
    rounds: int = ROUNDS,
    takes: int = TAKES,
    seconds: float = TAKE_S,
    say: Callable[[str], None] = lambda sentence: None,
    loudness_s: float = SECONDS,
) -> list[float]:
    """Change the mean of a full-band model's bands until takes have the mean levels of its source.

    source (n,): training sound at the model's rate. What a predictor plays is not quite what it is told:
    valleys fill with noise, narrow lines lose power. That goes for every take, so that it can be told
    the other way round. The file of the round nearest to the source is kept, with its loudness and surprise.

    Returns the distance to the source before each round and after the last, in dB² a band (`Spectra`).
    Raises LivecodeError for a model of levels, which has no outline.
    """
    meta, tensors, config = read_model(path)[0], stored_tensors(path), Loaded(path).sampler.config
    if not isinstance(config, FullbandConfig):
        raise LivecodeError(f"{path.name} draws levels: only a full-band model can be balanced")
    rate, mean = meta.sample_rate, np.asarray(tensors[MEAN], np.float32)
    wanted = Spectra.of(mel_levels(at_target(source, rate), rate))
    hz, bands = mel_centres_hz(rate), config.bands
    change, kept, distances = np.zeros(len(hz)), path.read_bytes(), list[float]()
    for number in range(rounds + 1):
        found = _played(Loaded(path), takes, seconds)
        distances.append(wanted.distance(found))
        missing = wanted.mean - found.mean
        say(f"round {number}: distance {distances[-1]:.1f} dB² a band, of which balance "
            f"{np.square(missing).mean():.1f}")  # fmt: skip
        if distances[-1] <= min(distances):
            kept = path.read_bytes()
        if number == rounds:
            break
        change = np.clip(change + _smoothed(missing), -MOST_DB, MOST_DB)
        told = mean.copy()
        told[:bands] += np.interp(np.log(centres_hz(bands)), np.log(hz), change)
        tensors[MEAN] = told.astype(tensors[MEAN].dtype)
        write_model(path, tensors, meta)
        loudness = heard(Loaded(path), loudness_s, 1)[0]
        write_model(path, tensors, replace(meta, facts=meta.facts | {"lufs": round(loudness, 2)}))
    replace_file(path, kept)
    surprise = {"drawn_bits": round(heard(Loaded(path), loudness_s)[1], 3)}
    meta = read_model(path)[0]
    write_model(path, stored_tensors(path), replace(meta, facts=meta.facts | surprise))
    return distances


def _played(loaded: Loaded, takes: int, seconds: float) -> Spectra:
    """The spectra of takes at temperature 1, together at the loudness of all voices."""
    rate = loaded.meta.sample_rate
    pieces = [take(loaded, 1.0, seconds, SEED + number) for number in range(takes)]
    gain = 10 ** ((TARGET_LUFS - lufs(np.concatenate(pieces), rate)) / 20)
    return Spectra.of(np.concatenate([mel_levels(piece * gain, rate) for piece in pieces]))


def _smoothed(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(np.pad(levels, 1, mode="edge"), SMOOTH, "valid")
