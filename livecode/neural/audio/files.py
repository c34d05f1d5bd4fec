"""Audio files for training: found, read, resampled, and checked for faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.neural.audio.sound_file import (
    LONGEST_TRAINING_S,
    SUFFIXES,
    UnreadableSound,
    read_mono,
)

Floats = NDArray[np.float32]

SHORTEST_S = 1.0  # the shortest usable file
SILENT_DBFS = -60.0  # a file whose RMS is below this counts as silent
CLIPPED_SHARE = 1e-3  # the share of samples flat at full scale above which a file counts as clipped
NARROW = 0.8  # a file at less than this share of the rate asked for has no treble


@dataclass(frozen=True)
class AudioFile:
    """The sound of one file, in mono at the rate asked for."""

    path: Path
    audio: Floats  # (n,)
    source_rate: int  # the file's own rate in Hz


@dataclass(frozen=True)
class AudioSet:
    """All usable files, and a sentence for each file that is unusable or doubtful."""

    files: tuple[AudioFile, ...]
    skipped: tuple[str, ...]
    warnings: tuple[str, ...]

    def notes(self) -> tuple[str, ...]:
        """Return what to tell the user: first what was skipped, then what is doubtful."""
        skipped = tuple(f"Skipped: {reason}" for reason in self.skipped)
        return skipped + tuple(f"Note: {doubt}" for doubt in self.warnings)


def audio_paths(sources: Sequence[Path]) -> list[Path]:
    """Return the audio files among and below `sources`, sorted.

    Raises `LivecodeError` if a source does not exist.
    """
    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            below = (p for p in source.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            found += sorted(below)
        elif source.exists():
            found.append(source)
        else:
            raise LivecodeError(f"there is no file or folder {source}: give audio that exists")
    return list(dict.fromkeys(found))


def read_audio(sources: Sequence[Path], sample_rate: int) -> AudioSet:
    """Read every file in mono at `sample_rate` Hz. Raises `LivecodeError` if none is usable."""
    paths = audio_paths(sources)
    files: list[AudioFile] = []
    skipped: list[str] = []
    warnings: list[str] = []
    for path in paths:
        try:
            file, doubts = _read(path, sample_rate)
        except LivecodeError as error:
            skipped.append(str(error))
            continue
        files.append(file)
        warnings += doubts
    if not files:
        reasons = " ".join(skipped[:3]) or "There are no audio files in it."
        where = ", ".join(str(source) for source in sources)
        raise LivecodeError(f"there is no usable audio in {where}: {reasons}")
    return AudioSet(tuple(files), tuple(skipped), tuple(warnings))


def _read(path: Path, sample_rate: int) -> tuple[AudioFile, list[str]]:
    try:
        sound = read_mono(path, longest_s=LONGEST_TRAINING_S)
    except UnreadableSound as error:
        raise LivecodeError(f"{shown(path)} cannot be read ({error.reason})") from error
    mono, rate = sound.audio, sound.source_rate
    if len(mono) < SHORTEST_S * rate:
        raise LivecodeError(
            f"{path} is too short ({len(mono) / rate:.2f} s; at least {SHORTEST_S:g} s is needed)"
        )
    doubts = [f"{note}." for note in sound.notes]
    level_db = 20 * np.log10(np.sqrt(np.mean(np.square(mono - mono.mean()))) + 1e-9)
    if level_db < SILENT_DBFS:
        raise LivecodeError(f"{path} is silent ({level_db:.0f} dBFS)")
    share = clipped_share(mono)
    if share > CLIPPED_SHARE:
        doubts.append(f"{path} is clipped ({share:.1%} of it stands at its limits).")
    if rate < NARROW * sample_rate:
        doubts.append(
            f"{path} has {rate} Hz, below the {sample_rate} Hz asked for: it has no treble."
        )
    return AudioFile(path, _resampled(mono, rate, sample_rate), rate), doubts


def _resampled(mono: Floats, rate: int, sample_rate: int) -> Floats:
    if rate == sample_rate:
        return mono
    return np.asarray(soxr.resample(mono, rate, sample_rate), np.float32)


def clipped_share(mono: Floats) -> float:
    """Return the share of samples in runs of three or more at the sound's own limits."""
    peak = np.abs(mono).max()
    at_limit = np.abs(mono) >= 0.999 * peak
    runs = at_limit[:-2] & at_limit[1:-1] & at_limit[2:]
    return float(runs.mean()) if peak > 0 else 0.0
