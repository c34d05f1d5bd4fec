"""The index of a folder of takes, `index.jsonl`: how they were made, and a line for each take.

Only `livecode generate` writes it; what the performer thinks of the takes is in choices.py.
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
#: A take's file; what is between number and suffix is the name that the performer gave it.
FILE = re.compile(r"take-(\d{4,})(?: (.+))?\.(?:wav|flac)", re.DOTALL)


@dataclass(frozen=True)
class Settings:
    """What decides every sample of a take, beside its number."""

    model: str  # its name
    model_sha256: str  # of its file
    weights: str  # "int8" | "float32"
    sample_rate: int  # Hz
    seconds: float
    temperature: str  # a curve, as text
    seed: int
    prime_sha256: str = ""  # of the audio file that the takes go on from
    format: str = "wav"


@dataclass(frozen=True)
class _Head:
    """The first line."""

    version: int
    settings: Settings


@dataclass(frozen=True)
class Record:
    """A finished take."""

    number: int  # from 1
    frames: int
    seed: int  # of this take's random numbers
    temperature: str
    log_likelihood: float  # mean natural logarithm of its samples' probabilities at temperature 1
    silence: float  # share, 0 to 1, of 50 ms frames
    centroid_hz: float


@dataclass(frozen=True)
class Index:
    """All that the file says."""

    settings: Settings
    records: tuple[Record, ...] = ()  # by number


def take_seed(seed: int, number: int) -> int:
    """The seed of take `number` of a run with that seed: 64 bits."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0])


def file_name(number: int, name: str, suffix: str) -> str:
    """`take-0017.wav`, or `take-0017 glass bells.wav`."""
    return f"take-{number:04d}{' ' if name else ''}{name}.{suffix}"


def take_files(folder: Path) -> dict[int, Path]:
    """The files of takes that lie in that very folder, by number."""
    found: dict[int, Path] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            match = FILE.fullmatch(path.name)
            if match and path.is_file():
                found.setdefault(int(match[1]), path)
    return found


def all_take_files(folder: Path) -> dict[int, Path]:
    """The same, those that were discarded as well."""
    return take_files(folder / DISCARDED) | take_files(folder)


def write_index(folder: Path, index: Index) -> None:
    """Write it in one piece: a reader sees the old file or the new one, never half."""
    head = _Head(VERSION, index.settings)
    lines = [head, *sorted(index.records, key=_number)]
    replace_file(folder / INDEX, b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def read_index(folder: Path) -> Index | None:
    """The folder's index, None if it has none; lines that are damaged are left out.

    Raises LivecodeError if its first line is damaged or of another version.
    """
    try:
        first, *others = (folder / INDEX).read_bytes().splitlines() or [b""]
    except FileNotFoundError:
        return None
    try:
        head = msgspec.json.decode(first, type=_Head)
        if head.version != VERSION:
            raise ValueError(f"version {head.version}")
    except ValueError as error:  # msgspec's own are of that kind
        raise LivecodeError(
            f"The index {folder / INDEX} is damaged or of another version ({error}): "
            "put a copy back, or generate into another folder."
        ) from None
    records = {record.number: record for record in _records(others)}
    return Index(head.settings, tuple(sorted(records.values(), key=_number)))


def _records(lines: Iterable[bytes]) -> Iterable[Record]:
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Record)
        except ValueError:
            continue


def _number(record: Record) -> int:
    return record.number
