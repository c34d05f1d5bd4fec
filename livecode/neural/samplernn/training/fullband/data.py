"""What a full-band SampleRNN is trained on: pieces as cells, with their outlines, kept on disk."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.neural.audio.sound_file import LONGEST_TRAINING_S, read_mono
from livecode.neural.samplernn.fullband import bands, codebook, residual
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.subbands import TAPS, split

Floats = NDArray[np.float32]

#: Features are told in units of so many dB.
SCALE_DB = 20.0
#: A frame in so many is read with noise of up to LOUDEST times the residual's mean size.
NOISY, LOUDEST = 0.6, 0.8
NOISE_FRAMES = 64  # that have the same noise
#: What of a configuration decides how sound is encoded.
DECIDING = ("subbands", "levels", "order", "hop", "half_life_s", "told", "ridge", "outline_hop",
            "outline_window", "bands", "parts", "stages", "entries")  # fmt: skip
ARRAYS = ("cells", "targets", "rows", "x", "p")


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
    description: str
    loudness_rms: float


def prepared(files: Sequence[Path], held_out: Sequence[Path], config: FullbandConfig, rate_hz: int,
             folder: Path, minutes: float) -> Prepared:  # fmt: skip
    """Read, measure and encode files, or what `folder` keeps of that; at most so many minutes."""
    make = {name: value for name, value in config.json().items() if name in DECIDING}
    key = json.dumps([make, rate_hz, [str(f) for f in [*files, *held_out]], minutes])
    folder = folder / hashlib.sha256(key.encode()).hexdigest()[:12]
    if not (folder / "about.json").exists():
        _prepare(files, held_out, config, rate_hz, folder, minutes)
    about = json.loads((folder / "about.json").read_text())
    book = dict(np.load(folder / "codebook.npz"))
    pieces = {
        part: tuple(_read(folder / name, book, config, rate_hz) for name in about[part])
        for part in ("train", "held_out")
    }
    return Prepared(
        pieces["train"],
        pieces["held_out"],
        book["mean"],
        book["scale"],
        book["codebook"],
        about["description"],
        about["rms"],
    )


def _read(path: Path, book: dict[str, Floats], config: FullbandConfig, rate_hz: int) -> Piece:
    arrays = [np.load(path / f"{name}.npy", mmap_mode="r") for name in ARRAYS]
    tokens = np.load(path / "tokens.npy")
    outline = codebook.outline_of(tokens, book["codebook"])
    told = bands.told_rms(outline * book["scale"] + book["mean"], config, rate_hz)
    cells, targets, rows, x, p = arrays
    return Piece(cells, targets, rows, x, p, outline, tokens, told)


def _prepare(files: Sequence[Path], held_out: Sequence[Path], config: FullbandConfig, rate_hz: int,
             folder: Path, minutes: float) -> None:  # fmt: skip
    sounds: list[tuple[str, Floats]] = []
    seconds = 0.0
    for part, paths in (("held_out", held_out), ("train", files)):
        for path in paths:
            if part == "train" and seconds > 60 * minutes:
                break
            mono = read_mono(path, rate_hz, longest_s=LONGEST_TRAINING_S).audio
            mono = mono[: len(mono) // config.outline_hop * config.outline_hop]
            seconds += len(mono) / rate_hz if part == "train" else 0.0
            sounds.append((part, mono))
    if len({part for part, _ in sounds}) < 2:
        raise LivecodeError("there is no sound to train on, or none to hold out")
    delay = (TAPS + 1) // 2
    outlines = [
        bands.measured(np.pad(a, (delay, 0)), config, rate_hz)[: len(a) // config.outline_hop]
        for _, a in sounds
    ]
    mean = np.concatenate(outlines).mean(axis=0)
    scale = np.full_like(mean, SCALE_DB)
    known = np.concatenate(
        [o for o, (part, _) in zip(outlines, sounds, strict=True) if part == "train"]
    )
    book = codebook.learned((known - mean) / scale, config.stages, config.entries)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "codebook.npz", mean=mean, scale=scale, codebook=book)
    names: dict[str, list[str]] = {"train": [], "held_out": []}
    for number, ((part, audio), outline) in enumerate(zip(sounds, outlines, strict=True)):
        tokens = codebook.tokens_of((outline - mean) / scale, book)
        told = codebook.outline_of(tokens, book) * scale + mean
        name = f"{part}-{number:03d}"
        noisy = part == "train"
        _encode(audio, told, config, rate_hz, folder / name, number if noisy else None)
        np.save(folder / name / "tokens.npy", tokens)
        names[part].append(name)
        print(f"{folder.name} {name} {len(audio) / rate_hz:.0f} s", flush=True)
    rms = float(np.sqrt(np.mean(np.concatenate([np.square(a) for _, a in sounds]))))
    about = names | {"description": f"{seconds / 60:.1f} min", "rms": rms}
    replace_file(folder / "about.json", json.dumps(about).encode())


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
