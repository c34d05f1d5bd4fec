"""Navigating a space: positions of its sounds, a map of them, and morphs between them.

All positions are in [0, 1], as agents and hands move them. `LatentSpace.place` maps them to latent
points. This module returns arrays and knows no language.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError, did_you_mean
from livecode.files import shown
from livecode.neural.audio.fold import Fold
from livecode.neural.audio.sound_array import array_of_sound
from livecode.neural.audio.sound_file import UnreadableSound, read_mono
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.axes import audible_change
from livecode.neural.spaces.space import LatentSpace

Place = str | Path | NDArray[np.floating[Any]]

LOUD_DB = 30.0  # frames that are quieter than the loudest by more than this are ignored
WAY = 65  # points along a morph at which the change of sound is measured


def encode(space: LatentSpace, sound: str | Path | Floats, search: int = 4) -> Floats:
    """Return the positions (frames, latent) of mono audio (n,) at the space's rate, or a file.

    There are four frames a window, as in `LatentSpace.encode`. Raises `LivecodeError` if the file
    cannot be read.
    """
    if isinstance(sound, str | Path):
        audio = _read(space, Path(sound))
    else:
        audio = array_of_sound("encode", sound)
        audio = audio if audio.ndim == 1 else Fold().one_channel(audio)
    return space.position(space.encode(audio, search))


def _read(space: LatentSpace, path: Path) -> Floats:
    path = path.expanduser()
    if not path.is_file():
        raise LivecodeError(f"there is no sound file at {shown(path)}: give the path of one")
    try:
        return read_mono(path, space.sample_rate).audio
    except UnreadableSound as error:
        raise LivecodeError(
            f"the sound file {shown(path)} cannot be read ({error.reason})"
        ) from error


def at(space: LatentSpace, name: str) -> Floats:
    """Return the position (latent,) of a sound that the space was trained on, by its file's name.

    The position is the mean over the sound's steady part. Folder and suffix may be left out. Raises
    `LivecodeError` with the nearest names if the space does not know the sound.
    """
    stem = Path(name).stem
    if stem not in space.sound_names:
        if not space.sound_names:
            raise LivecodeError(
                f"the space {space.name!r} was trained on no sound files: give positions"
            )
        guess = did_you_mean(stem, space.sound_names, most=3, list_all=False)
        raise LivecodeError(f"the space {space.name!r} knows no sound named {stem!r}{guess}")
    return space.position(space.sound_points[space.sound_names.index(stem)])


def somewhere(space: LatentSpace, place: Place) -> Floats:
    """Return the position (latent,) of a place: a position, a known sound's name, or a sound file.

    Axes that a position leaves out rest in the middle. A file's position is the mean over its
    frames, without those much quieter than the loudest. Raises `LivecodeError` for a place that
    does not exist.
    """
    if isinstance(place, str | Path):
        if isinstance(place, str) and Path(place).stem in space.sound_names:
            return at(space, place)
        if Path(place).suffix or isinstance(place, Path):
            return _mean_position(space, _read(space, Path(place)))
        return at(space, str(place))
    given = np.asarray(place, np.float32).reshape(-1)
    if len(given) > space.latent:
        raise LivecodeError(
            f"the space {space.name!r} has {space.latent} axes: a position of {len(given)} does "
            "not fit"
        )
    return space.position(space.place(given))


def _mean_position(space: LatentSpace, audio: Floats) -> Floats:
    n_fft = space.n_fft
    positions = encode(space, audio)
    starts = np.arange(len(positions)) * (n_fft // 4)
    power = np.array([np.square(audio[start : start + n_fft]).mean() for start in starts])
    if not len(power) or power.max() <= 0:
        raise LivecodeError("a silent sound has no position in a space: give one that sounds")
    heard = power > power.max() * 10 ** (-LOUD_DB / 10)
    return np.asarray(positions[heard].mean(0), np.float32)


@dataclass(frozen=True)
class SoundMap:
    """The sounds of a space on a plane, along the two directions in which they differ most."""

    names: tuple[str, ...]
    points: Floats  # (sounds, 2) in [0, 1]
    positions: Floats  # (sounds, latent) in [0, 1]
    mean: Floats  # (latent,)
    directions: Floats  # (2, latent): weighted principal components of the positions
    low: Floats  # (2,): limits of the projection, which map to 0 and 1
    high: Floats

    def project(self, positions: Floats) -> Floats:
        """Return points (..., 2) of positions (..., latent). All sounds lie in [0, 1]."""
        flat = (np.asarray(positions, np.float32) - self.mean) @ self.directions.T
        return np.asarray((flat - self.low) / (self.high - self.low), np.float32)

    def nearest(self, point: Floats, count: int = 1) -> tuple[str, ...]:
        """Return the names of the sounds nearest to a point (2,) of the map."""
        order = np.square(self.points - np.asarray(point)).sum(-1).argsort()
        return tuple(self.names[i] for i in order[:count])

    def between(self, point: Floats, count: int = 4) -> Floats:
        """Return a position (latent,) for a point (2,): a mean of its nearest sounds by nearness."""
        square = np.square(self.points - np.asarray(point)).sum(-1)
        order = square.argsort()[:count]
        weight = 1 / (square[order] + 1e-6)
        return np.asarray(weight @ self.positions[order] / weight.sum(), np.float32)


def sound_map(space: LatentSpace, strengths: Floats | None = None) -> SoundMap:
    """Return the map of a space's sounds, by the principal components of their positions.

    `strengths` (latent,) weigh the axes by how much they change the sound; by default they are
    measured. Raises `LivecodeError` if the space knows fewer than three sounds.
    """
    if len(space.sound_names) < 3:
        raise LivecodeError(
            f"the space {space.name!r} knows {len(space.sound_names)} sounds, too few for a map: "
            "train one on a folder of audio"
        )
    if strengths is None:
        sweep = np.full((space.latent, 3, space.latent), 0.5, np.float32)
        sweep[np.arange(space.latent), :, np.arange(space.latent)] = [0.25, 0.5, 0.75]
        mags = np.swapaxes(space.decode(space.place(sweep)), 0, 1)
        strengths = audible_change(space, mags).mean(0)
    positions = space.position(space.sound_points)
    mean = positions.mean(0)
    weighted = (positions - mean) * strengths
    _, _, directions = np.linalg.svd(weighted, full_matrices=False)
    directions = directions[:2] * np.sign(directions[:2].sum(1, keepdims=True) + 1e-12)
    directions = np.asarray(directions * strengths, np.float32)
    flat = (positions - mean) @ directions.T
    low, high = flat.min(0), np.maximum(flat.max(0), flat.min(0) + 1e-6)
    return SoundMap(
        space.sound_names, (flat - low) / (high - low), positions, mean, directions, low, high
    )


@dataclass(frozen=True)
class MorphPath:
    """A straight line between two positions, along which equal steps are equally audible."""

    start: Floats  # (latent,)
    end: Floats
    shares: Floats  # (WAY,): shares of the line at equally audible steps

    def __call__(self, t: float | NDArray[np.floating[Any]]) -> Floats:
        """Return positions (..., latent) at t in [0, 1]; 0 is the start, 1 the end."""
        t = np.clip(np.nan_to_num(np.asarray(t, np.float64)), 0, 1)
        share = np.interp(t, np.linspace(0, 1, len(self.shares)), self.shares)[..., None]
        return np.asarray(self.start + share * (self.end - self.start), np.float32)


def morph(space: LatentSpace, a: Place, b: Place) -> MorphPath:
    """Return the path from place a to place b, each given as for `somewhere`."""
    start, end = somewhere(space, a), somewhere(space, b)
    shares = np.linspace(0, 1, WAY, dtype=np.float32)
    line = start + shares[:, None] * (end - start)
    change = audible_change(space, space.decode(space.place(line)))
    heard = np.concatenate([[0.0], np.cumsum(change + 0.1 * change.mean() + 1e-9)])
    even = np.interp(np.linspace(0, heard[-1], WAY), heard, shares)
    return MorphPath(start, end, np.asarray(even, np.float32))
