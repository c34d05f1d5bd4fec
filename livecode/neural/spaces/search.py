"""Finds the point of a space whose spectrum is nearest to a given one, by least squares."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.spectrum import Floats

SEARCH_STEPS = 6  # of Levenberg-Marquardt for each frame
STEP = 1e-3  # of a latent value, in ranges: the difference that estimates its derivative
PITCH_STEP = 3e-4
PROBES = 17  # points of the pitch axis from which its map to frequency is read
OCTAVES = (1.0, 0.5, 2.0)  # a measured pitch may be wrong by an octave
CHUNK = 256  # frames searched at a time


class Decodes(Protocol):
    """The part of a space that the search uses."""

    sample_rate: int
    latent: int
    axis_names: tuple[str, ...]
    low: Floats  # (latent,): limits of the latent values
    high: Floats

    def decode(self, z: Floats) -> Floats:
        """Return magnitudes (..., bins) at latent points (..., latent)."""

    def log2_f0(self, z: Floats) -> Floats:
        """Return log2 of the fundamental in Hz (n,) at latent points (n, latent)."""

    def place(self, position: NDArray[np.floating[Any]]) -> Floats:
        """Return latent points (..., latent) at positions (..., k <= latent) in [0, 1]."""


def nearest(
    space: Decodes, mags: Floats, guess: Floats, opened: int, steps: int = SEARCH_STEPS
) -> Floats:
    """Return latent points (n, latent) whose spectra are nearest to magnitudes (n, bins).

    Nearest means the least squares of scaled magnitudes, which is the least log-spectral distance.
    Only the first `opened` axes move; the others rest in the middle. The search starts from `guess`
    (n, latent) and, in a space with pitches, also from the guess at the measured pitch and its
    octaves. The best start goes through `steps` of Levenberg-Marquardt, with differences for
    derivatives. The result is never farther away than the guess.
    """
    rest = space.place(np.zeros(0))
    found = np.empty((len(mags), space.latent), np.float32)
    for at in range(0, len(mags), CHUNK):
        target = spectrum.scaled(mags[at : at + CHUNK])
        starts = _starts(space, mags[at : at + CHUNK], guess[at : at + CHUNK])
        for start in starts:
            start[:, opened:] = rest[opened:]
        errors = np.stack([_error(space, start, target) for start in starts])
        best = np.square(errors).mean(-1).argmin(0)
        frames = np.arange(len(best))
        points = np.stack(starts)[best, frames]
        found[at : at + CHUNK] = _descend(
            space, target, points, errors[best, frames], opened, steps
        )
    return found


def _error(space: Decodes, points: Floats, target: Floats) -> Floats:
    return spectrum.scaled(space.decode(points)) - target


def _starts(space: Decodes, mags: Floats, guess: Floats) -> list[Floats]:
    """Return the starting points (n, latent): the guess, and the guess at measured pitches."""
    starts = [np.clip(guess, space.low, space.high)]
    if "pitch" not in space.axis_names:
        return starts
    axis = space.axis_names.index("pitch")
    rough = pitch.pitches_of_magnitudes(mags, space.sample_rate)
    f0_hz = pitch.refined(rough, mags, space.sample_rate)
    values = np.linspace(space.low[axis], space.high[axis], PROBES, dtype=np.float32)
    points = np.tile(space.place(np.zeros(0)), (PROBES, 1))
    points[:, axis] = values
    log2_f0 = space.log2_f0(points)
    if log2_f0[0] > log2_f0[-1]:
        values, log2_f0 = values[::-1], log2_f0[::-1]
    for factor in OCTAVES:
        start = starts[0].copy()
        measured = np.interp(np.log2(f0_hz * factor), log2_f0, values)
        start[:, axis] = np.where(np.isnan(f0_hz), start[:, axis], measured)
        starts.append(start)
    return starts


def _descend(
    space: Decodes, target: Floats, points: Floats, error: Floats, opened: int, steps: int
) -> Floats:
    """Run Levenberg-Marquardt on the first `opened` axes, for all frames in parallel."""
    span = space.high - space.low
    width = np.array([PITCH_STEP if name == "pitch" else STEP for name in space.axis_names]) * span
    damping = np.full(len(points), 1e-2)
    square = np.square(error).mean(-1)
    for _ in range(steps):
        slopes = np.empty((*error.shape, opened), np.float32)
        for axis in range(opened):
            beside = points.copy()
            inward = np.where(beside[:, axis] + width[axis] > space.high[axis], -1, 1)
            beside[:, axis] += inward * width[axis]
            moved = _error(space, beside, target) - error
            slopes[..., axis] = moved / (inward * width[axis])[:, None]
        normal = np.swapaxes(slopes, 1, 2) @ slopes
        downhill = (np.swapaxes(slopes, 1, 2) @ error[..., None]).astype(np.float64)
        weight = np.einsum("nii->ni", normal) * damping[:, None] + 1e-6
        step = np.linalg.solve(normal + weight[:, None] * np.eye(opened), downhill)[..., 0]
        tried = points.copy()
        tried[:, :opened] -= step.astype(np.float32)
        np.clip(tried, space.low, space.high, out=tried)
        its_error = _error(space, tried, target)
        its_square = np.square(its_error).mean(-1)
        nearer = its_square < square
        points = np.where(nearer[:, None], tried, points)
        error = np.where(nearer[:, None], its_error, error)
        square = np.where(nearer, its_square, square)
        damping = np.clip(np.where(nearer, 0.3 * damping, 4 * damping), 1e-6, 1e6)
    return points
