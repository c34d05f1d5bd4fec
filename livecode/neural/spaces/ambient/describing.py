"""Describes recorded ambiences as `AmbienceShape`s: by statistics of a bank of filters over a long time."""

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.ambient.shape import (
    BANDS,
    EDGES_HZ,
    FALLS_S,
    FLOOR_DB,
    GRAINS_HZ,
    HEARD_POWERS,
    SPEEDS,
    SPEEDS_HZ,
    AmbienceShape,
)

Numbers = NDArray[np.float64]

#: At most so much of a sound is listened to, and at least so much, in seconds; shorter ones are repeated.
LONGEST_S, SHORTEST_S = 12.0, 3.0
#: Levels are read so often.
FRAMES_HZ = 100
#: Levels count down to this below the mean of their band, in dB.
LOWEST_DB = -45.0
#: A grain is counted where the power is this many times the usual, and this share of the strongest.
STANDS_OUT, STRONG = 5.0, 0.1
#: Modulation that noise has by itself is subtracted, with such a margin.
MARGIN = 1.2
#: Bands are heard in full above the first, and not at all below the second, in dB below the loudest.
HEARD_DB, UNHEARD_DB = -22.0, -42.0
#: Tones are looked for in windows of so many frames, at 48 kHz; half the width of a tone in Hz.
WINDOW, TONE_HZ = 16_384, 8.0


#: What is measured of an ambience that is played is less than what it was asked for: depths of each speed by
#: such factors, what is no grain by such a power, and grains are missed where they overlap.
PLAYED_DEPTHS, PLAYED_SHARE, PLAYED_COUNTS = (1.4, 1.5, 1.3, 1.5), 1.7, 1.8

#: How much bands that do not move are said to move together.
UNKNOWN_TOGETHER = 0.3


class _Watched(NamedTuple):
    """What is measured of the levels of all bands."""

    levels: Numbers  # (BANDS,): power
    swings: NDArray[np.complex128]  # (BANDS, bins): spectra of the log levels, in dB
    freq_hz: NDArray[np.floating[Any]]  # (bins,)
    moved: Numbers  # (SPEEDS, BANDS): variances in dB²
    spiky_db: Numbers  # (BANDS,): the mean power beside the median
    counts_hz: Numbers  # (BANDS,): grains
    lasting_s: Numbers  # (BANDS,): how long the power resembles itself
    spikes: Numbers  # (BANDS, frames)


def shape_of(audio: Floats, rate_hz: int) -> AmbienceShape:
    """Return the shape of an ambience, mono audio (n,). Raises ValueError if it is silent."""
    sound = np.asarray(audio, np.float64)[: round(LONGEST_S * rate_hz)]
    if not len(sound) or np.abs(sound).max() < 1e-5:
        raise ValueError("it is silent")
    sound = np.tile(sound, int(np.ceil(SHORTEST_S * rate_hz / len(sound))))
    seen, plain = _watched(sound, rate_hz), _plain(rate_hz)
    level_db = 10 * np.log10(seen.levels / seen.levels.sum() + 1e-12)
    by_ear = level_db + 10 * np.log10(HEARD_POWERS)
    counts = np.clip((by_ear - by_ear.max() - UNHEARD_DB) / (HEARD_DB - UNHEARD_DB), 0, 1)
    variance = np.maximum(seen.moved - MARGIN * plain.moved, 0.0)
    regular, rates = _regular(seen, variance * counts)
    share = 1 - 10 ** (-np.maximum(seen.spiky_db - plain.spiky_db - 1.0, 0.0) / 10)
    share *= 1 - np.max(regular[2:])
    depths = np.sqrt(variance) * np.where(np.arange(SPEEDS)[:, None] < 2, 1.0, (1 - share) ** 2)
    falls = np.clip(2 * (seen.lasting_s - plain.lasting_s), *FALLS_S)
    tone_at, tone_share = _tones(sound, rate_hz)
    own = np.sqrt(variance / np.maximum(seen.moved, 1e-9))  # what is not by noise alone
    together = [
        _together(seen, speed, depths[speed] * counts, own[speed]) for speed in range(SPEEDS)
    ]
    together.append(_correlation(seen.spikes, share * counts, np.ones(BANDS)))
    depths *= np.array(PLAYED_DEPTHS)[:, None]
    share = 1 - (1 - share) ** PLAYED_SHARE
    numbers = (
        depths, share, np.log2(np.clip(PLAYED_COUNTS * seen.counts_hz, *GRAINS_HZ)), np.log2(falls),
        tone_share,
    )  # fmt: skip
    usual = [_usual(each, counts) for each in numbers]
    shape = (np.maximum(level_db, FLOOR_DB), *usual, tone_at, np.log2(rates), regular, together)
    return AmbienceShape(*(np.asarray(each, np.float32) for each in shape))


