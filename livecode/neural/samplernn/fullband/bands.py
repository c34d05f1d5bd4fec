"""The bands of an outline: how sound is measured in them, and the autocorrelation they stand for."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.subbands import bank

Floats = NDArray[np.float32]

LOWEST_HZ = 65.406  # C2
SEMITONES = 72  # bands a semitone apart; above them, bands a quarter of an octave apart
COARSE = 4
FLOOR_DB = -85.0  # what a band without sound is said to have
COARSE_WIDTH = 0.06
FAINT = 1e-20  # power that is none
#: Above this, pitches are overtones, and what is between them is sound, too.
TREBLE_HZ = 1000.0


@cache
def centres_hz(bands: int) -> NDArray[np.float64]:
    """The middles (bands,) of the bands in Hz."""
    low = LOWEST_HZ * 2 ** (np.arange(min(bands, SEMITONES)) / 12)
    high = low[-1] * 2 ** (np.arange(1, bands - len(low) + 1) / COARSE)
    return np.concatenate([low, high])


@cache
def _shares(bands: int, window: int, rate_hz: int) -> NDArray[np.float64]:
    """How much of each bin's power each band takes: (bands, window // 2 + 1)."""
    hz = np.fft.rfftfreq(window, 1 / rate_hz)
    middles = np.log2(centres_hz(bands))
    at = np.interp(np.log2(np.maximum(hz, 1.0)), middles, np.arange(bands))
    below = np.minimum(at.astype(int), bands - 2)
    shares = np.zeros((bands, len(hz)))
    columns = np.arange(len(hz))
    shares[below, columns] += 1 - (at - below)
    shares[below + 1, columns] += at - below
    shares[:, hz < LOWEST_HZ / 2] = 0
    return shares


