"""Plays an ambience from its shape, step by step: noise, grains and tones whose levels never stand still."""

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.loudness import OFFSET_DB, TARGET_LUFS
from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.ambient.shape import (
    BANDS,
    CENTRES_HZ,
    EDGES_HZ,
    HEARD_POWERS,
    AmbienceShape,
)
from livecode.voices.ambience_kernel import FIELDS, IMAGINARY, LINES, REAL, draw, warm
from livecode.voices.ambience_motion import Motions

Numbers = NDArray[np.float64]

#: Frames of a step: levels go in a line from each to the next.
STEP = 256
#: So many frames of noise are kept of each band, fewer for each next one, so that the whole never repeats.
NOISE, FEWER = 1 << 16, 74
#: Each channel is as loud as every voice of one channel. Low sounds, which are hardly heard, are raised by
#: so much beside their RMS at most.
HEARD_RMS = 10 ** ((TARGET_LUFS - OFFSET_DB) / 20)
LOW_SHARE = 0.7
#: A grain is at most so much stronger than its band is in the mean, as an amplitude: 13 dB.
HIGHEST_GRAIN = 4.5
#: How much grains differ in strength, as a standard deviation in nepers, and the strongest.
UNEVEN, STRONGEST = 0.6, 1.8
#: Channels sing so far apart, as a ratio: 1 cent above and below.
APART = 2 ** (1 / 1200)
#: At a note a band with one of its partials below this frequency sings it, with such a share of its power;
#: what has none is as soft as that.
SUNG_HZ, SUNG, SOFTER = 4_000.0, 0.9, 0.15
#: Peaks are bent above the first, towards the second.
BENT, HIGHEST = 0.4, 0.7
#: What is drawn is brought to the loudness that was meant over so many seconds, by so many nepers at most.
CORRECTED_S, MOST_CORRECTED = 3.0, 0.4


class _Parts(NamedTuple):
    """What is computed from a shape once."""

    amplitudes: Numbers  # (BANDS,)
    steady: Numbers  # (BANDS,): share of the amplitude
    noisy: Numbers
    tonal: Numbers
    grain: Numbers  # (BANDS,): the amplitude of a grain, in those of its band
    rates: Numbers  # (BANDS,): grains in a step
    pace: Numbers  # see `draw`
    powers: Numbers  # (BANDS,): of what is heard
    grainy: Numbers  # (BANDS,): the power of the whole for each of its amplitude squared


