"""Sound files from anyone: opened within limits, read in pieces, and made one finite channel."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import encoded_path, path_of, shown
from livecode.neural.audio.fold import Fold
from livecode.neural.audio.headers import repaired

Floats = NDArray[np.float32]

#: A file that claims another rate, or more channels, is refused before anything of it is read.
RATES_HZ = (100, 768_000)
MOST_CHANNELS = 64
#: Longer files are cut, unless the caller needs all. Ten minutes at 48 kHz are 115 MB.
LONGEST_S = 600
#: Training reads long recordings: ten hours at 48 kHz are 7 GB.
LONGEST_TRAINING_S = 36_000
#: The suffixes by which sound files are found in a folder.
SUFFIXES = {f".{name.lower()}" for name in soundfile.available_formats()} | {".aif", ".opus"}
#: Values of all channels that are read at a time, so that nothing large is in memory at once.
PIECE = 1 << 16
#: In full scales: sound that goes beyond is brought down, so that its peak is full scale.
LOUDEST = 4.0
#: A value beyond this is damage. Samples of 32 bits that were never scaled reach 2.1e9.
ABSURD = 1e10
#: So many damaged samples in a row are bridged by a straight line; longer stretches are silence.
BRIDGED = 64


class UnreadableSound(LivecodeError):
    """A sound file that cannot be read; `reason` says why, without naming the file."""

    def __init__(self, what: str, path: str | Path, reason: str):
        super().__init__(f"cannot {what} the sound file {shown(path)}: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Sound:
    """The sound of a file, and what is to be said of it."""

    audio: Floats  # (n,), or (n, channels) where they were asked for; finite, at the rate asked for
    source_rate: int  # the file's own rate in Hz
    damaged: int  # samples that were no numbers
    peak: float  # of the file's channels, in full scales
    cut_short: bool  # the file ends in the middle of its sound
    longer: bool  # the file goes on, and more of it was asked for than is read
    notes: tuple[str, ...]  # a sentence for each thing that the performer should know


def probe(path: str | Path) -> None:
    """Raise `LivecodeError` if there is no sound file at that path, or no sound in it."""
    with _opened(path) as file:
        _first_piece(file, path)


def read_mono(
    path: str | Path,
    sample_rate: int | None = None,
    longest_s: float | None = LONGEST_S,
    last_s: float | None = None,
) -> Sound:
    """Read a sound file as one channel at `sample_rate` Hz, or at its own rate.

    At most the first `longest_s` seconds are read, or the last `last_s` seconds. Samples that are
    no numbers are bridged, sound beyond ±4 full scale is brought down to full scale, and channels
    of opposite polarity do not cancel. Raises `LivecodeError` if the file cannot be read, claims
    what no sound has, or is empty.
    """
    with _opened(path) as file:
        if last_s is not None:
            _seek(file, file.frames - round(last_s * file.samplerate))
        fold = Fold()
        sound = _read(file, path, sample_rate, longest_s, 1, fold.one_channel)
    if last_s is None:
        return sound
    return replace(sound, audio=sound.audio[-round(last_s * (sample_rate or sound.source_rate)) :])


def read_stereo(
    path: str | Path,
    sample_rate: int | None = None,
    longest_s: float | None = LONGEST_S,
    begin: int = 0,
    end: int = 0,
) -> Sound:
    """Read the first two channels of a sound file, or its only one, as `read_mono` reads one.

    `begin`, `end`: of the part that is read, in frames of the file; an end of 0 is that of the file.
    """
    with _opened(path) as file:
        _seek(file, begin)
        part = max(0, end - begin) if end else None
        channels = min(2, file.channels)
        return _read(file, path, sample_rate, longest_s, channels, lambda piece: piece[:, :2], part)


def _read(
    file: Any,
    path: str | Path,
    sample_rate: int | None,
    longest_s: float | None,
    channels: int,
    taken: Callable[[Floats], Floats],
    part: int | None = None,
) -> Sound:
    """Read from where the file stands; `taken` makes of each piece (n, all channels) what is kept.

    `part`: so many frames were asked for; what lies behind them is not missing.
    """
    rate = int(file.samplerate)
    reading = _Reading(file, path)
    most = None if longest_s is None else round(longest_s * rate)
    if part is not None and (most is None or part <= most):
        most, longest_s = part, None
    pieces = map(taken, reading.pieces(most))
    audio = _joined(list(_resampled(pieces, rate, sample_rate or rate, channels)))
    if reading.peak > LOUDEST:
        audio /= np.float32(reading.peak)
    return Sound(
        audio, rate, reading.damaged, reading.peak, reading.cut_short,
        reading.longer and longest_s is not None, tuple(reading.notes(longest_s)),
    )  # fmt: skip


def finite(piece: Floats) -> tuple[Floats, int]:
    """Return a piece (n, channels) without damaged samples, and how many it had.

    A few in a row are bridged by a straight line, so that they do not click; more are silence.
    """
    if np.abs(piece).max(initial=0.0) <= ABSURD:  # false for NaN, too
        return piece, 0
    piece = piece.copy()
    damaged = ~(np.abs(piece) <= ABSURD)
    for channel, bad in zip(piece.T, damaged.T, strict=True):
        if bad.all():
            channel[:] = 0.0
            continue
        at, good = np.flatnonzero(bad), np.flatnonzero(~bad)
        channel[at] = np.interp(at, good, channel[good])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
        for begin, end in edges.reshape(-1, 2)[edges[1::2] - edges[::2] > BRIDGED]:
            channel[begin:end] = 0.0
    return piece, int(damaged.sum())


class _Sequential(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read from its beginning to its end, whatever length its header claims."""

    def seekable(self) -> bool:
        """Say no: then soundfile neither trusts the length nor seeks after each read."""
        return False


