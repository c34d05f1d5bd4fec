"""How held sounds move: pieces of sound as deviations of a decoder's outputs."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio import pitch, spectrum
from livecode.neural.audio.spectrum import FLOOR, SCALE, Floats
from livecode.neural.spaces.space import LatentSpace
from livecode.neural.spaces.training.audio_frames import steady_starts

STEPS_PER_WINDOW = 4  # steps of a texture in one window of the space
BRIDGED_S = 0.25  # gaps between steady frames up to this length do not end a piece
SHORTEST_S, LONGEST_S = 0.4, 4.0  # of a piece
SPLIT_CENTS = 80.0  # a frame whose pitch is farther from the piece's median belongs to another note
PLACED = 8  # frames of a piece that give its latent point
BESIDE = 2  # bins on either side of a partial that belong to it
TREND = 2  # degree of the polynomial in time, such as a decay or swell, that is not texture


@dataclass(frozen=True)
class HeldSound:
    """A piece of sound that stays near one point of a space."""

    name: str  # the name of its file
    point: Floats  # (latent,): where it stays
    moves: Floats  # (steps, outputs + 1): decoder outputs minus their mean, log level last


def held_sounds(space: LatentSpace, name: str, mono: Floats) -> list[HeldSound]:
    """Return the pieces of held sound in a sound (n,) at the space's sample rate."""
    hop = space.n_fft // STEPS_PER_WINDOW
    found = []
    for first, last in _held(mono, space, hop):
        waves = spectrum.cut(mono[first : last + space.n_fft], space.n_fft, hop)
        mags = spectrum.magnitudes(waves)
        note, f0_hz = _one_note(space, waves, mags)
        mags = mags[note]
        if len(mags) * hop < SHORTEST_S * space.sample_rate:
            continue
        some = mags[np.linspace(0, len(mags) - 1, PLACED).astype(int)]
        point = space.encode_magnitudes(some).mean(0)
        found.append(HeldSound(name, point, moves_of(space, mags, f0_hz)))
    return found


def _held(mono: Floats, space: LatentSpace, hop: int) -> list[tuple[int, int]]:
    """Return the first and last start, in samples, of each piece's frames."""
    starts = steady_starts(mono, space.n_fft)
    if not len(starts):
        return []
    breaks = np.flatnonzero(np.diff(starts) > BRIDGED_S * space.sample_rate) + 1
    longest = int(LONGEST_S * space.sample_rate)
    held = []
    for run in np.split(starts, breaks):
        count = max(1, round((run[-1] - run[0]) / longest))
        edges = np.linspace(run[0], run[-1], count + 1).astype(int)
        held += [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
    return held


def _one_note(
    space: LatentSpace, waves: Floats, mags: Floats
) -> tuple[slice, NDArray[np.float64] | None]:
    """Return the longest run of frames at one pitch, and their fundamentals in Hz.

    If the space or the sound has no pitch, the result is all frames, and None.
    """
    rough = pitch.pitches_hz(waves, space.sample_rate) if space.partials else np.full(1, np.nan)
    if np.isnan(rough).mean() > 0.5:
        return slice(None), None
    usual = float(np.nanmedian(rough))
    octaves = np.nan_to_num(np.log2(rough / usual))
    near = np.flatnonzero(1200 * np.abs(octaves - np.rint(octaves)) <= SPLIT_CENTS)
    run = max(np.split(near, np.flatnonzero(np.diff(near) > 1) + 1), key=len)
    note = slice(int(run[0]), int(run[-1]) + 1)
    return note, pitch.refined(np.full(len(run), usual), mags[note], space.sample_rate)


def moves_of(space: LatentSpace, mags: Floats, f0_hz: NDArray[np.float64] | None) -> Floats:
    """Return deviations (steps, outputs + 1) of magnitudes (steps, bins) from their own trend.

    The units are those of the decoder's outputs: log2 f0 in octaves, no stretch, gains in nepers,
    bands as scaled levels, and last the loudness in nepers. Inaudible motion does not count, since
    levels have the floor of scaled magnitudes.
    """
    weighting = spectrum.k_weighting(space.frequencies_hz)
    loud = spectrum.loudness(mags, weighting)
    levels = spectrum.scaled(spectrum.normalised(mags, weighting))
    power = np.square(spectrum.unscaled(levels))
    series = 2 + space.partials if space.partials else 0
    moves = np.zeros((len(mags), series + space.bands + 1), np.float32)
    free = np.ones(mags.shape, bool)
    if f0_hz is not None:
        moves[:, 0] = np.log2(f0_hz)
        places = (
            np.arange(1, space.partials + 1) * f0_hz[:, None] * (space.n_fft / space.sample_rate)
        )
        whole = np.rint(places).astype(int) - 1
        heard = whole.max(0) < space.bins - BESIDE
        row = np.arange(len(mags))[:, None]
        for k in np.flatnonzero(heard):
            bins = np.maximum(whole[:, k, None] + np.arange(-BESIDE, BESIDE + 1), 0)
            amplitude = np.sqrt(power[row, bins].sum(1) / spectrum.HANN_POWER)
            moves[:, 2 + k] = np.log(amplitude + FLOOR)
            free[:, np.unique(bins)] = False
    if space.bands == space.bins:
        moves[:, series:-1] = levels
    elif space.bands:
        spread = spectrum.band_matrix(space.frequencies_hz, space.bands) * free[0][:, None]
        weight = spread.sum(0)
        moves[:, series:-1] = np.where(weight > 0.5, levels @ spread / np.maximum(weight, 0.5), 0)
    moves[:, -1] = np.log(np.maximum(loud[:, 0], 1e-9))
    return _about_trend(moves)


def _about_trend(moves: Floats) -> Floats:
    time = np.linspace(-1, 1, len(moves))
    powers = np.linalg.qr(np.stack([time**i for i in range(TREND + 1)], 1))[0]
    return np.asarray(moves - powers @ (powers.T @ moves), np.float32)


def nepers(space: LatentSpace) -> Floats:
    """Return the factors (outputs + 1,) that turn each output's unit into nepers; 1 for the pitch."""
    units = np.ones((2 + space.partials if space.partials else 0) + space.bands + 1, np.float32)
    units[-1 - space.bands : -1] = SCALE
    return units