class AmbienceSound:
    """One ambience that sounds. What it draws depends on its seed and on the shapes it was given alone."""

    def __init__(self, sample_rate: int, seed: int):
        self._rate = sample_rate
        warm()
        self._rng = np.random.default_rng([abs(seed), seed < 0, BANDS])
        self._noise, self._lengths = band_noise(sample_rate)
        self._place = self._rng.integers(0, self._lengths, (2, BANDS))
        self._state = np.zeros((FIELDS, 2, BANDS))
        turns = 2 * np.pi * self._rng.random((2, BANDS))
        self._state[REAL], self._state[IMAGINARY] = np.cos(turns), np.sin(turns)
        self._motions = Motions(self._rng, STEP / sample_rate)
        self._lines = np.zeros((2, LINES, 2, BANDS))
        self._grains = np.zeros((2, BANDS, STEP), np.float32)
        self._begun = False
        self._meant = self._drawn = 0.0  # powers of late
        self._shape: AmbienceShape | None = None
        self._parts: _Parts | None = None

    def set(self, shape: AmbienceShape, note: float = 0.0) -> None:
        """Go to a shape; at a MIDI note, if it is not 0, bands sing the partials of that pitch."""
        self._shape = shape
        self._parts = self._computed(shape, note)

    def step(self, tilt: float = 0.0, burst: int | None = None) -> Floats:
        """Return the next step, (2, STEP); `tilt` makes it brighter by so many nepers, the highest most.

        A `burst` is a grain of all bands that have grains, so many frames into the step.
        """
        assert self._shape is not None
        assert self._parts is not None
        parts = self._parts
        moved = self._motions.advance(self._shape, parts.powers)
        levels = np.exp(moved + self._corrected()) * parts.amplitudes
        if tilt:
            levels *= np.exp(tilt * _SLANT)
        self._lines[0] = self._lines[1]
        now = self._lines[1]
        now[0], now[1] = levels * parts.steady, levels
        now[2:] = np.stack([parts.noisy, parts.tonal])[:, None]
        if not self._begun:
            self._begun = True
            self._lines[0] = now
        begun = self._begin_grains(parts, float(self._shape.together[-1]))
        if burst is not None:
            self._grains[:, :, burst] += parts.grain
            begun = True
        out = np.empty((2, STEP), np.float32)
        draw(
            self._noise, self._lengths, self._place, self._lines, parts.pace, self._grains,
            self._state, out,
        )  # fmt: skip
        if begun:
            self._grains[:] = 0.0
        out = bent(out)
        share = STEP / (CORRECTED_S * self._rate)
        meant = float((np.square(levels) @ parts.grainy).mean())
        self._meant += share * (meant - self._meant)
        self._drawn += share * (float(np.square(out).mean()) - self._drawn)
        return out

    def _corrected(self) -> float:
        """Return by how many nepers what was drawn of late is softer than it was meant."""
        # what little was heard at the beginning says little
        away = 0.5 * np.log((self._meant + HEARD_RMS**2) / (self._drawn + HEARD_RMS**2))
        return float(np.clip(2 * away, -MOST_CORRECTED, MOST_CORRECTED))

    def _begin_grains(self, parts: _Parts, together: float) -> bool:
        """Write the grains of the next step; return whether there are any."""
        rng, rates = self._rng, parts.rates
        own = rng.poisson(rates * (1 - together))
        bands = np.repeat(np.arange(BANDS), own)
        most = float(rates.max()) * together
        shared = int(rng.poisson(most))
        if not len(bands) and not shared:
            return False
        frames = rng.integers(0, STEP, len(bands) + shared)
        strengths = np.exp(UNEVEN * rng.standard_normal(len(frames)) - UNEVEN**2)
        strengths = np.minimum(strengths, STRONGEST)
        angles = np.pi / 2 * rng.random(len(frames))
        if shared:
            sounds = rng.random((shared, BANDS)) < rates * together / most
            event, among = np.nonzero(sounds)
            which = np.concatenate([np.arange(len(bands)), len(bands) + event])
            bands = np.concatenate([bands, among])
            frames, strengths, angles = frames[which], strengths[which], angles[which]
        heights = np.sqrt(2) * strengths * parts.grain[bands]
        np.add.at(self._grains[0], (bands, frames), heights * np.cos(angles))
        np.add.at(self._grains[1], (bands, frames), heights * np.sin(angles))
        return True

    def _computed(self, shape: AmbienceShape, note: float) -> _Parts:
        powers = np.asarray(shape.powers)
        tones = np.asarray(shape.tone_share, np.float64)
        turns = shape.tone_hz / self._rate
        if note > 0:
            f0_hz = 440.0 * 2 ** ((note - 69) / 12)
            sung, partials = sung_partials(f0_hz)
            tones = np.where(sung, np.maximum(tones, SUNG), tones)
            powers = powers * np.where(sung | (CENTRES_HZ > SUNG_HZ), 1.0, SOFTER)
            turns = np.where(sung, partials * f0_hz / self._rate, turns)
            tones = np.where(sung, tones, 0.0)
        tones = np.where(turns * APART < 0.47, tones, 0.0)
        rates_hz = np.exp2(shape.grain_octaves.astype(np.float64))
        falls = np.exp2(shape.fall_octaves.astype(np.float64))
        rises = _RISES_S
        share = np.asarray(shape.grain_share, np.float64)
        share = np.where(share > 0.01, share, 0.0)
        # a grain of height 1 has this energy, and so many overlap
        energy = rates_hz * falls**2 / (2 * (falls + rises))
        overlap = np.square(rates_hz * falls) * np.exp(-(UNEVEN**2))
        grain = np.minimum(np.sqrt(share / (energy + overlap)), HIGHEST_GRAIN)
        grainy = 1 - share + np.square(grain) * (energy + overlap)
        heard = powers * grainy * HEARD_POWERS
        gain = 1 / max(heard.sum(), LOW_SHARE**2 * float((heard / HEARD_POWERS).sum()), 1e-9)
        amplitudes = HEARD_RMS * np.sqrt(powers * gain)
        pace = np.empty((4, 2, BANDS))
        pace[0] = np.exp(-1 / (falls * self._rate))
        pace[1] = 1 - np.exp(-1 / (rises * self._rate))
        each = 2 * np.pi * turns * np.array([[APART], [1 / APART]])
        pace[2], pace[3] = np.cos(each), np.sin(each)
        rates = np.where(share > 0, rates_hz, 0.0) * STEP / self._rate
        return _Parts(
            amplitudes, np.sqrt(1 - share), np.sqrt(1 - tones), np.sqrt(2 * tones), grain, rates, pace,
            heard * gain, grainy,
        )  # fmt: skip


