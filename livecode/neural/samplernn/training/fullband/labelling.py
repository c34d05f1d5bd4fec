"""Labels of the frames of an outline, found in the sound itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.beat import beat_of, onset_envelopes
from livecode.neural.samplernn.fullband import bands
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.labels import (
    NUMBERS,
    PITCHES,
    SPREAD_OUT,
    UNKNOWN,
    numbers_of,
)

Floats = NDArray[np.float32]

#: Over how many seconds each is found.
AROUND_S = {"pitch": 1.0, "loudness": 1.0, "brightness": 1.0, "density": 4.0}
#: Pitches are looked for in these bands; a band counts down to so far below the loudest, for brightness.
PITCHED, DEEP_DB = slice(12, 60), 50.0
#: What rises by more than this share of a loud onset is one.
ONSET = 0.3


def numbers_of_piece(
    audio: Floats, outline: Floats, config: FullbandConfig, rate_hz: int, source: int = 0
) -> Floats:
    """The numbers (frames, numbers) of the labels of a piece of sound (n,), NaN where nothing is known.

    outline: (frames, features), in dB, as the sound has it.
    """
    frames, frame_s = len(outline), config.outline_hop / rate_hz
    power = bands.power(outline[:, : config.bands]).astype(np.float64)
    found = []
    for label in config.labels:
        around = max(1, round(AROUND_S.get(label, 0.0) / frame_s))
        if label in ("tempo", "phase"):
            own = _beat(audio, rate_hz, np.arange(float(frames)) * frame_s, label)
        elif label == "pitch":
            own = _pitch(_mean(np.sqrt(power), around))[:, None]
        elif label == "loudness":
            total = _mean(power.sum(axis=1, keepdims=True), around)
            own = 10 * np.log10(total + 1e-9)
        elif label == "brightness":
            own = _slope(_mean(power, around), config.bands)[:, None]
        elif label == "density":
            own = _density(audio, rate_hz, frames, frame_s)[:, None]
        else:
            own = np.full((frames, 1), float(source))
        found.append(own)
    return np.concatenate(found, axis=1).astype(np.float32)


def kept_numbers(
    audio: Floats, at: int, config: FullbandConfig, rate_hz: int, source: int
) -> Floats:
    """What a take keeps that begins at a sample of a piece of sound (n,): (numbers,), UNKNOWN the others."""
    beat = beat_of(audio, rate_hz)
    known = {"source": float(source)}
    if beat is not None:
        in_beat, in_bar = beat.at(np.array([at / rate_hz]))
        known |= {"tempo": beat.bpm, "beat": float(in_beat[0]), "bar": float(in_bar[0])}
    names = numbers_of(config.labels)
    return np.array([known.get(name, UNKNOWN) for name in names], np.float32)


def transposed(numbers: Floats, config: FullbandConfig, semitones: int) -> Floats:
    """Numbers of the same piece, transposed."""
    moved, at = numbers.copy(), 0
    for label in config.labels:
        if label == "pitch":
            moved[:, at] = (moved[:, at] + semitones) % PITCHES
        at += len(NUMBERS[label])
    return moved


def scale_of(pieces: Sequence[Floats], config: FullbandConfig) -> Floats:
    """Mean and deviation (labels, 2) of the numbers of pieces; 0 and 1 of what is told as it is."""
    rows = np.concatenate(pieces)
    scale, at = np.tile(np.array([0.0, 1.0], np.float32), (len(config.labels), 1)), 0
    for place, label in enumerate(config.labels):
        if label in SPREAD_OUT:
            scale[place] = np.nanmean(rows[:, at]), max(float(np.nanstd(rows[:, at])), 1e-3)
        at += len(NUMBERS[label])
    return scale


def _beat(
    audio: Floats, rate_hz: int, seconds: NDArray[np.float64], label: str
) -> NDArray[np.float64]:
    beat = beat_of(audio, rate_hz)
    if beat is None:
        return np.full((len(seconds), len(NUMBERS[label])), np.nan)
    if label == "tempo":
        return np.full((len(seconds), 1), beat.bpm)
    return np.stack(beat.at(seconds), axis=1)


def _mean(x: NDArray[np.float64], around: int) -> NDArray[np.float64]:
    """The mean of x (n, columns) over so many rows about each."""
    sums = np.concatenate([np.zeros((1, x.shape[1])), np.cumsum(x, axis=0)])
    at = np.arange(len(x))
    low, high = np.maximum(at - around // 2, 0), np.minimum(at + (around + 1) // 2, len(x))
    result: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low)[:, None]
    return result


def _pitch(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """The strongest pitch class of each frame's bands; they begin with a C."""
    classes = np.asarray(strength[:, PITCHED].reshape(len(strength), -1, PITCHES).sum(axis=1))
    found = classes.argmax(axis=1).astype(np.float64)
    found[classes.max(axis=1) < 1e-4] = np.nan
    return np.asarray(found)


def _slope(power: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """dB an octave of each frame's bands."""
    levels = 10 * np.log10(power + 1e-9)
    levels = np.maximum(levels, levels.max(axis=1, keepdims=True) - DEEP_DB)
    octaves = np.log2(bands.centres_hz(count))
    octaves = octaves - octaves.mean()
    result: NDArray[np.float64] = levels @ octaves / np.square(octaves).sum()
    return result


def _density(audio: Floats, rate_hz: int, frames: int, frame_s: float) -> NDArray[np.float64]:
    """Onsets a second about each frame."""
    envelope = onset_envelopes(audio, rate_hz).sum(axis=0)
    inner = envelope[1:-1]
    if not inner.any():
        return np.zeros(frames)
    peaks = (inner >= envelope[:-2]) & (inner > envelope[2:])
    peaks &= inner > ONSET * np.percentile(inner[inner > 0], 95)
    times = (1 + np.flatnonzero(peaks)) * len(audio) / rate_hz / len(envelope)
    middle, half = (np.arange(frames) + 0.5) * frame_s, AROUND_S["density"] / 2
    low, high = np.maximum(middle - half, 0), np.minimum(middle + half, frames * frame_s)
    counts = np.searchsorted(times, high) - np.searchsorted(times, low)
    result: NDArray[np.float64] = counts / np.maximum(high - low, frame_s)
    return result
