"""Descriptors of timbre, measured on magnitudes, with which axes can be aligned."""

from collections.abc import Callable

import numpy as np

from livecode.neural.audio.spectrum import Floats

QUIET = 1e-9  # the power below which a bin counts as empty


def _centroid(power: Floats, freq_hz: Floats) -> Floats:
    """Log2 of the power spectrum's centre of gravity, in octaves above 1 Hz."""
    result: Floats = np.log2((power @ freq_hz) / power.sum(-1))
    return result


def _spread(power: Floats, freq_hz: Floats) -> Floats:
    """Log2 of the standard deviation of frequency around the centroid, in octaves above 1 Hz."""
    total = power.sum(-1)
    mean = (power @ freq_hz) / total
    variance = (power @ np.square(freq_hz)) / total - np.square(mean)
    result: Floats = 0.5 * np.log2(np.maximum(variance, 1.0))
    return result


def _flatness(power: Floats, freq_hz: Floats) -> Floats:
    """Geometric over arithmetic mean of the power below 10 kHz, in dB; 0 is white noise."""
    heard = np.maximum(power[..., freq_hz < 10_000], QUIET)
    result: Floats = 10 * (np.log10(heard).mean(-1) - np.log10(heard.mean(-1)))
    return result


def _slope(power: Floats, freq_hz: Floats) -> Floats:
    """Slope of the level over log frequency from 100 Hz to 10 kHz, in dB per octave."""
    inside = (freq_hz > 100) & (freq_hz < 10_000)
    octaves = np.log2(freq_hz[inside])
    weight = 1 / freq_hz[inside]  # bins are denser at high frequencies
    octaves = octaves - (weight @ octaves) / weight.sum()
    level_db = 10 * np.log10(np.maximum(power[..., inside], QUIET))
    result: Floats = (level_db @ (weight * octaves)) / (weight @ np.square(octaves))
    return result


#: Name -> function that takes power (n, bins) and frequencies (bins,) in Hz and returns (n,).
DESCRIPTORS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "centroid": _centroid,
    "spread": _spread,
    "flatness": _flatness,
    "slope": _slope,
}
ALIGNABLE = ("pitch", *DESCRIPTORS)


def described(name: str, mags: Floats, freq_hz: Floats) -> Floats:
    """Return one descriptor, (n,), of magnitudes (n, bins) at frequencies (bins,) in Hz."""
    power = np.square(mags) + np.float32(1e-20)
    return np.asarray(DESCRIPTORS[name](power, freq_hz), np.float32)
