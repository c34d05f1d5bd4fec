"""What a judge hears of a piece of sound: how it moves and rings, and nothing that models are fitted by.

Models are trained on outlines and fitted by levels of mel bands, flatness and onsets.  None of these is
here: a judge would find again what was put in.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: All sound is judged at this rate, so that no source is known by the treble that it lacks.
RATE_HZ = 16_000
#: Bands as wide as an ear's (Glasberg and Moore 1990), in groups of which figures are means.
BANDS, GROUPS, LOWEST_HZ, HIGHEST_HZ = 30, 6, 60.0, 6500.0
SKIRT = 4.0  # bandwidths from the centre, where a band is 49 dB down
#: Envelopes are as loudness is (Stevens's power law), and so many a second.
POWER, ENVELOPE_HZ = 0.3, 400
#: Edges of the bands of modulation, in Hz.
MODULATION_HZ = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
#: Bands that are so far apart have envelopes that agree so much.
APART = (1, 2, 3, 5, 8, 13, 20)
#: Cepstra: so many, 50 a second, and how much they change within 60 ms.
CEPSTRA, CEPSTRA_HZ, CHANGE = 12, 50, 3
WINDOW_S, HOP_S = 0.064, 0.032
#: Periods are looked for from 60 Hz to 1 kHz.
PERIOD_HZ = (60.0, 1000.0)
#: Edges of the bands of contrast, and the share of the bins that makes a peak or a valley.
CONTRAST_HZ, EXTREME = (100, 200, 400, 800, 1600, 3200, 6400), 0.1
FLOOR = 1e-9


def features(audio: NDArray[np.floating]) -> dict[str, Floats]:
    """The figures (n,) of each family of a piece of audio (m,) at RATE_HZ, whatever its level."""
    sound = np.asarray(audio, np.float64) - np.mean(audio)
    sound = sound / (np.sqrt(np.square(sound).mean()) + FLOOR)
    envelopes = _envelopes(sound)
    frames = _frames(sound)
    return {
        "modulation": _modulation(envelopes),
        "envelopes": np.concatenate([_shape(envelopes), _agreement(envelopes)]),
        "cepstra": _cepstral_change(envelopes),
        "crossings": _crossings(sound),
        "periods": _periods(frames),
        "contrast": _contrast(frames),
    }


def _centres() -> tuple[Floats, Floats]:
    """Centre frequencies and bandwidths (BANDS,) in Hz."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOWEST_HZ, HIGHEST_HZ))
    centres = (10 ** (np.linspace(low, high, BANDS) / 21.4) - 1) / 0.00437
    return centres, 1.019 * 24.7 * (1 + 0.00437 * centres)


