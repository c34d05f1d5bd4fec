"""Describes recorded hits as `HitShape`s: filters them into a body and bands, and follows each."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.struck.shape import (
    BANDS,
    BODY_HZ,
    EDGES_HZ,
    FLOOR_DB,
    LONGEST_S,
    MOMENTS_S,
    HitShape,
)

#: Filters ring on for so long after a sound, in seconds.
RINGS_S = 0.02
#: A hit begins where it first comes to this share of its loudest sample.
BEGINS = 0.05
#: Where a body is weaker than this, in dB, it has no pitch of its own.
PITCHED_DB = -45.0
#: The part of a hit in which tones are looked for, in seconds, and half the width of a tone's lobe in bins.
TONE_S, LOBE = (0.004, 0.204), 3


def shape_of(audio: Floats, rate_hz: int) -> HitShape:
    """Return the shape of a hit, mono audio (n,). Raises ValueError if it is silent."""
    sound = _from_its_beginning(np.asarray(audio, np.float64), rate_hz)
    size = 1 << int(np.ceil(np.log2(len(sound) + rate_hz // 4)))
    spectrum = np.fft.fft(sound, size)
    spectrum[size // 2 :] = 0  # an analytic signal has no negative frequencies
    spectrum *= 2
    freq_hz = np.arange(size) * (rate_hz / size)
    # what lies after the sound is what rings before its beginning, the other way around
    heard = len(sound) + round(RINGS_S * rate_hz)
    body = np.fft.ifft(spectrum * _mask(freq_hz, 0.0, BODY_HZ[1]))[:heard]
    body_power, hz = _followed_body(body, rate_hz)
    bands = (np.fft.ifft(spectrum * _mask(freq_hz, *band))[:heard] for band in pairwise(EDGES_HZ))
    powers = np.array([_followed(np.square(np.abs(band)), rate_hz) for band in bands])
    loudest = max((body_power + powers.sum(0)).max(), 1e-12)
    body_db, band_db = (
        np.maximum(10 * np.log10(each / loudest + 1e-12), FLOOR_DB) for each in (body_power, powers)
    )
    at, share = _tones(sound, rate_hz)
    octaves = _pitch(np.log2(hz), body_db)
    return HitShape(*(np.asarray(x, np.float32) for x in (octaves, body_db, band_db, at, share)))


def _from_its_beginning(sound: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Return a hit from its attack on, at most `LONGEST_S` of it."""
    loud = np.flatnonzero(np.abs(sound) > BEGINS * np.abs(sound).max(initial=0.0))
    if not len(loud) or np.abs(sound).max() < 1e-5:
        raise ValueError("it is silent")
    first = max(int(loud[0]) - round(0.0005 * rate_hz), 0)
    return sound[first : first + round(LONGEST_S * rate_hz)]


def _mask(freq_hz: NDArray[np.floating[Any]], low_hz: float, high_hz: float) -> NDArray[np.float64]:
    """Return the gain of a band whose edges are half a cosine wide as a fifth of the band."""
    wide = 0.2 * (high_hz - low_hz)
    up = np.clip((freq_hz - low_hz) / wide + 0.5, 0, 1) if low_hz else np.ones_like(freq_hz)
    down = np.clip((high_hz - freq_hz) / wide + 0.5, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * up) * np.sin(np.pi / 2 * down))


def _followed(power: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Return the mean of a power (n,) about each moment, half-way to its neighbours."""
    summed = np.concatenate([[0.0], np.cumsum(power)])
    ends = np.concatenate([[0.0], (MOMENTS_S[1:] + MOMENTS_S[:-1]) / 2, [LONGEST_S]])
    at = np.minimum((ends * rate_hz).astype(int), len(power))
    return np.asarray(np.diff(summed[at]) / np.maximum(np.diff(at), 1))


def _followed_body(
    body: NDArray[np.complex128], rate_hz: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the power of a body (n,) and its frequency in Hz at each moment."""
    turning = body[1:] * np.conj(body[:-1])
    power = np.square(np.abs(body))
    real, imaginary = (_followed(part, rate_hz) for part in (turning.real, turning.imag))
    hz = np.angle(real + 1j * imaginary) * rate_hz / (2 * np.pi)
    return _followed(power, rate_hz), np.clip(hz, *BODY_HZ)


def _pitch(octaves: NDArray[np.float64], body_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch of a body where it has one, and the nearest one elsewhere."""
    known = np.flatnonzero(body_db > PITCHED_DB)
    if not len(known):
        return np.full(len(octaves), 7.2)  # what is not heard lies in the middle
    return np.asarray(np.interp(np.arange(len(octaves)), known, octaves[known]))


def _tones(
    sound: NDArray[np.float64], rate_hz: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where in each band its tone lies, from 0 to 1, and its share of the power."""
    first, last = (round(each * rate_hz) for each in TONE_S)
    part = np.zeros(last - first)
    heard = sound[first:last]
    part[: len(heard)] = heard * np.hanning(2 * len(heard))[len(heard) :]  # loudest where it begins
    power = np.square(np.abs(np.fft.rfft(part)))
    bin_hz = rate_hz / len(part)
    at, share = np.full(BANDS, 0.5), np.zeros(BANDS)
    for band, (low, high) in enumerate(pairwise(EDGES_HZ)):
        begin, end = int(low / bin_hz), int(high / bin_hz) + 1
        if power[begin:end].sum() <= 0:
            continue
        peak = begin + int(power[begin:end].argmax())
        lobe = power[max(peak - LOBE, begin) : min(peak + LOBE + 1, end)].sum()
        usual = min(
            (2 * LOBE + 1) / (end - begin) * 2, 0.9
        )  # in noise the loudest lobe has that share
        share[band] = max(lobe / power[begin:end].sum() - usual, 0) / (1 - usual)
        at[band] = np.clip(np.log(peak * bin_hz / low) / np.log(high / low), 0, 1)
    return at, share
