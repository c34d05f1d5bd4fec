"""Where a sound is cut: at the onsets that stand out most, found in its spectrum."""

from itertools import pairwise

import numpy as np

_WINDOW, _HOP = 1024, 256


def onset_cuts(sound: np.ndarray, slices: int) -> list[int]:
    """Return where each of so many slices begins, in frames; the last number is the sound's length.

    `sound` is (frames, channels). Where too few onsets stand out, the longest slices are halved.
    """
    mono = sound.mean(axis=1)
    cuts = [0]
    least = max(len(mono) // (slices * 4), _HOP)
    for frame in _onsets(mono):
        if len(cuts) >= slices:
            break
        if min(abs(frame - cut) for cut in [*cuts, len(mono)]) >= least:
            cuts.append(frame)
    while len(cuts) < slices:
        edges = [*sorted(cuts), len(mono)]
        begin, end = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
        cuts.append((begin + end) // 2)
    return [*sorted(cuts), len(mono)]


def _onsets(mono: np.ndarray) -> list[int]:
    """Return frames at which something begins, the clearest first (spectral flux)."""
    count = (len(mono) - _WINDOW) // _HOP
    if count < 3:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP][:count]
    spectra = np.log1p(100 * np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)))
    flux = np.maximum(np.diff(spectra, axis=0), 0).sum(axis=1)
    peaks = 1 + np.flatnonzero((flux[1:-1] > flux[:-2]) & (flux[1:-1] >= flux[2:]))
    # a window shows an onset as soon as its end has passed over it
    ordered = peaks[np.argsort(-flux[peaks], kind="stable")]
    return [_sharpened(mono, (int(peak) + 1) * _HOP + _WINDOW) for peak in ordered]


def _sharpened(mono: np.ndarray, near: int) -> int:
    """Return the frame close to `near` at which the level rises most."""
    first = max(near - _WINDOW, 0)
    level = np.convolve(np.abs(mono[first : near + _HOP]), np.ones(64) / 64, "full")
    rise = level[64:] - level[:-64]
    return first + max(int(rise.argmax()) - 32, 0)
