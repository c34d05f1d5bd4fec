"""The index of a folder of takes, `index.jsonl`: how the takes were made, and one line for each.

Only `livecode generate` writes the index. What the performer decides about takes is in choices.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from livecode.errors import LivecodeError
from livecode.files import replace_file

INDEX = "index.jsonl"
VERSION = 1
DISCARDED = "discarded"
#: The name of a take's file. The text between number and suffix is the performer's name for it.
FILE = re.compile(r"take-(\d{4,})(?: (.+))?\.(?:wav|flac)", re.DOTALL)


@dataclass(frozen=True)
class Settings:
    """All that determines the samples of a take, except its number."""

    model: str  # the model's name
    model_sha256: str  # of the model's file
    weights: str  # "int8" | "float32"
    sample_rate: int  # Hz
    seconds: float
    temperature: str  # a curve, as text
    seed: int
    prime_sha256: str = ""  # of the audio file that the takes continue
    format: str = "wav"


@dataclass(frozen=True)
class _Head:
    """The first line of the index."""

    version: int
    settings: Settings


@dataclass(frozen=True)
class TakeRecord:
    """What the index says about a finished take."""

    number: int  # from 1
    frames: int
    seed: int  # seed of this take's random numbers
    temperature: str
    log_likelihood: float  # mean natural log probability of its samples at temperature 1
    silence: float  # share, 0 to 1, of 50 ms frames that are silent
    centroid_hz: float


@dataclass(frozen=True)
class Index:
    """The content of the index."""

    settings: Settings
    records: tuple[TakeRecord, ...] = ()  # by number


def take_seed(seed: int, number: int) -> int:
    """Return the 64-bit seed of take `number` in a run with seed `seed`."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0])


def file_name(number: int, name: str, suffix: str) -> str:
    """Return a take's file name, such as `take-0017.wav` or `take-0017 glass bells.wav`."""
    return f"take-{number:04d}{' ' if name else ''}{name}.{suffix}"


def take_files(folder: Path) -> dict[int, Path]:
    """Return the takes' files in this very folder, by number."""
    found: dict[int, Path] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            match = FILE.fullmatch(path.name)
            if match and path.is_file():
                found.setdefault(int(match[1]), path)
    return found


def all_take_files(folder: Path) -> dict[int, Path]:
    """Return the takes' files in the folder and among the discarded ones, by number."""
    return take_files(folder / DISCARDED) | take_files(folder)


def write_index(folder: Path, index: Index) -> None:
    """Write the index atomically: a reader finds the old file or the new one, never a part."""
    head = _Head(VERSION, index.settings)
    lines = [head, *sorted(index.records, key=_number)]
    replace_file(folder / INDEX, b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def read_index(folder: Path) -> Index | None:
    """Return the folder's index, or None if it has none. Damaged lines are left out.

    Raises `LivecodeError` if the first line is damaged or of another version.
    """
    try:
        first, *others = (folder / INDEX).read_bytes().splitlines() or [b""]
    except FileNotFoundError:
        return None
    try:
        head = msgspec.json.decode(first, type=_Head)
        if head.version != VERSION:
            raise ValueError(f"version {head.version}")
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise LivecodeError(
            f"the index {folder / INDEX} is damaged or of another version ({error}): "
            "put a copy back, or generate into another folder"
        ) from None
    records = {record.number: record for record in _records(others)}
    return Index(head.settings, tuple(sorted(records.values(), key=_number)))


def _records(lines: Iterable[bytes]) -> Iterable[TakeRecord]:
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=TakeRecord)
        except ValueError:
            continue


def _number(record: TakeRecord) -> int:
    return record.number