def _usual(numbers: Numbers, counts: Numbers) -> Numbers:
    """Return numbers (..., BANDS) where bands are heard, and their mean elsewhere."""
    mean = (numbers @ counts / counts.sum())[..., None]
    return np.asarray(mean + counts * (numbers - mean))


@lru_cache(maxsize=2)
def _plain(rate_hz: int) -> _Watched:
    """Return what is measured of noise that does not move."""
    noise = np.random.default_rng(1).standard_normal(round(LONGEST_S * rate_hz))
    return _watched(noise, rate_hz)


def _watched(sound: Numbers, rate_hz: int) -> _Watched:
    seconds = len(sound) / rate_hz
    spectrum = np.fft.rfft(sound)
    frames = int(seconds * FRAMES_HZ)
    window = np.hanning(frames)
    freq_hz = np.fft.rfftfreq(frames, 1 / FRAMES_HZ)
    levels, logs, spiky, counts, lasting, spikes = [], [], [], [], [], []
    for low, high in pairwise(EDGES_HZ):
        power, power_hz = _power(spectrum, seconds, low, high)
        levels.append(power.mean())
        power = power / max(power.mean(), 1e-20)
        log = 10 * np.log10(_averaged(power, frames) + 10 ** (LOWEST_DB / 10))
        logs.append(log - log.mean())
        slow = np.fft.irfft(np.fft.rfft(logs[-1]) * (freq_hz < SPEEDS_HZ[1, 1]), frames)
        fine_s = max(1 / (high - low), 0.0025)
        fine = _averaged(power, min(int(seconds / fine_s), len(power)))
        fine /= 10 ** (
            np.interp(np.linspace(0, 1, len(fine)), np.linspace(0, 1, frames), slow) / 10
        )
        median = np.median(fine) + 1e-9
        spiky.append(10 * np.log10(fine.mean() / median))
        threshold = max(STANDS_OUT * median, STRONG * float(np.percentile(fine, 99.9)))
        above = fine > threshold
        counts.append(np.count_nonzero(above[1:] & ~above[:-1]) / seconds)
        lasting.append(_lasting(power / np.interp(
            np.linspace(0, 1, len(power)), np.linspace(0, 1, frames), 10 ** (slow / 10)
        ), power_hz))  # fmt: skip
        spikes.append(np.minimum(_averaged(power, frames) / 10 ** (slow / 10) / median, 30.0))
    swings = np.fft.rfft(np.array(logs) * window) * np.sqrt(2 / np.square(window).sum() / frames)
    ranges = [(freq_hz >= low) & (freq_hz < high) for low, high in SPEEDS_HZ]
    moved = np.array([np.square(np.abs(swings[:, each])).sum(1) for each in ranges])
    return _Watched(
        np.array(levels), swings, freq_hz, moved, np.array(spiky), np.array(counts),
        np.array(lasting), np.array(spikes),
    )  # fmt: skip


def _power(
    spectrum: NDArray[np.complex128], seconds: float, low_hz: float, high_hz: float
) -> tuple[Numbers, float]:
    """Return the power of a band as often as it can change, and how often a second that is."""
    wide = 0.5 * (high_hz - low_hz)
    first, last = int((low_hz - wide / 2) * seconds), int((high_hz + wide / 2) * seconds) + 1
    last = min(last, len(spectrum))
    freq_hz = np.arange(first, last) / seconds
    up = np.clip((freq_hz - low_hz) / wide + 0.5, 0, 1)
    down = np.clip((high_hz - freq_hz) / wide + 0.5, 0, 1)
    part = spectrum[first:last] * np.sin(np.pi / 2 * up) * np.sin(np.pi / 2 * down)
    size = 1 << int(np.ceil(np.log2(max(2 * len(part), 400 * seconds))))
    return np.square(np.abs(np.fft.ifft(part, size))) * size**2, size / seconds


def _averaged(power: Numbers, frames: int) -> Numbers:
    """Return the mean of a power (n,) over so many equal parts."""
    summed = np.concatenate([[0.0], np.cumsum(power)])
    ends = np.linspace(0, len(power), frames + 1)
    return np.asarray(
        np.diff(np.interp(ends, np.arange(len(summed)), summed)) * frames / len(power)
    )


