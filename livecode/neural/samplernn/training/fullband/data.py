"""What a full-band SampleRNN is trained on: pieces as cells, with their outlines, kept on disk."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.files import replacing
from livecode.neural.samplernn.fullband import bands, codebook, residual
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.subbands import TAPS, split
from livecode.neural.samplernn.training.fullband.outline_tokens import transposed

Floats = NDArray[np.float32]

#: Features are told in units of so many dB.
SCALE_DB = 20.0
#: A frame in so many is read with noise of up to LOUDEST times the residual's mean size.
NOISY, LOUDEST = 0.6, 0.8
NOISE_FRAMES = 64  # that have the same noise
MOST_FRAMES = 40_000  # that a codebook is learned from
#: What of a configuration decides how sound is encoded.
DECIDING = ("subbands", "levels", "order", "hop", "half_life_s", "told", "ridge", "outline_hop",
            "outline_window", "bands", "parts", "stages", "entries", "hold", "narrow",
            "treble", "damped", "sharpened")  # fmt: skip
ARRAYS = ("cells", "targets", "rows", "x", "p")
#: Is written last: a piece without it is not whole.
WHOLE = "tokens.npy"


@dataclass(frozen=True)
class Piece:
    """A piece of sound: by step, and by frame of the outline."""

    cells: NDArray[np.uint8]  # (steps, subbands), as read
    targets: NDArray[np.uint8]  # (steps, subbands), to be predicted
    rows: NDArray[np.uint8]  # (steps, subbands, 3)
    x: NDArray[np.float16]  # (steps, subbands): samples as read
    p: NDArray[np.float16]  # (steps, subbands): predictions
    outline: Floats  # (frames, features), normalised, as the codebook has it
    tokens: NDArray[np.int32]  # (frames, stages)
    told: Floats  # (frames, subbands): the level, as RMS, that the outline tells


@dataclass(frozen=True)
class Prepared:
    """All pieces, and the codebook of their outlines."""

    train: tuple[Piece, ...]
    held_out: tuple[Piece, ...]
    mean: Floats  # (features,) dB
    scale: Floats  # (features,) dB
    codebook: Floats  # (stages, entries, features)
    loudness_rms: float


def prepared(train: Sequence[Floats], held_out: Sequence[Floats], config: FullbandConfig,
             rate_hz: int, folder: Path, minutes: float,
             watch: Callable[[float], None] = lambda share: None,
             semitones: Sequence[int] = ()) -> Prepared:  # fmt: skip
    """Measure and encode pieces of sound (n,), or read what `folder` keeps of that.

    Of the sound to train on, so many minutes are encoded, and the piece that is begun then. The
    codebook is that of their outlines, and of those transposed by so many semitones. A call that was
    cut short loses one piece. `watch` is called with the share that is done, 0 to 1, and
    may raise to stop.
    """
    spans = (("held_out", held_out), ("train", _first(train, 60 * minutes * rate_hz)))
    pieces = [
        (part, audio[: len(audio) // config.outline_hop * config.outline_hop])
        for part, sounds in spans
        for audio in sounds
    ]
    make = {name: value for name, value in config.json().items() if name in DECIDING}
    digest = hashlib.sha256(json.dumps([make, rate_hz, *semitones]).encode())
    for part, audio in pieces:
        digest.update(part.encode() + audio.tobytes())
    folder = folder / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    book = _codebook(pieces, config, rate_hz, folder, semitones)
    names = [f"{part}-{number:03d}" for number, (part, _) in enumerate(pieces)]
    for number, (name, (part, audio)) in enumerate(zip(names, pieces, strict=True)):
        watch(number / len(pieces))
        if not (folder / name / WHOLE).exists():
            outline = _outline(audio, config, rate_hz)
            normal = (outline - book["mean"]) / book["scale"]
            tokens = codebook.tokens_of(normal, book["codebook"], config.hold)
            told = codebook.outline_of(tokens, book["codebook"]) * book["scale"] + book["mean"]
            _encode(
                audio, told, config, rate_hz, folder / name, number if part == "train" else None
            )
            np.save(folder / name / WHOLE, tokens)
    found: dict[str, list[Piece]] = {"train": [], "held_out": []}
    for name, (part, _) in zip(names, pieces, strict=True):
        found[part].append(_read(folder / name, book, config, rate_hz))
    power = np.mean(np.concatenate([np.square(audio) for _, audio in pieces]))
    return Prepared(
        tuple(found["train"]),
        tuple(found["held_out"]),
        book["mean"],
        book["scale"],
        book["codebook"],
        float(np.sqrt(power)),
    )


def _first(sounds: Sequence[Floats], samples: float) -> list[Floats]:
    """The first of the sounds, until they are so long together."""
    lengths = np.cumsum([len(audio) for audio in sounds])
    return list(sounds[: int((lengths < samples).sum()) + 1])


def _outline(audio: Floats, config: FullbandConfig, rate_hz: int) -> Floats:
    late = np.pad(audio, ((TAPS + 1) // 2, 0))
    return bands.measured(late, config, rate_hz)[: len(audio) // config.outline_hop]


def _codebook(pieces: Sequence[tuple[str, Floats]], config: FullbandConfig, rate_hz: int,
              folder: Path, semitones: Sequence[int]) -> dict[str, Floats]:  # fmt: skip
    """Mean, scale and codebook of the outlines of pieces in several keys, learned once."""
    path = folder / "codebook.npz"
    if not path.exists():
        outlines = [(part, _outline(audio, config, rate_hz)) for part, audio in pieces]
        mean = np.concatenate([outline for _, outline in outlines]).mean(axis=0)
        scale = np.full_like(mean, SCALE_DB)
        own = np.concatenate([outline for part, outline in outlines if part == "train"])
        known = np.concatenate([transposed(own, shift) for shift in (0, *semitones)])
        if len(known) > MOST_FRAMES:
            known = np.random.default_rng(0).permutation(known)[:MOST_FRAMES]
        book = codebook.learned((known - mean) / scale, config.stages, config.entries)
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, mean=mean, scale=scale, codebook=book)
    return dict(np.load(path))


def _read(path: Path, book: dict[str, Floats], config: FullbandConfig, rate_hz: int) -> Piece:
    arrays = [np.load(path / f"{name}.npy", mmap_mode="r") for name in ARRAYS]
    tokens = np.load(path / WHOLE)
    outline = codebook.outline_of(tokens, book["codebook"])
    told = bands.told_rms(outline * book["scale"] + book["mean"], config, rate_hz)
    cells, targets, rows, x, p = arrays
    return Piece(cells, targets, rows, x, p, outline, tokens, told)


def _encode(audio: Floats, told_db: Floats, config: FullbandConfig, rate_hz: int, folder: Path,
            seed: int | None) -> None:  # fmt: skip
    parts = split(audio, config.subbands)
    n, m = parts.shape
    told = bands.told_autocorrelation(told_db, config, rate_hz)
    level = bands.told_rms(told_db, config, rate_hz)
    off = np.zeros(len(told_db))
    noise = np.zeros((n, m), np.float32)
    if seed is not None:
        rng = np.random.default_rng(seed)
        runs = -(-len(off) // NOISE_FRAMES)
        loud = LOUDEST * rng.random(runs) ** 2 * (rng.random(runs) < NOISY)
        off = np.repeat(loud, NOISE_FRAMES)[: len(off)]
        noise = rng.standard_normal((n, m), np.float32)
    x, p = np.empty((n, m), np.float32), np.empty((n, m), np.float32)
    cells, targets = np.empty((n, m), np.uint8), np.empty((n, m), np.uint8)
    rows = np.empty((n, m, 3), np.uint8)
    residual.encoded(
        residual.predictor(config, rate_hz), residual.track(config), config.levels, config.spans,
        parts, told, level, config.outline_steps, noise, off, x, p, cells, targets, rows,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    arrays: tuple[NDArray[Any], ...] = (
        cells, targets, rows, x.astype(np.float16), p.astype(np.float16)
    )  # fmt: skip
    for name, array in zip(ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array)
