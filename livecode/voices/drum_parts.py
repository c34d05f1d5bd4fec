"""What drums are made of: oscillators, noise, falls, and filters, all at one sample rate."""

import zlib

import numpy as np
from numpy.typing import NDArray

from livecode.neural.kernels import kernel

RATE_HZ = 48_000
Sound = NDArray[np.float64]  # (frames,)

#: The squares of a cymbal, in Hz: as far from harmonic as six can be (after the TR-808's circuit).
_PLATES_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)


def sine(n: int, freq_hz: float) -> Sound:
    """A sine of so many frames."""
    return np.asarray(np.sin(2 * np.pi * freq_hz * np.arange(n) / RATE_HZ))


def square(n: int, freq_hz: float) -> Sound:
    """A square of so many frames, its edges rounded by a polynomial against aliasing."""
    step = freq_hz / RATE_HZ
    turn: Sound = np.arange(n, dtype=np.float64) * step % 1.0
    flat: Sound = np.where(turn < 0.5, 1.0, -1.0)
    rounded: Sound = flat + _edge(turn, step) - _edge((turn + 0.5) % 1.0, step)
    return rounded


def _edge(turn: Sound, step: float) -> Sound:
    """What an edge at turn 0 differs by from a sharp one (V. Valimaki and A. Huovilainen, 2007)."""
    after, before = turn / step, (turn - 1) / step
    rounded = np.where(turn < step, 2 * after - after**2 - 1, 0.0)
    return np.where(turn > 1 - step, before**2 + 2 * before + 1, rounded)


def metal(n: int, pitch: float) -> Sound:
    """Six squares that do not fit together; `pitch` 1 as in the classic machine."""
    return np.asarray(np.mean([square(n, freq * pitch) for freq in _PLATES_HZ], axis=0))


def noise(n: int, which: str) -> Sound:
    """White noise, the same each time for the same word."""
    white = np.random.default_rng(zlib.crc32(which.encode())).standard_normal(n)
    return np.asarray(white * 0.35)


def sweep(n: int, base_hz: float, top_hz: float, drop_s: float) -> Sound:
    """A sine that falls from `top_hz` to `base_hz`, 63 % of the way in `drop_s`."""
    seconds = np.arange(n) / RATE_HZ
    freq = base_hz + (top_hz - base_hz) * np.exp(-seconds / drop_s)
    turns = np.cumsum(freq) / RATE_HZ
    return np.asarray(np.sin(2 * np.pi * (turns - turns[0])))


def shell(n: int, freq_hz: float, bend: float, bend_s: float) -> Sound:
    """A sine that begins `bend` times as high, as a struck skin does."""
    return sweep(n, freq_hz, freq_hz * bend, bend_s)


def fall(n: int, decay_s: float, hold_s: float = 0.0, at: float = 0.0) -> Sound:
    """From 1 towards 0, by 63 % in each `decay_s`, after `hold_s`; 0 before `at` seconds."""
    seconds = np.arange(n) / RATE_HZ - at
    return np.where(seconds < 0, 0.0, np.exp(-np.maximum(seconds - hold_s, 0.0) / decay_s))


def bursts(n: int, spread_s: float, count: int, decay_s: float) -> Sound:
    """So many short falls, one after the other."""
    return np.asarray(
        np.max([fall(n, decay_s, at=spread_s * each) for each in range(count)], axis=0)
    )


def softly(sound: Sound, drive: float) -> Sound:
    """Bent by tanh: more `drive`, more overtones, at the same height."""
    return np.asarray(np.tanh(sound * drive) / np.tanh(drive))


def blend(*parts: tuple[Sound, float]) -> Sound:
    """The sum of sounds, each brought to the same height, times its share."""
    even = [share * sound / max(float(np.abs(sound).max()), 1e-9) for sound, share in parts]
    return np.asarray(np.sum(even, axis=0))


def quiet_end(sound: Sound, below: float = 1e-3) -> Sound:
    """Without the end that is below that share of the loudest sample, faded out."""
    loud = np.flatnonzero(np.abs(sound) > below * np.abs(sound).max())
    kept = sound[: loud[-1] + 1].copy()
    over = min(len(kept), int(0.01 * RATE_HZ))
    kept[-over:] *= np.linspace(1, 0, over) ** 2
    return kept


def filtered(sound: Sound, kind: str, freq_hz: float, q: float) -> Sound:
    """Through a second-order filter: `low`, `high` or `band` (R. Bristow-Johnson's cookbook)."""
    w = 2 * np.pi * min(freq_hz, 0.45 * RATE_HZ) / RATE_HZ
    alpha, cos = np.sin(w) / (2 * q), np.cos(w)
    b = {
        "low": ((1 - cos) / 2, 1 - cos, (1 - cos) / 2),
        "high": ((1 + cos) / 2, -(1 + cos), (1 + cos) / 2),
        "band": (alpha, 0.0, -alpha),
    }[kind]
    a = 1 + alpha
    return _biquad(sound, np.array(b) / a, -2 * cos / a, (1 - alpha) / a)


@kernel()
def _biquad(x: np.ndarray, b: np.ndarray, a1: float, a2: float) -> np.ndarray:
    out = np.empty_like(x)
    s1 = s2 = 0.0
    for i in range(len(x)):
        y = b[0] * x[i] + s1
        s1 = b[1] * x[i] - a1 * y + s2
        s2 = b[2] * x[i] - a2 * y
        out[i] = y
    return out


def warm() -> None:
    """Compile the filter. It is cached on disk, so this is slow only once."""
    filtered(noise(16, "warm"), "low", 1000, 0.7)


#: Where the compiled code is kept; "" where there is no place for it.
CACHE_PATH: str = _biquad.stats.cache_path or ""  # type: ignore[attr-defined]
