"""Plays the parts of a sound as they are: a series of partials exactly in tune, and noise between them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import HANN_POWER, Floats, bin_frequencies, k_weighting
from livecode.neural.spaces.decoder import SoundParts
from livecode.voices.sinebank import render, render_wide
from livecode.voices.spreading import NARROW, Widths, places, shares, spread

#: Partials fade out between these, in turns a sample, since those above one half would fold back.
FADING, INAUDIBLE = 0.46, 0.48
#: A timbre that leaps changes over so many frames.
LEAP_FRAMES = 64
#: A noise whose share of the power is below this, −70 dB, is not played.
UNHEARD = 1e-7
#: So many partials decide at which pitch a stretched series is heard.
LOWEST = 6
#: A tilt grows up to this partial.
TILTED = 12


class _Noise:
    """Noise of a spectrum that changes from hop to hop: windows of two hops that overlap."""

    def __init__(self, hop: int, rng: np.random.Generator):
        self._hop, self._rng = hop, rng
        self._window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop))
        self._spectrum = np.zeros(hop + 1, np.complex128)
        self._tail = np.zeros(hop)
        self._sounds = False

    def next(self, size: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        """Return the next hop, (hop,), on the way to a spectrum (hop - 1,), or to silence; None: silent.

        A bin's sine of amplitude a comes of a size of a · hop.
        """
        hop, before = self._hop, self._tail if self._sounds else None
        self._sounds = size is not None
        if size is None:
            return before
        self._spectrum[1:hop] = self._rng.standard_normal(2 * (hop - 1)).view(np.complex128)
        self._spectrum[1:hop] *= size
        grain = np.fft.irfft(self._spectrum)
        grain *= self._window
        self._tail, heard = grain[hop:], grain[:hop]
        if before is not None:
            heard += before
        return heard


class Harmonics:
    """A series of partials with continuous phases, and a noise, both of which follow `SoundParts`."""

    def __init__(
        self, partials: int, bins: int, bin_hz: float, sample_rate: int, hop: int, seed: int
    ):
        """Set up for so many partials, and noise in bins that are `bin_hz` apart, from `bin_hz` on."""
        self._rng = np.random.default_rng([abs(seed), seed < 0, partials])
        self._rate, self._hop = sample_rate, hop
        self._number = np.arange(partials, dtype=np.float64)
        self._tracks = np.zeros((5, partials))  # see `sinebank.render`
        self._tracks[0] = self._rng.random(partials)
        self._silent = True
        freq_hz = bin_frequencies(2 * bins, round(bin_hz * 2 * bins))
        self._freq_hz = freq_hz.astype(np.float64)
        self._squares = np.square(k_weighting(freq_hz).astype(np.float64))
        # the noise is made of windows of two hops; its bins are wider than those of the space
        wide_hz = sample_rate / (2 * hop)
        edges = (np.arange(1, hop + 1) - 0.5) * wide_hz / bin_hz - 0.5
        edges = np.minimum(edges, bins - 1e-6)
        # where the bins of the noise end, in those of the space
        self._edge = np.floor(edges).astype(np.intp)
        self._share = edges - self._edge
        self._gains: NDArray[np.floating[Any]] = np.zeros(partials)
        self._turns = np.zeros(partials)
        self._noise, self._noisy = np.zeros(bins), False
        self._power = np.zeros(bins + 1)
        self._common = _Noise(hop, self._rng)
        #: What one side has and the other has not, where it is wide; it leaves the randomness alone.
        self._between = _Noise(hop, np.random.default_rng([abs(seed), seed < 0, partials, 1]))
        self._places = places(partials)

    def set(self, parts: SoundParts, log2_f0: float) -> tuple[float, float]:
        """Let the next hop go to these parts at a fundamental; return their RMS, and that which is heard.

        What is heard is K-weighted, as ITU-R BS.1770 has it.
        """
        n = self._number
        turns = n + 1
        if parts.stretch:
            turns *= np.sqrt(np.maximum(1 + parts.stretch * n * n, 0.1))
        turns *= 2.0**log2_f0 / self._rate
        fading = (INAUDIBLE - turns) / (INAUDIBLE - FADING)
        self._gains = parts.gains * np.minimum(np.maximum(fading, 0.0), 1.0)
        self._turns = np.minimum(turns, 0.5, out=turns)
        np.square(parts.noise, out=self._noise)
        weights = np.interp(turns * self._rate, self._freq_hz, self._squares)
        own = 0.5 * np.square(self._gains)
        noise = float(self._noise.sum()) / (2 * HANN_POWER)
        heard = float(own @ weights) + float(self._noise @ self._squares) / (2 * HANN_POWER)
        power = float(own.sum()) + noise
        self._noisy = noise > UNHEARD * power
        return math.sqrt(power), math.sqrt(heard)

    def sharpness(self, parts: SoundParts) -> float:
        """Return by how much a stretched series sounds above its fundamental, in octaves.

        It is that of the loudest among the lowest partials.
        """
        n = self._number[:LOWEST]
        loud = np.square(np.square(parts.gains[:LOWEST].astype(np.float64))) + 1e-30
        bent = 0.5 * np.log2(np.maximum(1 + parts.stretch * n * n, 0.1))
        return float(loud @ bent / loud.sum())

    def play(
        self,
        level: float,
        out: Floats,
        leap: int | None = None,
        tilt: float = 0.0,
        widths: Widths = NARROW,
    ) -> None:
        """Glide to the parts that were set over the length of `out`, float32, which is filled.

        `out` is (hop,) in the middle, or (hop, 2) where it goes from one width to another. With `leap` the
        partials stay as they are for so many frames, and then leap to their new frequencies. `tilt`
        makes the partials brighter by so many nepers, the highest most.
        """
        tracks = self._tracks
        turns, gains = self._turns, self._gains
        if tilt:
            gains *= np.exp(tilt * np.minimum(self._number / TILTED, 1.0))
        gains *= level
        out[:] = 0
        begin = 0
        if leap:
            begin = leap
            tracks[3:] = tracks[1:3]
            self._render(out[:begin], (widths[0], widths[0]))
        if leap is not None or self._silent:
            tracks[1] = turns
            self._silent = False
        # what leaps late in a hop is on its way at its end
        share = min((self._hop - begin) / LEAP_FRAMES, 1.0)
        tracks[3], tracks[4] = turns, tracks[2] + share * (gains - tracks[2])
        self._render(out[begin:], widths)
        self._add_noise(level, out, widths)

    def _render(self, out: Floats, widths: Widths) -> None:
        sounding = np.flatnonzero(self._tracks[2] + self._tracks[4])
        count = int(sounding[-1]) + 1 if len(sounding) else 0
        if count and out.ndim == 1:
            render(self._tracks, count, out)
        elif count:
            ways = self._tracks[1:4:2, :count] * self._rate
            where = self._places[:count]
            sides = [
                spread(where, freq_hz, width) for freq_hz, width in zip(ways, widths, strict=True)
            ]
            render_wide(self._tracks, count, np.stack(sides), out)
        self._tracks[1:3] = self._tracks[3:]

    def _add_noise(self, level: float, out: Floats, widths: Widths) -> None:
        """Add the next hop of the noise."""
        size = None
        if self._noisy:
            np.cumsum(self._noise, out=self._power[1:])
            below = self._power[self._edge]
            below += self._share * (self._power[self._edge + 1] - below)
            size = np.sqrt((below[1:] - below[:-1]) * (0.5 / HANN_POWER)) * (level * self._hop)
        common = self._common.next(size)
        between = self._between.next(None if out.ndim == 1 else size)
        if out.ndim == 1:
            if common is not None:
                out += common
            return
        (shared, own), (shared_then, own_then) = map(shares, widths)
        if common is not None:
            out += (np.linspace(shared, shared_then, self._hop) * common)[:, None]
        if between is not None:
            between = np.linspace(own, own_then, self._hop) * between
            out[:, 0] += between
            out[:, 1] -= between