def _envelopes(sound: Floats) -> Floats:
    """Compressed envelopes (BANDS, time) of a gammatone-like bank, ENVELOPE_HZ a second."""
    hop = RATE_HZ // ENVELOPE_HZ
    frames = len(sound) // hop
    count = frames * hop
    spectrum = np.fft.rfft(sound[:count])
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    rows = np.empty((BANDS, frames))
    for i, (centre, width) in enumerate(zip(*_centres(), strict=True)):
        low, high = np.searchsorted(hz, (centre - SKIRT * width, centre + SKIRT * width))
        share = (1 + np.square((hz[low:high] - centre) / width)) ** -2.0
        finer = -(-(high - low) // frames)
        shifted = np.zeros(
            finer * frames, np.complex128
        )  # an envelope is the same at any frequency
        shifted[: high - low] = spectrum[low:high] * share
        envelope = np.abs(np.fft.ifft(shifted)) * (2 * finer / hop)
        rows[i] = envelope.reshape(frames, finer).mean(axis=1)
    return np.asarray((rows + 1e-5) ** POWER, np.float64)


def _grouped(rows: Floats) -> Floats:
    return np.asarray(rows.reshape(GROUPS, BANDS // GROUPS, -1).mean(axis=1).ravel(), np.float64)


def _modulation(envelopes: Floats) -> Floats:
    """Depth in dB of each band of modulation, in each group."""
    mean = envelopes.mean(axis=1, keepdims=True)
    moving = (envelopes - mean) / mean * np.hanning(envelopes.shape[1])
    power = np.abs(np.fft.rfft(moving, axis=1) / envelopes.shape[1]) ** 2
    hz = np.fft.rfftfreq(envelopes.shape[1], 1 / ENVELOPE_HZ)
    edges = np.searchsorted(hz, MODULATION_HZ)
    depth = [power[:, a:b].sum(axis=1) for a, b in pairwise(edges)]
    return np.asarray(10 * np.log10(_grouped(np.stack(depth, axis=1)) + FLOOR), np.float64)


def _shape(envelopes: Floats) -> Floats:
    """Spread, skewness and kurtosis of envelopes, as in textures of McDermott and Simoncelli (2011)."""
    mean, spread = envelopes.mean(axis=1, keepdims=True), envelopes.std(axis=1, keepdims=True)
    unit = (envelopes - mean) / (spread + FLOOR)
    skewness, kurtosis = ((unit**n).mean(axis=1, keepdims=True) for n in (3, 4))
    return _grouped(np.hstack([np.log(spread / mean + 1e-3), skewness, np.log(kurtosis + 1e-3)]))


def _agreement(envelopes: Floats) -> Floats:
    """Correlation of the envelopes of bands that are so far apart: its mean and its spread."""
    agreed = np.corrcoef(envelopes)
    lines = [np.diagonal(agreed, apart) for apart in APART]
    return np.array([figure for line in lines for figure in (line.mean(), line.std())])


def _cepstral_change(envelopes: Floats) -> Floats:
    """How fast each cepstrum changes, and how fast that does, on a logarithmic scale."""
    hop = ENVELOPE_HZ // CEPSTRA_HZ
    count = envelopes.shape[1] // hop * hop
    slow = np.log(envelopes[:, :count].reshape(BANDS, -1, hop).mean(axis=2)) / POWER
    turns = np.outer(np.arange(1, CEPSTRA + 1), np.arange(BANDS) + 0.5) * np.pi / BANDS
    cepstra = np.cos(turns) @ slow
    first = cepstra[:, CHANGE:] - cepstra[:, :-CHANGE]
    second = first[:, CHANGE:] - first[:, :-CHANGE]
    return np.asarray(np.log(np.concatenate([first.std(1), second.std(1)]) + 1e-3), np.float64)


def _frames(sound: Floats) -> Floats:
    size, hop = round(WINDOW_S * RATE_HZ), round(HOP_S * RATE_HZ)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(sound, size)[::hop])


def _crossings(sound: Floats) -> Floats:
    """How often sound crosses zero in a frame, and how that is spread."""
    hop = round(HOP_S * RATE_HZ)
    changes = np.diff(np.signbit(sound)).astype(np.float64)
    rates = np.log(changes[: len(changes) // hop * hop].reshape(-1, hop).mean(axis=1) + 1e-3)
    return np.array([rates.mean(), rates.std(), *np.percentile(rates, (10, 90))])


def _periods(frames: Floats) -> Floats:
    """How periodic frames are, where their period is, and how long it stays."""
    size = frames.shape[1]
    window = np.hanning(size)
    at = slice(round(RATE_HZ / PERIOD_HZ[1]), round(RATE_HZ / PERIOD_HZ[0]))
    correlation = _autocorrelation(frames * window)
    correlation = correlation[:, at] / (correlation[:, :1] + FLOOR)
    own = _autocorrelation(window[None])
    correlation = correlation / (own[:, at] / own[:, :1])
    best = correlation.max(axis=1)
    octaves = np.log2(correlation.argmax(axis=1) + at.start)
    stays = np.abs(np.diff(octaves)) < 0.5 / 12
    return np.array(
        [best.mean(), best.std(), *np.percentile(best, (10, 50, 90)), octaves.mean(), octaves.std(),
         float(stays.mean())]
    )  # fmt: skip


def _autocorrelation(rows: Floats) -> Floats:
    power = np.abs(np.fft.rfft(rows, 2 * rows.shape[1], axis=1)) ** 2
    return np.asarray(np.fft.irfft(power, axis=1))


def _contrast(frames: Floats) -> Floats:
    """How far peaks are above valleys in each octave (Jiang 2002): the mean in dB, and its spread."""
    levels = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1))
    db = 20 * np.log10(levels + 1e-4)
    hz = np.fft.rfftfreq(frames.shape[1], 1 / RATE_HZ)
    found = []
    for low, high in pairwise(CONTRAST_HZ):
        inside = np.sort(db[:, (hz >= low) & (hz < high)], axis=1)
        most = max(1, round(EXTREME * inside.shape[1]))
        contrast = inside[:, -most:].mean(axis=1) - inside[:, :most].mean(axis=1)
        found += [contrast.mean(), contrast.std()]
    return np.array(found)
