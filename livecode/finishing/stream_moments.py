"""Finds a stream's best moments and its loudness, and writes them into its model file."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.finishing.sound_figures import SILENT_DB, Spectra, mel_levels, window_levels
from livecode.neural.audio.loudness import lufs
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.voices.drawing import Drawing, Held
from livecode.voices.loaded import Loaded
from livecode.voices.moments import PREFIX, moment_tensors
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from livecode.voices.tilt.own_takes import CHUNK_S, played_together
from livecode.voices.watch import PIECE_S, STILL_PIECES

#: What a take keeps of the labels of a place in the source, None for nothing; and the album there.
Keeping = Callable[[int], tuple[NDArray[np.float32] | None, int]]

PRIME_S = 2.0
BLOCK = 4000
#: A share of silence weighs as much as this distance, in dB² a band.
SILENCE = 300.0
#: Levels are of so many seconds; a phrase begins after so many of these, with so many. What is this far
#: below the loud ones is as good as silence.
LEVEL_S, BEFORE, AFTER, FALL_DB = 0.05, 5, 10, 30.0
#: How many places are tried, how many are kept, and how long each is listened to.
CANDIDATES, MOMENTS, SECONDS = 24, 8, 6.0
#: How surprising a model finds what it plays is known from so many times as long as its loudness: a phrase
#: begins more surely than it goes on.
SURPRISE_TIMES = 10


def write_moments(
    path: Path,
    source: NDArray[np.float64],
    candidates: int = CANDIDATES,
    moments: int = MOMENTS,
    seconds: float = SECONDS,
    say: Callable[[str], None] = lambda sentence: None,
    keeping: Keeping = lambda place: (None, 0),
) -> dict[str, float]:
    """Find the moments of the model in a file, write them and its loudness into it; return the facts.

    source (n,): what the model was trained on, at its rate and with the gain of its training. Each
    candidate is a place in it: the model hears the two seconds before, and then plays by itself. The
    places from which it stays nearest to its source become the moments, the loudness of what it plays
    from them becomes its `lufs`, and how surprising it finds ten times as much of that, in bits a sample,
    its `drawn_bits`.
    """
    meta = read_model(path)[0]
    rate = meta.sample_rate
    loaded = Loaded(path)
    states = best(loaded, source, candidates, moments, seconds, say, keeping)
    tensors = {
        name: tensor for name, tensor in stored_tensors(path).items() if not name.startswith(PREFIX)
    }
    size = round(PIECE_S * rate)
    pieces = np.sqrt(np.square(source[: len(source) // size * size]).reshape(-1, size).mean(axis=1))
    levels = np.lib.stride_tricks.sliding_window_view(20 * np.log10(pieces + 1e-9), STILL_PIECES)
    facts = meta.facts | {
        "moments": len(states),
        "quiet_rms": round(float(np.percentile(pieces, 5)), 5),
        "loud_rms": round(float(np.percentile(pieces, 99)), 5),
        "still_db": round(float(np.percentile(levels.std(axis=1), 1)), 3),
    }
    tensors |= moment_tensors(loaded.sampler, states)
    write_model(path, tensors, replace(meta, facts=facts))
    loudness, surprise = heard(Loaded(path), seconds)
    facts |= {"lufs": round(loudness, 2), "drawn_bits": round(surprise, 3)}
    write_model(path, tensors, replace(meta, facts=facts))
    return {name: facts[name] for name in ("moments", "quiet_rms", "loud_rms", "still_db", "lufs")}


def best(
    loaded: Loaded,
    source: NDArray[np.float64],
    candidates: int,
    count: int,
    seconds: float,
    say: Callable[[str], None] = lambda sentence: None,
    keeping: Keeping = lambda place: (None, 0),
) -> list[Any]:
    """The states of the moments from which the model stays nearest to its source.

    Each is the beginning of a phrase or a stroke, whatever there is (`beginnings`). No album has more
    of them than its share.
    """
    rate = loaded.meta.sample_rate
    wanted = Spectra.of(mel_levels(source[: 120 * rate], rate))
    prime = round(PRIME_S * rate)
    found = []
    for number, end in enumerate(beginnings(source, rate, candidates, prime)):
        heard = source[end - prime : end].astype(np.float32)
        drawing = loaded.drawing(number)
        drawing.prime(heard[-(len(heard) // loaded.frame * loaded.frame) :])
        state, (kept, album) = drawing.sampler.state(0), keeping(end)
        if kept is not None and isinstance(drawing.sampler, FullbandSampler):
            drawing.sampler.keep(0, kept)
            state = drawing.sampler.state(0)
        audio = np.asarray(played(drawing, seconds, rate), np.float64)
        silent = float((window_levels(audio, rate) < SILENT_DB).mean())
        distance = Spectra.of(mel_levels(audio, rate)).distance(wanted)
        found.append((distance + SILENCE * silent, number, album, state))
        say(f"{end / rate:7.1f} s: distance {distance:6.1f}, silent {100 * silent:4.1f} %")
    albums = [album for _, _, album, _ in found]
    most = -(-count // len(set(albums)))
    chosen: list[tuple[float, int, int, Any]] = []
    for each in sorted(found, key=lambda each: each[0]):
        if len(chosen) < count and [other[2] for other in chosen].count(each[2]) < most:
            chosen.append(each)
    return [state for *_, state in chosen]


def beginnings(source: NDArray[np.float64], rate_hz: int, count: int, after: int = 0) -> list[int]:
    """Where `count` phrases of audio (n,) begin, in samples, from `after` on.

    In each of so many stretches of equal length it is the place at which the sound rises most: the mean
    level of the half second after it, over that of the quarter before it.
    """
    size = round(LEVEL_S * rate_hz)
    count = min(count, max(1, (len(source) - after) // (2 * size)))
    windows = source[: len(source) // size * size].reshape(-1, size)
    levels = 10 * np.log10(np.square(windows).mean(axis=1) + 1e-12)
    levels = np.maximum(levels - np.percentile(levels, 90) + FALL_DB, 0.0)
    sums = np.concatenate([[0.0], np.cumsum(levels)])
    at = np.arange(len(levels) + 1)
    before, later = np.maximum(at - BEFORE, 0), np.minimum(at + AFTER, len(levels))
    rise = (sums[later] - sums[at]) / np.maximum(later - at, 1)
    rise -= (sums[at] - sums[before]) / np.maximum(at - before, 1)
    edges = np.linspace(-(-after // size), len(levels), count + 1).astype(int)
    return [
        int(begin + rise[begin : max(end, begin + 1)].argmax()) * size
        for begin, end in pairwise(edges)
    ]


def played(drawing: Drawing, seconds: float, rate_hz: int) -> NDArray[np.float32]:
    """What it plays at temperature 1."""
    ones = np.ones(BLOCK, np.float32)
    blocks = range(0, round(seconds * rate_hz), BLOCK)
    return np.concatenate([drawing.next(ones, Held(), False) for _ in blocks])


def heard(
    loaded: Loaded, seconds: float, surprise_times: int = SURPRISE_TIMES
) -> tuple[float, float]:
    """Return what takes from each moment are like: LUFS before any gain, and surprise in bits a sample.

    The loudness is that of their first `seconds`, the surprise that of `surprise_times` as many.
    """
    # what a model plays surprises it by more than its entropy where cells are drawn hotter than the model
    seeds = range(int(loaded.meta.facts["moments"]))
    takes = played_together(loaded, seeds, surprise_times * round(seconds / CHUNK_S))
    first = takes.audio[:, : takes.audio.shape[1] // surprise_times]
    return lufs(first.ravel(), loaded.meta.sample_rate), float(takes.bits.mean())