def sung_partials(f0_hz: float) -> tuple[NDArray[np.bool_], Numbers]:
    """Return which bands hold a partial of a pitch that is sung, (BANDS,), and its number there."""
    numbers = np.maximum(np.rint(CENTRES_HZ / f0_hz), 1)
    inside = (numbers * f0_hz >= EDGES_HZ[:-1]) & (numbers * f0_hz < EDGES_HZ[1:])
    return inside & (numbers * f0_hz < SUNG_HZ), numbers


def bent(out: Floats) -> Floats:
    """Return sound whose peaks are bent where they would go beyond full scale."""
    if float(np.abs(out).max(initial=0.0)) <= BENT:
        return out
    over = np.maximum(np.abs(out) - BENT, 0.0)
    room = HIGHEST - BENT
    return np.where(over > 0, np.copysign(BENT + room * np.tanh(over / room), out), out).astype(
        np.float32
    )


@lru_cache(maxsize=2)
def band_noise(sample_rate: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return noise in each band at an RMS of 1, (BANDS, NOISE), and how much of each there is.

    Bands come around after different lengths. What lies above half the sample rate is silent.
    """
    rng = np.random.default_rng(BANDS)
    lengths = NOISE - FEWER * np.arange(BANDS)
    bands = np.zeros((BANDS, NOISE), np.float32)
    for band, (low, high) in enumerate(pairwise(EDGES_HZ)):
        length = int(lengths[band])
        spectrum = np.fft.rfft(rng.standard_normal(length))
        freq_hz = np.fft.rfftfreq(length, 1 / sample_rate)
        noise = np.fft.irfft(spectrum * _mask(freq_hz, low, high), length)
        bands[band, :length] = noise / max(float(np.sqrt(np.square(noise).mean())), 1e-9)
    return bands, lengths.astype(np.int64)


def _mask(freq_hz: NDArray[np.floating[Any]], low_hz: float, high_hz: float) -> Numbers:
    """Return the gain of a band whose edges are half a cosine wide as half of the band."""
    wide = 0.5 * (high_hz - low_hz)
    up = np.clip((freq_hz - low_hz) / wide + 0.5, 0, 1)
    down = np.clip((high_hz - freq_hz) / wide + 0.5, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * up) * np.sin(np.pi / 2 * down))


_SLANT = np.linspace(0, 1, BANDS)
#: A band cannot rise faster than it is wide.
_RISES_S = 0.35 / np.diff(EDGES_HZ)
