"""Plays hits from their shapes: bands of noise, a tone in each, and a body, hop by hop."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.loudness import OFFSET_DB, TARGET_LUFS
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.struck.shape import (
    BANDS,
    EDGES_HZ,
    FLOOR_DB,
    LONGEST_S,
    MOMENTS_S,
    HitShape,
)
from livecode.voices.sinebank import render

#: Sines go in a line, and levels are computed, from each such part of a hop to the next.
PART = 32
#: So many frames of noise are kept of each band, which comes around again after them.
NOISE, LONGEST_HOP = 1 << 15, 4096
#: A hit is as loud as this over its loudest 0.4 s, so that a few a second are as loud as any voice; and its
#: loudest moment is no higher than that.
HEARD_POWER = 10 ** ((TARGET_LUFS - 3.0 - OFFSET_DB) / 10)
LOUDEST_S, HIGHEST = 0.4, 0.4
#: A hit rises over so many frames.
RISE = 16
#: Nepers of a decibel of amplitude, and the amplitude that counts as none.
_DB = float(np.log(10) / 20)
SILENT = 1.6 * 10 ** (FLOOR_DB / 20)


class BandNoise:
    """Noise in each band of a hit, at an RMS of 1. Hits begin anywhere in it."""

    def __init__(self, sample_rate: int, seed: int):
        self._rng = np.random.default_rng([abs(seed), seed < 0, BANDS])
        spectrum = np.fft.rfft(self._rng.standard_normal(NOISE))
        freq_hz = np.fft.rfftfreq(NOISE, 1 / sample_rate)
        bands = []
        for low, high in pairwise(EDGES_HZ):
            noise = np.fft.irfft(spectrum * ((freq_hz >= low) & (freq_hz < high)))
            bands.append(noise / max(float(np.sqrt(np.square(noise).mean())), 1e-9))
        once = np.array(bands, np.float32)
        self._bands = np.concatenate([once, once[:, :LONGEST_HOP]], axis=1)

    def anywhere(self) -> int:
        """Return a place in the noise."""
        return int(self._rng.integers(NOISE))

    def at(self, place: int, frames: int) -> Floats:
        """Return so many frames from a place on, (BANDS, frames)."""
        place %= NOISE
        return self._bands[:, place : place + frames]


class StruckSound:
    """One hit that sounds."""

    def __init__(
        self,
        shape: HitShape,
        noise: BandNoise,
        sample_rate: int,
        hop: int,
        gain: float = 1.0,
        ratio: float = 1.0,
    ):
        """Begin a hit. `ratio` is that of its tones to those of the shape."""
        self._noise, self._rate, self._hop = noise, sample_rate, hop
        self._place, self._frame = noise.anywhere(), 0
        self._gain = gain * loudness_gain(shape)
        db = np.concatenate([shape.body_db[None], shape.band_db]).astype(np.float64)
        silent = np.full((1 + BANDS, 1), FLOOR_DB)
        self._logs = np.concatenate([db, silent], axis=1) * _DB
        self._times = np.append(MOMENTS_S, LONGEST_S) * sample_rate
        heard = np.flatnonzero((self._logs > np.log(SILENT)).any(axis=0))
        last = int(heard[-1]) if len(heard) else 0
        self._end = float(self._times[min(last + 1, len(self._times) - 1)])
        self._octaves = np.append(shape.body_octaves, shape.body_octaves[-1])
        turns = np.minimum(shape.tone_hz * ratio / sample_rate, 0.5)
        # so that a band's noise and its tone have the power of a sine of the band's amplitude
        noisy = np.square(1.0 - shape.tone_share)
        self._noisy = np.sqrt(noisy / 2)
        self._tonal = np.sqrt(1.0 - noisy) * (turns < 0.47)
        self._ratio = ratio
        self._tracks = np.zeros((5, 1 + BANDS))
        self._tracks[0] = -0.25  # each sine begins at 0
        self._tracks[1:4:2, 1:] = turns
        self._held = np.zeros(0, np.float32)  # what is computed and belongs to the next hop

    @property
    def over(self) -> bool:
        """Whether it has died away."""
        return self._frame >= self._end and not self._held.any()

    def add(self, out: Floats, wait: int = 0) -> None:
        """Add the next hop to `out` (hop,) float32; the hit begins `wait` frames into its first."""
        heard = np.zeros(self._hop, np.float32)
        first = self._frame == 0
        if self._frame < self._end:
            self._compute(heard)
        if first:
            heard[:RISE] *= np.linspace(0, 1, RISE, endpoint=False, dtype=np.float32)
            self._held = np.zeros(wait, np.float32)
        held = len(self._held)
        out[:held] += self._held
        out[held:] += heard[: self._hop - held]
        self._held = heard[self._hop - held :].copy()
        self._frame += self._hop

    def _compute(self, out: Floats) -> None:
        parts = self._hop // PART
        at = self._frame + np.arange(parts + 1) * PART
        levels = self._levels(at)
        sounding = np.flatnonzero(levels[1:].any(axis=1))
        if len(sounding):
            envelopes = (levels[1 + sounding] * self._noisy[sounding, None]) @ _lines(self._hop)
            noise = self._noise.at(self._place + self._frame, self._hop)[sounding]
            np.einsum("bf,bf->f", envelopes.astype(np.float32), noise, out=out)
        body = np.exp2(np.interp(at, self._times, self._octaves)) * (self._ratio / self._rate)
        levels[1:] *= self._tonal[:, None]
        tracks = self._tracks
        if self._frame == 0:
            tracks[1, 0], tracks[2] = body[0], levels[:, 0]
        count = int(np.flatnonzero(levels.any(axis=1)).max(initial=-1)) + 1
        for part in range(parts if count else 0):
            tracks[3, 0], tracks[4] = body[part + 1], levels[:, part + 1]
            render(tracks, count, out[part * PART : (part + 1) * PART])
        tracks[2] = levels[:, -1]

    def _levels(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the amplitude of the body and of each band at some frames, (1 + BANDS, frames)."""
        index = np.clip(np.searchsorted(self._times, at, side="right") - 1, 0, len(MOMENTS_S) - 1)
        before, after = self._times[index], self._times[index + 1]
        share = np.minimum((at - before) / (after - before), 1.0)
        logs = self._logs[:, index] * (1 - share) + self._logs[:, index + 1] * share
        levels = np.exp(logs) - SILENT  # the floor itself is silent
        return np.asarray(np.where(levels > 1e-6, levels * self._gain, 0.0))


@lru_cache(maxsize=4)
def _lines(hop: int) -> NDArray[np.float64]:
    """Return what makes lines of numbers at the parts of a hop: (parts + 1, hop)."""
    parts = hop // PART
    up = np.kron(np.eye(parts), np.linspace(0, 1, PART, endpoint=False))
    down = np.kron(np.eye(parts), np.linspace(1, 0, PART, endpoint=False))
    empty = np.zeros((1, hop))
    return np.asarray(np.concatenate([down, empty]) + np.concatenate([empty, up]))


def loudness_gain(shape: HitShape) -> float:
    """Return the gain at which a hit is as loud as any other."""
    power, heard = shape.power()
    times = np.append(MOMENTS_S, LONGEST_S)
    mean = float(np.interp(np.linspace(0, LOUDEST_S, 400), times, np.append(heard, 0.0)).mean())
    highest = float(np.sqrt(2 * power.max()))
    return float(min(np.sqrt(HEARD_POWER / max(mean, 1e-9)), HIGHEST / max(highest, 1e-6)))
