"""What streams are judged by: silence, onsets, tuning, roar, and the distance of two sounds' spectra."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.loudness import TARGET_LUFS, lufs

Floats = NDArray[np.float64]

BANDS = 64
LOWEST_HZ = 50.0
WINDOW_S, HOP_S = 0.064, 0.016
FLOOR_DB = -100.0
#: A window of so many seconds is silent below this.
SILENT_S, SILENT_DB = 0.05, -60.0
#: An onset: the mean rise of the bands within 48 ms stands out of a second's median by so much, and
#: no greater one is within 80 ms.
RISE_DB, APART_S, RISE_HOPS = 2.0, 0.08, 3
#: Tuning is heard in windows of half a second, by peaks from A2 up to A6.
PITCH_WINDOW_S, PITCH_HZ = 0.5, (110.0, 1760.0)
#: Pieces of a source are as long as a take.
PIECE_S = 10.0


@dataclass(frozen=True)
class Spectra:
    """Mean (BANDS,) and covariance (BANDS, BANDS) of the bands' levels in dB over frames."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, bands: Floats) -> Self:
        """The spectra of bands (frames, BANDS)."""
        return cls(bands.mean(axis=0), np.cov(bands, rowvar=False))

    def distance(self, other: "Spectra") -> float:
        """The Fréchet distance of the two as Gaussians, in dB² a band (Dowson and Landau 1982)."""
        root = _root(self.covariance)
        cross = np.trace(_root(root @ other.covariance @ root))
        spread = np.trace(self.covariance) + np.trace(other.covariance) - 2 * cross
        return float((np.square(self.mean - other.mean).sum() + max(spread, 0.0)) / BANDS)


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T, np.float64)


@dataclass(frozen=True)
class Heard:
    """The figures of some sound."""

    silent: float  # share of the time
    level_db: float  # median of 50 ms, in dBFS
    onsets: float  # a second
    clarity: float  # 0 to 1: how much of what has a pitch is at one place within the semitones
    flatness: float  # of the mean spectrum, 0 to 1
    spectra: Spectra
    between: float  # distance of pieces, on average
    loudest_db: float  # 99th percentile of the level of 50 ms
    flattest: float  # 99th percentile of frames' flatness


def at_target(audio: NDArray[np.floating], rate_hz: int) -> Floats:
    """Audio (n,) at the loudness of all voices, without its constant part."""
    sound = np.asarray(audio, np.float64) - np.mean(audio)
    loudness = lufs(sound, rate_hz)
    gain = 10 ** ((TARGET_LUFS - loudness) / 20) if np.isfinite(loudness) else 1.0
    return np.asarray(sound * gain, np.float64)


def heard(pieces: Sequence[Floats], rate_hz: int) -> Heard:
    """The figures of pieces of one sound, each (n,), in full scale."""
    bands = [mel_levels(piece, rate_hz) for piece in pieces]
    levels = np.concatenate([window_levels(piece, rate_hz) for piece in pieces])
    power = np.mean([spectrum(piece, rate_hz).mean(axis=0) for piece in pieces], axis=0)
    seconds = sum(len(piece) for piece in pieces) / rate_hz
    apart = [Spectra.of(each) for each in bands]
    pairs = [a.distance(b) for a, b in combinations(apart, 2)]
    return Heard(
        silent=float((levels < SILENT_DB).mean()),
        level_db=float(np.median(levels)),
        onsets=sum(onsets(each) for each in bands) / seconds,
        clarity=float(np.mean([clarity(piece, rate_hz) for piece in pieces])),
        flatness=_flatness(power),
        spectra=Spectra.of(np.concatenate(bands)),
        between=float(np.mean(pairs)) if pairs else 0.0,
        loudest_db=float(np.percentile(levels, 99)),
        flattest=float(np.percentile(np.concatenate([flatnesses(p, rate_hz) for p in pieces]), 99)),
    )


def roars(piece: Floats, rate_hz: int, loudest_db: float, flattest: float) -> float:
    """The share of windows that are both louder and flatter than what is given."""
    levels, flat = window_levels(piece, rate_hz), flatnesses(piece, rate_hz)
    count = min(len(levels), len(flat))
    return float(((levels[:count] > loudest_db) & (flat[:count] > flattest)).mean())


