"""What a trained full-band stream gets besides: its source's figures, moments, loudness, card; and takes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from livecode.files import replacing
from livecode.finishing.sound_source import SOURCE, Source, measured
from livecode.finishing.stream_card import TAKE_S, write_card
from livecode.finishing.stream_moments import (
    BLOCK,
    CANDIDATES,
    SECONDS,
    Keeping,
    write_moments,
)
from livecode.neural.audio.corpus import Corpus
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.opening import open_samplernn
from livecode.neural.samplernn.training.fullband.labelling import kept_numbers
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded

#: Streams are compared at these rates besides their own; a source at a lower rate has no figures at a higher.
RATES_HZ = (16_000, 32_000)
#: Of training sound, so much is looked through for moments.
LOOKED_S = 600.0


def finish(
    path: Path,
    corpus: Corpus,
    say: Callable[[str], None] = lambda sentence: None,
    candidates: int = CANDIDATES,
    seconds: float = SECONDS,
    take_s: float = TAKE_S,
) -> None:
    """Write figures of held-out sound beside a model's file, moments and loudness into it, and its card."""
    rate = corpus.sample_rate
    held_out = np.concatenate(corpus.held_out).astype(np.float64)
    say("Measuring the held-out sound …")
    figures = {
        hz: measured(np.asarray(soxr.resample(held_out, rate, hz)), hz)
        for hz in sorted({*RATES_HZ, rate})
        if hz <= rate
    }
    Source(figures).write(path.with_name(SOURCE))
    say("Looking for its best moments …")
    source, keeping = looked_through(path, corpus)
    write_moments(path, source, candidates, seconds=seconds, keeping=keeping)
    say("Listening to it at five temperatures, for its card …")
    write_card(path, held_out, take_s)


def looked_through(path: Path, corpus: Corpus) -> tuple[NDArray[np.float64], Keeping]:
    """Return what moments are looked for in, all albums in turn, and what a take keeps of its places."""
    rate, config = corpus.sample_rate, open_samplernn(path)[1]
    albums = corpus.train_albums or (0,) * len(corpus.train)
    turns = [albums[:place].count(album) for place, album in enumerate(albums)]
    order = sorted(range(len(albums)), key=lambda place: (turns[place], albums[place]))
    ends = np.cumsum([len(corpus.train[place]) for place in order])
    source = np.concatenate([corpus.train[place] for place in order])[: round(LOOKED_S * rate)]

    def keeping(place: int) -> tuple[NDArray[np.float32] | None, int]:
        number = min(int(np.searchsorted(ends, place, side="right")), len(order) - 1)
        piece, album = corpus.train[order[number]], albums[order[number]]
        if not isinstance(config, FullbandConfig) or not config.labels:
            return None, album
        begin = int(ends[number]) - len(piece)
        return kept_numbers(piece, place - begin, config, rate, album), album

    return source.astype(np.float64), keeping


def write_takes(
    model: Path,
    folder: Path,
    updates: int,
    temperatures: Sequence[float],
    seconds: float,
    seed: int,
) -> None:
    """Write a take of a model's file at each temperature, as FLAC files named by updates."""
    loaded = Loaded(model)
    rate = loaded.meta.sample_rate
    for temperature in temperatures:
        drawing = loaded.drawing(seed)
        curve = np.full(BLOCK, temperature, np.float32)
        blocks = range(0, round(seconds * rate), BLOCK)
        audio = np.concatenate([drawing.next(curve, Held(), False) for _ in blocks])
        audio = np.clip(audio[: round(seconds * rate)] * loaded.gain, -1, 1)
        path = folder / f"update-{updates:07d}-temperature-{temperature:.2f}.flac"
        with replacing(path) as unfinished:
            soundfile.write(unfinished, audio, rate, format="FLAC")