def measured(audio: Floats, config: FullbandConfig, rate_hz: int) -> Floats:
    """Outline (frames, bands + parts) of audio (n,), in dB; frames that begin in it.

    A band's level is its power in a Hann window about the middle of the frame; a part's is the
    mean power of its samples.
    """
    hop, window = config.outline_hop, config.outline_window
    frames = -(-len(audio) // hop)
    before = (window - hop) // 2
    padded = np.pad(audio, (before, frames * hop - len(audio) + window))
    shape = np.hanning(window)
    scale = 2 / (np.square(shape).sum() * window)
    shares = _shares(config.bands, window, rate_hz).T
    out = np.empty((frames, config.features), np.float32)
    for begin in range(0, frames, 256):
        end = min(begin + 256, frames)
        rows = np.lib.stride_tricks.sliding_window_view(padded, window)[
            begin * hop : end * hop : hop
        ]
        power = np.abs(np.fft.rfft(rows * shape, axis=1)) ** 2 * scale
        out[begin:end, : config.bands] = power @ shares
    parts = padded[before : before + frames * hop].reshape(frames, config.parts, -1)
    out[:, config.bands :] = np.square(parts).mean(axis=2)
    return np.asarray(10 * np.log10(out + 10 ** (FLOOR_DB / 10)), np.float32)


@cache
def autocorrelations(
    bands: int,
    order: int,
    rate_hz: int,
    subbands: int,
    narrow: float = 0.15,
    treble: float = 0.15,
    damped: float = 0.0,
) -> Floats:
    """What one unit of power in each band adds to each subband's: (subbands, bands, order + 1).

    narrow: the share of its semitone that a pitch's sound is spread over, as pitches are near the
    middle of theirs; treble: the same of the highest; from TREBLE_HZ on, it goes there by the octave.
    damped: the share of a pitch's power that is told as a tone which dies away, a line with skirts; a
    predictor of few taps can be that, where a normal distribution takes many, which ring by themselves.
    """
    hz = centres_hz(bands)
    highest = hz[min(bands, SEMITONES) - 1]
    up = np.clip(np.log2(hz / TREBLE_HZ) / np.log2(highest / TREBLE_HZ), 0, 1)
    share = narrow * (treble / narrow) ** up
    width = np.where(
        np.arange(bands) < SEMITONES, share * (2 ** (1 / 24) - 2 ** (-1 / 24)), COARSE_WIDTH
    )
    filters = bank(subbands).analysis
    turns = np.exp(-2j * np.pi * np.outer(hz / rate_hz, np.arange(filters.shape[1])))
    gains = np.abs(filters @ turns.T) ** 2  # (subbands, bands)
    lags = np.arange(order + 1) * subbands / rate_hz  # folded by itself: cos does not ask
    spread = 2 * np.pi * (width * hz)[:, None] * lags
    share_damped = np.where(np.arange(bands) < SEMITONES, damped, 0.0)[:, None]
    shape = share_damped * np.exp(-spread) + (1 - share_damped) * np.exp(-0.5 * spread**2)
    found = np.cos(2 * np.pi * hz[:, None] * lags) * shape
    return np.asarray(gains[:, :, None] * found, np.float32)


def told_by_bands(config: FullbandConfig, rate_hz: int) -> Floats:
    """`autocorrelations` of a configuration: (subbands, bands, order + 1)."""
    return autocorrelations(
        config.bands, config.order, rate_hz, config.subbands, config.narrow, config.treble,
        config.damped,
    )  # fmt: skip


@cache
def blur(bands: int, window: int, rate_hz: int) -> NDArray[np.float64]:
    """How one unit of power in each band is measured: (bands measured, bands), columns of sum 1.

    Of semitones it is a tone in their middle, of the bands above noise that fills them.
    """
    hz, shares = centres_hz(bands), _shares(bands, window, rate_hz)
    octaves = np.linspace(-0.5 / COARSE, 0.5 / COARSE, 25)
    times = np.arange(window) / rate_hz
    found = np.zeros((bands, bands))
    for j in range(bands):
        for up in octaves if j >= SEMITONES else octaves[12:13]:
            tone = np.hanning(window) * np.exp(2j * np.pi * hz[j] * 2**up * times)
            found[:, j] += shares @ np.square(np.abs(np.fft.fft(tone)[: window // 2 + 1]))
    return np.asarray(found / np.maximum(found.sum(axis=0), FAINT), np.float64)


def told_power(levels_db: Floats, config: FullbandConfig, rate_hz: int) -> NDArray[np.float64]:
    """Power (frames, bands) that an outline (frames, features) tells of its bands.

    The window that bands are measured in lets a tone sound in its neighbours, too.  `sharpened` rounds of
    Richardson (1972) and Lucy (1974) give it back what is its own.
    """
    measured = power(levels_db[:, : config.bands]).astype(np.float64)
    if not config.sharpened:
        return measured
    spread = blur(config.bands, config.outline_window, rate_hz)
    found = measured
    for _ in range(config.sharpened):
        found = found * (measured / (found @ spread.T + FAINT) @ spread)
    return np.asarray(found, np.float64)


def power(levels_db: Floats) -> Floats:
    """Power of levels in dB; the floor stands for none."""
    return np.asarray(
        np.maximum(10 ** (np.asarray(levels_db, np.float64) / 10) - 10 ** (FLOOR_DB / 10), 0),
        np.float32,
    )


def told_rms(levels_db: Floats, config: FullbandConfig, rate_hz: int) -> Floats:
    """The level (frames, subbands), as RMS, that an outline (frames, features) says of subbands."""
    shares = told_by_bands(config, rate_hz)[:, :, 0]
    total = told_power(levels_db, config, rate_hz) @ shares.T.astype(np.float64)
    return np.sqrt(total + 1e-10).astype(np.float32)


def told_autocorrelation(
    levels_db: Floats, config: FullbandConfig, rate_hz: int
) -> NDArray[np.float64]:
    """What an outline (frames, features) tells the predictors: (frames, subbands, order + 1)."""
    of_bands = told_by_bands(config, rate_hz)
    strengths = told_power(levels_db, config, rate_hz)
    return np.ascontiguousarray(np.einsum("fb,kbo->fko", strengths, of_bands.astype(np.float64)))