def _opened(path: str | Path) -> Any:
    """Open a file within the limits on what it may claim."""
    found = path_of(path)
    if not found.is_file():
        there = "that is no file" if found.exists() else "there is no such file"
        raise UnreadableSound("open", path, there)
    try:
        file = _whole(found)
    except (soundfile.SoundFileError, OSError, RuntimeError) as error:
        raise UnreadableSound("open", path, _reason(error)) from None
    if not RATES_HZ[0] <= file.samplerate <= RATES_HZ[1] or file.channels > MOST_CHANNELS:
        claims = f"it claims {file.channels} channels at {file.samplerate} Hz"
        file.close()
        limits = f"{MOST_CHANNELS} channels at {RATES_HZ[0]} to {RATES_HZ[1]} Hz"
        raise UnreadableSound("open", path, f"{claims}, and livecode reads up to {limits}")
    return file


def _whole(path: Path) -> Any:
    """Open a file; one whose header says that nothing follows, with all that follows."""
    try:
        file = _Sequential(encoded_path(path))
        if file.frames > 0:
            return file
    except soundfile.SoundFileError:
        if (content := repaired(path)) is None:
            raise
        return _Sequential(io.BufferedReader(content, PIECE))
    if (content := repaired(path)) is None:
        return file
    file.close()
    return _Sequential(io.BufferedReader(content, PIECE))


def _reason(error: Exception) -> str:
    """Return what libsndfile says, without the path that it repeats."""
    return str(getattr(error, "error_string", "") or error)


def _seek(file: Any, frame: int) -> None:
    """Go to a frame, if the file has it and can go there."""
    if 0 < frame < file.frames < 1 << 40:
        try:
            file.seek(frame)
        except (soundfile.SoundFileError, RuntimeError):
            file.seek(0)


def _first_piece(file: Any, path: str | Path) -> Floats:
    """Return the first piece (n, channels). Raises `LivecodeError` if there is none."""
    try:
        piece: Floats = file.read(max(1, PIECE // file.channels), "float32", always_2d=True)
    except (soundfile.SoundFileError, OSError, RuntimeError) as error:
        raise UnreadableSound("read", path, _reason(error)) from None
    if not len(piece):
        raise LivecodeError(f"the sound file {shown(path)} is empty")
    return piece


class _Reading:
    """Reads one file piece by piece, and knows afterwards what was odd about it."""

    def __init__(self, file: Any, path: str | Path):
        self._file, self._path = file, path
        self.damaged, self.peak = 0, 0.0
        self.cut_short = self.longer = False

    def pieces(self, most: int | None) -> Iterator[Floats]:
        """Yield pieces (n, channels) of at most `most` frames in all.

        Raises `LivecodeError` if there is none.
        """
        piece = _first_piece(self._file, self._path)
        while len(piece):
            if most is not None:
                if len(piece) > most:
                    self.longer, piece = True, piece[:most]
                most -= len(piece)
            sound, damaged = finite(piece)
            self.damaged += damaged
            self.peak = max(self.peak, float(np.abs(sound).max(initial=0.0)))
            if len(sound):
                yield sound
            if self.longer:
                return
            try:
                piece = self._file.read(len(piece), "float32", always_2d=True)
            except (soundfile.SoundFileError, OSError, RuntimeError):
                self.cut_short = True
                return

    def notes(self, longest_s: float | None) -> Iterator[str]:
        """Yield a sentence for each thing that the performer should know."""
        name = shown(self._path)
        if self.damaged:
            one = self.damaged == 1
            what = (
                "sample that is no number; it is"
                if one
                else "samples that are no numbers; they are"
            )
            yield f"{name} has {self.damaged} {what} bridged"
        if self.peak > LOUDEST:
            times = f"{self.peak:.0f}" if self.peak > 100 else f"{self.peak:.1f}"
            yield f"{name} reaches {times} × full scale, and is brought down to full scale"
        if self.cut_short:
            yield f"{name} is cut short in the middle of its sound: what is there is used"
        if self.longer and longest_s is not None:
            yield f"{name} is longer than {longest_s / 60:g} minutes: only these are used"


def _resampled(
    pieces: Iterator[Floats], rate: int, sample_rate: int, channels: int
) -> Iterator[Floats]:
    """Yield the pieces at another rate."""
    if rate == sample_rate:
        yield from pieces
        return
    stream = soxr.ResampleStream(rate, sample_rate, channels, dtype="float32")
    piece = np.zeros(0, np.float32)
    for piece in pieces:
        yield stream.resample_chunk(np.ascontiguousarray(piece))
    yield stream.resample_chunk(np.zeros((0, *piece.shape[1:]), np.float32), last=True)


def _joined(pieces: list[Floats]) -> Floats:
    """Join pieces one by one, so that no step takes long."""
    audio = np.empty((sum(map(len, pieces)), *pieces[0].shape[1:]), np.float32)
    at = 0
    for piece in pieces:
        audio[at : at + len(piece)] = piece
        at += len(piece)
    return audio
