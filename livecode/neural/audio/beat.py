"""Tempo and beat of music, found from its sound: autocorrelation of the onset envelope, and a comb."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Onsets are looked for so many times a second, in windows of so many seconds.
ENVELOPE_HZ, WINDOW_S = 200, 0.032
#: Tempi that are looked for, in beats a minute: an octave, so that one of double and half is right.
SLOWEST_BPM, FASTEST_BPM = 72.0, 144.0
FINE = 0.002  # how far apart tempi are tried, as a share
#: Multiples of a beat at which the autocorrelation is read, and how much each counts: bars count most.
MULTIPLES = np.arange(1, 9)
COUNTS = np.array([1, 1, 1, 2, 1, 1, 1, 2])
USUAL_BPM, SPREAD = 108.0, 2.0  # a tempo is likelier near this one, by a bell of so many octaves
#: A beat is one whose comb gathers so much more than the mean of all phases.
CLEAR = 2.0
BEATS = 4  # of a bar
SHORTEST_S = 6.0  # of a piece with a beat
NEAR = 0.02  # how far from the tempo of the autocorrelation that of the comb may be, as a share
BINS = 48  # of a beat, in which onsets are counted
FIRST = 0.5  # of a loud onset: how much sound rises where a piece begins
LOW_HZ, HIGH_HZ = 150.0, 1500.0


class Beat(NamedTuple):
    """A steady beat: its tempo, the second at which its first bar begins, and how much it stands out."""

    bpm: float
    first_s: float
    clear: float

    def at(self, seconds: Floats) -> tuple[Floats, Floats]:
        """Where in the beat and where in the bar these times are, both from 0 to 1."""
        beats = (np.asarray(seconds, np.float64) - self.first_s) * self.bpm / 60
        return beats % 1.0, beats / BEATS % 1.0


def onset_envelopes(audio: NDArray[np.floating], rate_hz: int) -> Floats:
    """How much sound rises below LOW_HZ, between, above HIGH_HZ: (3, n), ENVELOPE_HZ times a second."""
    hop, size = rate_hz // ENVELOPE_HZ, round(WINDOW_S * rate_hz)
    padded = np.pad(np.asarray(audio, np.float32), (size // 2, size))
    shape = np.hanning(size).astype(np.float32)
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    parts = [hz < LOW_HZ, (hz >= LOW_HZ) & (hz < HIGH_HZ), hz >= HIGH_HZ]
    count = len(audio) // hop
    levels = np.empty((count, 3))
    for begin in range(0, count, 1024):
        end = min(begin + 1024, count)
        rows = np.lib.stride_tricks.sliding_window_view(padded, size)[begin * hop : end * hop : hop]
        power = np.abs(np.fft.rfft(rows * shape, axis=1)) ** 2
        for i, part in enumerate(parts):
            levels[begin:end, i] = power[:, part].sum(axis=1)
    loud = np.percentile(levels, 99, axis=0) if count else np.ones(3)
    scaled = np.log1p(1000 * levels / np.maximum(loud, 1e-12))
    return np.maximum(np.diff(scaled, axis=0, prepend=0.0), 0).T


def tempo_of(envelope: Floats, step_s: float) -> float:
    """The tempo in beats a minute of an onset envelope (n,), whose steps last `step_s`."""
    centred = envelope - envelope.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    found = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[: len(centred)]
    found = found / np.arange(len(found), 0, -1)
    steps = round(np.log(FASTEST_BPM / SLOWEST_BPM) / FINE)
    bpm = SLOWEST_BPM * np.exp(FINE * np.arange(steps))
    lags = MULTIPLES * (60 / step_s / bpm)[:, None]
    lags = np.minimum(lags, len(found) - 2)
    low = lags.astype(int)
    read = found[low] + (lags - low) * (found[low + 1] - found[low])
    usual = np.exp(-0.5 * (np.log2(bpm / USUAL_BPM) / SPREAD) ** 2)
    return float(bpm[int((read @ COUNTS * usual).argmax())])


def beat_of(audio: NDArray[np.floating], rate_hz: int) -> Beat | None:
    """The steady beat of a piece of sound (n,); None where there is none that stays.

    Bars are of four beats, and the first begins with the piece: with its first loud onset.
    """
    parts = onset_envelopes(audio, rate_hz)
    envelope = parts.sum(axis=0)
    step_s = (rate_hz // ENVELOPE_HZ) / rate_hz
    if len(envelope) * step_s < SHORTEST_S or not envelope.any():
        return None
    bpm, phase, clear = _combed(envelope + parts[0], tempo_of(envelope, step_s), step_s)
    if clear < CLEAR:
        return None
    loud = envelope >= FIRST * np.percentile(envelope[envelope > 0], 95)
    halves = round(2 * (int(loud.argmax()) * step_s * bpm / 60 - phase))
    return Beat(bpm, (phase + halves / 2) * 60 / bpm, clear)


def _combed(envelope: Floats, near: float, step_s: float) -> tuple[float, float, float]:
    """Tempo near a tempo, and the phase in beats, at which most onsets are together, and how many are."""
    at = np.flatnonzero(envelope)
    weight, seconds = envelope[at], at * step_s
    beats = len(envelope) * step_s * near / 60
    tried = near * (1 + np.arange(-NEAR, NEAR, 0.1 / beats))
    sums = [
        sum(abs((weight * np.exp(2j * np.pi * k * tempo / 60 * seconds)).sum()) for k in (1, 2, 4))
        for tempo in tried
    ]
    tempo = float(tried[int(np.argmax(sums))])
    place = (seconds * tempo / 60 % 1.0 * BINS).astype(int) % BINS
    folded = np.bincount(place, weight, BINS)
    together = folded + 0.6 * (np.roll(folded, 1) + np.roll(folded, -1))
    peak = int(together.argmax())
    return tempo, (peak + 0.5) / BINS, float(together[peak] / max(together.mean(), 1e-12))
