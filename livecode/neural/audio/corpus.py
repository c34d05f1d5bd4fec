"""A corpus for streams: pieces of sound with one common gain, and a held-out part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.audio.files import AudioFile, read_audio
from livecode.neural.audio.fingerprint import fingerprint

Floats = NDArray[np.float32]

PEAK = 0.95  # the largest sample of all files, after the common gain
QUIET_DB = -50.0  # relative to the corpus's peak; longer quiet passages below this are dropped
QUIET_S = 1.0  # the length of a quiet passage that is dropped
HELD_OUT = 0.05  # share of the sound, at least one piece
HELD_OUT_NAMED = "-held-out"  # ends the name of a file that is held out, whatever the share
GAP_S = 1.0  # left out between the training part and the held-out part of a single recording


@dataclass(frozen=True)
class Corpus:
    """Sound to train on and held-out sound, as pieces (n,) within [-PEAK, PEAK]."""

    train: tuple[Floats, ...]
    held_out: tuple[Floats, ...]
    sample_rate: int  # Hz
    gain: float  # the factor that all files were multiplied by
    description: str  # what the data is, for the model's card
    held_out_from: str  # the file or part that is held out
    notes: tuple[str, ...]  # what was skipped, and what is doubtful
    fingerprint: str = ""  # of all sound, whatever the files are called
    train_albums: tuple[int, ...] = ()  # of each piece: which of the sources it is from
    held_out_albums: tuple[int, ...] = ()


def load_corpus(
    sources: Sequence[Path], sample_rate: int, shortest: int, held_out: float = HELD_OUT
) -> Corpus:
    """Read, cut and normalise sound files. Pieces shorter than `shortest` samples are left out.

    All files share one gain. Scaling each file by its own peak would move the silence level and
    amplify silent files. The held-out part is the files whose names end in HELD_OUT_NAMED; without
    these it is whole files, or the end of a single file. Raises `LivecodeError` if there is too little
    sound.
    """
    found = read_audio(sources, sample_rate)
    mean = float(sum(f.audio.sum(dtype=np.float64) for f in found.files))
    mean /= sum(len(f.audio) for f in found.files)
    peak = max(float(np.abs(f.audio - mean).max()) for f in found.files)
    gain = PEAK / peak
    scaled = [
        AudioFile(f.path, ((f.audio - mean) * gain).astype(np.float32), f.source_rate)
        for f in found.files
    ]
    train, test, where = _split(scaled, held_out, int(GAP_S * sample_rate))
    train_pieces = _pieces(train, sources, sample_rate, shortest)
    test_pieces = _pieces(test, sources, sample_rate, shortest)
    if not train_pieces or not test_pieces:
        total = sum(len(f.audio) for f in found.files) / sample_rate
        part = "train on" if not train_pieces else "hold out"
        raise LivecodeError(
            f"there is too little sound to {part}: {total:.1f} s in {len(found.files)} files, of "
            f"which near silence is left out; give pieces of {shortest / sample_rate:.1f} s or more"
        )
    seconds = sum(len(audio) for audio, _ in train_pieces) / sample_rate
    names = ", ".join(sorted({f.path.name for f in found.files})[:4])
    more = f" and {len(found.files) - 4} more" if len(found.files) > 4 else ""
    description = f"{seconds / 60:.1f} min of {names}{more}."
    return Corpus(
        tuple(audio for audio, _ in train_pieces),
        tuple(audio for audio, _ in test_pieces),
        sample_rate,
        gain,
        description,
        where,
        found.notes(),
        fingerprint(f.audio for f in found.files),
        tuple(album for _, album in train_pieces),
        tuple(album for _, album in test_pieces),
    )


def _split(
    files: list[AudioFile], share: float, gap: int
) -> tuple[list[AudioFile], list[AudioFile], str]:
    """Return (training sound, held-out sound, a description of the held-out part)."""
    if named := [i for i, f in enumerate(files) if f.path.stem.endswith(HELD_OUT_NAMED)]:
        return _without(files, named)
    if len(files) > 1:
        total = sum(len(f.audio) for f in files)
        by_length = sorted(range(len(files)), key=lambda i: len(files[i].audio))
        likely = by_length[len(files) // 4 :]  # the very shortest files say little
        held: list[int] = []
        sound = 0
        for i in np.random.default_rng(0).permutation(likely).tolist():
            if len(held) == len(files) - 1 or sound >= share * total:
                break
            held.append(i)
            sound += len(files[i].audio)
        return _without(files, held)
    audio = files[0].audio
    edge = int(len(audio) * (1 - share))
    where = f"the last {share:.0%} of {files[0].path.name}"
    parts = [replace(files[0], audio=part) for part in (audio[: max(0, edge - gap)], audio[edge:])]
    return parts[:1], parts[1:], where


def _without(
    files: list[AudioFile], held: list[int]
) -> tuple[list[AudioFile], list[AudioFile], str]:
    """What `_split` returns if the files of these numbers are held out."""
    train = [f for i, f in enumerate(files) if i not in held]
    names = ", ".join(files[i].path.name for i in held[:3])
    return train, [files[i] for i in held], f"{len(held)} of {len(files)} files ({names})"


def _pieces(
    files: list[AudioFile], sources: Sequence[Path], sample_rate: int, shortest: int
) -> list[tuple[Floats, int]]:
    """Return the parts of files that are not near silent and are long enough, and their albums."""
    return [
        (piece, _album(file.path, sources))
        for file in files
        for piece in loud_pieces(file.audio, sample_rate)
        if len(piece) >= shortest
    ]


def _album(path: Path, sources: Sequence[Path]) -> int:
    """Return which of the sources a file is from."""
    return next((i for i, each in enumerate(sources) if each in (path, *path.parents)), 0)


def loud_pieces(audio: Floats, sample_rate: int) -> list[Floats]:
    """Cut out passages below QUIET_DB that last QUIET_S or longer. Short pauses stay."""
    hop = max(1, int(0.05 * sample_rate))
    frames = audio[: len(audio) // hop * hop].reshape(-1, hop)
    quiet = 20 * np.log10(np.sqrt(np.square(frames).mean(1)) + 1e-9) < QUIET_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    pieces, begin = [], 0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if (last - first) * hop >= QUIET_S * sample_rate:
            pieces.append(audio[begin : first * hop])
            begin = last * hop
    pieces.append(audio[begin:])
    return [piece for piece in pieces if len(piece)]