def _lasting(power: Numbers, power_hz: float) -> float:
    """Return the time in seconds after which a power resembles itself by 37 % only."""
    spread = np.minimum(power, 40.0) - np.minimum(power, 40.0).mean()
    alike = np.fft.irfft(np.square(np.abs(np.fft.rfft(spread, 2 * len(spread)))))
    alike = alike[: max(int(1.5 * power_hz), 2)] / max(alike[0], 1e-20)
    under = np.flatnonzero(alike < np.exp(-1))
    if not len(under):
        return 1.5
    at = int(under[0])
    share = (alike[at - 1] - np.exp(-1)) / max(alike[at - 1] - alike[at], 1e-9)
    return float((at - 1 + share) / power_hz)


def _regular(seen: _Watched, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Return how regular each speed is, (SPEEDS,), and its rate in Hz, (SPEEDS,)."""
    regular, rates = np.zeros(SPEEDS), np.sqrt(SPEEDS_HZ.prod(1))
    for speed, (low, high) in enumerate(SPEEDS_HZ):
        inside = (seen.freq_hz >= low) & (seen.freq_hz < high)
        if weights[speed].sum() < 1e-3 or inside.sum() < 2:
            continue
        shares = np.square(np.abs(seen.swings[:, inside])) / (seen.moved[speed][:, None] + 1e-9)
        spectrum = weights[speed] @ shares / weights[speed].sum()
        freq_hz = seen.freq_hz[inside]
        peak = int(spectrum.argmax())
        reach = max(2, round(0.06 * freq_hz[peak] / seen.freq_hz[1]))
        lobe = spectrum[max(peak - reach, 0) : peak + reach + 1].sum()
        usual = min((2 * reach + 1) / len(spectrum) * 2, 0.9)
        regular[speed] = np.clip((lobe - usual) / (0.9 - 0.9 * usual), 0, 1) if speed else 0.0
        middle = float(spectrum @ np.log2(freq_hz) / spectrum.sum())
        rates[speed] = 2 ** (middle + regular[speed] * (np.log2(freq_hz[peak]) - middle))
    return regular, rates


def _together(seen: _Watched, speed: int, weights: Numbers, own: Numbers) -> float:
    """Return how much bands move at one time at a speed, from 0 to 1."""
    low, high = SPEEDS_HZ[speed]
    inside = (seen.freq_hz >= low) & (seen.freq_hz < high)
    if not inside.any():  # the sound is too short for it
        return UNKNOWN_TOGETHER
    return _correlation(seen.swings[:, inside], weights, own)


def _correlation(series: NDArray[np.inexact], weights: Numbers, own: Numbers) -> float:
    """Return the mean correlation of bands with each other, (BANDS, n), each weighed.

    Of the size of each, `own` (BANDS,) is what could go together at all.
    """
    parts = np.asarray(series - series.mean(1, keepdims=True) * np.isrealobj(series))
    sizes = np.sqrt(np.square(np.abs(parts)).mean(1)) + 1e-9
    parts = parts / sizes[:, None] * weights[:, None]
    pairs = (weights @ own) ** 2 - np.square(weights * own).sum()
    if pairs < 1e-6:
        return UNKNOWN_TOGETHER
    whole = float(np.square(np.abs(parts.sum(0))).mean()) - float(np.square(weights).sum())
    return float(np.clip(whole / pairs, 0, 1))


def _tones(sound: Numbers, rate_hz: int) -> tuple[Numbers, Numbers]:
    """Return where in each band its tone lies, from 0 to 1, and its share of the power."""
    size = min(WINDOW, len(sound))
    parts = np.lib.stride_tricks.sliding_window_view(sound, size)[:: size // 2]
    power = np.square(np.abs(np.fft.rfft(parts * np.hanning(size)))).mean(0)
    bin_hz = rate_hz / size
    reach = max(round(TONE_HZ / bin_hz), 2)
    at, share = np.full(BANDS, 0.5), np.zeros(BANDS)
    for band, (low, high) in enumerate(pairwise(EDGES_HZ)):
        begin, end = int(low / bin_hz), min(int(high / bin_hz) + 1, len(power))
        if end <= begin or power[begin:end].sum() <= 0:
            continue
        peak = begin + int(power[begin:end].argmax())
        lobe = power[max(peak - reach, begin) : min(peak + reach + 1, end)].sum()
        usual = min((2 * reach + 1) / (end - begin) * 1.6, 0.9)
        share[band] = max(lobe / power[begin:end].sum() - usual, 0) / (1 - usual)
        at[band] = np.clip(np.log(peak * bin_hz / low) / np.log(high / low), 0, 1)
    return at, share