def window_levels(audio: Floats, rate_hz: int) -> Floats:
    """Levels of windows of 50 ms in dBFS."""
    size = round(SILENT_S * rate_hz)
    power = np.square(audio[: len(audio) // size * size]).reshape(-1, size).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-12), np.float64)


def flatnesses(audio: Floats, rate_hz: int) -> Floats:
    """Flatness, geometric over arithmetic mean of the power, of windows of 50 ms (Johnston 1988)."""
    size = round(SILENT_S * rate_hz)
    rows = audio[: len(audio) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(rows, axis=1)[:, 2:]) ** 2 + 1e-12
    return np.asarray(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1), np.float64)


def _flatness(power: Floats) -> float:
    safe = power[4:] + 1e-14
    return float(np.exp(np.log(safe).mean()) / safe.mean())


def spectrum(audio: Floats, rate_hz: int) -> Floats:
    """Power (frames, bins) in Hann windows of 64 ms, 16 ms apart; 1 is a sine at full scale."""
    size, hop = round(WINDOW_S * rate_hz), round(HOP_S * rate_hz)
    padded = np.pad(audio, (0, max(0, size - len(audio))))
    rows = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    window = np.hanning(size)
    return np.asarray(np.abs(np.fft.rfft(rows * window, axis=1) * (2 / window.sum())) ** 2)


def mel_levels(audio: Floats, rate_hz: int) -> Floats:
    """Levels (frames, BANDS) in dB of mel bands from LOWEST_HZ to the Nyquist frequency."""
    power = spectrum(audio, rate_hz)
    size = round(WINDOW_S * rate_hz)
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    mel, edges = _mel(hz), _mel_edges(rate_hz)
    rises = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falls = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    shares = np.maximum(np.minimum(rises, falls), 0)
    return np.asarray(10 * np.log10(power @ shares + 10 ** (FLOOR_DB / 10)), np.float64)


def mel_centres_hz(rate_hz: int) -> Floats:
    """The middles (BANDS,) of mel bands in Hz."""
    return np.asarray(700 * (10 ** (_mel_edges(rate_hz)[1:-1] / 2595) - 1), np.float64)


def _mel(hz: NDArray[np.floating]) -> Floats:
    return np.asarray(2595 * np.log10(1 + hz / 700), np.float64)


def _mel_edges(rate_hz: int) -> Floats:
    lowest, highest = _mel(np.array([LOWEST_HZ, rate_hz / 2]))
    return np.linspace(lowest, highest, BANDS + 2)


def onsets(bands: Floats) -> int:
    """How many attacks are in bands (frames, BANDS): peaks of the spectral flux."""
    audible = np.maximum(bands, SILENT_DB)
    rise = np.zeros(len(bands))
    rise[RISE_HOPS:] = np.maximum(audible[RISE_HOPS:] - audible[:-RISE_HOPS], 0).mean(axis=1)
    around = round(0.5 / HOP_S)
    padded = np.pad(rise, around, mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * around + 1), axis=1)
    near = round(APART_S / HOP_S)
    wide = np.pad(rise, near)
    most = np.lib.stride_tricks.sliding_window_view(wide, 2 * near + 1).max(axis=1)
    return int(((rise == most) & (rise > usual[: len(rise)] + RISE_DB)).sum())


def clarity(audio: Floats, rate_hz: int) -> float:
    """How far the pitches of audio (n,) keep to one tuning in semitones, from 0 to 1."""
    size = round(PITCH_WINDOW_S * rate_hz)
    if len(audio) < size:
        return 0.0
    rows = np.lib.stride_tricks.sliding_window_view(audio, size)[:: size // 2]
    levels = np.abs(np.fft.rfft(rows * np.hanning(size), 4 * size, axis=1))
    hz = np.fft.rfftfreq(4 * size, 1 / rate_hz)
    peak = (levels[:, 1:-1] > levels[:, :-2]) & (levels[:, 1:-1] >= levels[:, 2:])
    inside = (hz[1:-1] > PITCH_HZ[0]) & (hz[1:-1] < PITCH_HZ[1])
    strong = levels[:, 1:-1] > 0.1 * levels.max(axis=1, keepdims=True)
    weights = np.where(peak & inside & strong, levels[:, 1:-1], 0.0)
    turns = np.exp(2j * np.pi * 12 * np.log2(np.maximum(hz[1:-1], 1.0) / 440.0))
    total = weights.sum()
    return float(np.abs((weights * turns).sum()) / total) if total > 0 else 0.0


def cut(audio: Floats, rate_hz: int, seconds: float = PIECE_S) -> list[Floats]:
    """Whole pieces of audio (n,), so long each; the only one of a shorter sound is that."""
    size = round(seconds * rate_hz)
    return [audio[i * size : (i + 1) * size] for i in range(len(audio) // size)] or [audio]
