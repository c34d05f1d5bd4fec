"""Computes textures of sixteen families, each with its own chances: rain, fire, surf, crickets, glass."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
LENGTH_S = 9.0
FRAMES = int(RATE_HZ * LENGTH_S)
#: So many of each family.
EACH = 12
_FREQ_HZ = np.fft.rfftfreq(FRAMES, 1 / RATE_HZ)

Sound = NDArray[np.float64]  # (frames,)
Generator = np.random.Generator


def noise(rng: Generator, low_hz: float, high_hz: float, slope_db: float = 0.0) -> Sound:
    """Noise between two frequencies with soft edges, so many dB an octave brighter, at an RMS of 1."""
    freq_hz = np.maximum(_FREQ_HZ, 10.0)
    gain = 1 / np.sqrt(1 + (low_hz / freq_hz) ** 6) / np.sqrt(1 + (freq_hz / high_hz) ** 6)
    gain *= (freq_hz / 1000) ** (slope_db / 6.02)
    return _normal(np.fft.irfft(np.fft.rfft(rng.standard_normal(FRAMES)) * gain, FRAMES))


def slowly(rng: Generator, low_hz: float, high_hz: float) -> Sound:
    """A random curve that moves between two speeds, with a standard deviation of 1."""
    points = int(LENGTH_S * max(high_hz * 8, 20))
    freq_hz = np.fft.rfftfreq(points, LENGTH_S / points)
    spectrum = np.fft.rfft(rng.standard_normal(points)) * (
        (freq_hz >= low_hz) & (freq_hz <= high_hz)
    )
    curve = _normal(np.fft.irfft(spectrum, points))
    return np.interp(np.arange(FRAMES), np.arange(points) * (FRAMES / points), curve)


def db(curve: Sound) -> Sound:
    """The gain of a curve in dB."""
    return np.asarray(10 ** (np.clip(curve, -40, 18) / 20))


def scattered(rng: Generator, sound: Sound, grains: Callable[[], Sound], rate_hz: float) -> Sound:
    """Add grains to a sound at random moments, so many a second, a few far stronger than the others."""
    for at in rng.integers(0, FRAMES, rng.poisson(rate_hz * LENGTH_S)):
        grain = grains()[: FRAMES - at]
        sound[at : at + len(grain)] += grain * np.exp(0.7 * rng.standard_normal())
    return sound


def clicks(rng: Generator, rate_hz: float, fall_s: float, low_hz: float, high_hz: float) -> Sound:
    """Bursts of noise of one band that begin at once and die away."""
    strength = np.zeros(FRAMES)
    at = rng.integers(0, FRAMES, max(rng.poisson(rate_hz * LENGTH_S), 1))
    np.add.at(strength, at, np.exp(0.7 * rng.standard_normal(len(at))))
    fall = np.exp(-np.arange(int(8 * fall_s * RATE_HZ)) / (fall_s * RATE_HZ))
    size = 1 << 19
    envelope = np.fft.irfft(np.fft.rfft(strength, size) * np.fft.rfft(fall, size), size)[:FRAMES]
    return _normal(np.maximum(envelope, 0) * noise(rng, low_hz, high_hz))


def tone(rng: Generator, freq_hz: float | Sound) -> Sound:
    """A sine."""
    return np.asarray(
        np.sqrt(2)
        * np.sin(2 * np.pi * (np.cumsum(np.broadcast_to(freq_hz, FRAMES)) / RATE_HZ + rng.random()))
    )


def rain(rng: Generator) -> Sound:
    """Many drops over a hiss that comes and goes."""
    high_hz = rng.uniform(6000, 16_000)
    hiss = noise(rng, rng.uniform(400, 2500), high_hz, rng.uniform(-3, 2))
    drops = clicks(
        rng, 2 ** rng.uniform(4.5, 8), rng.uniform(0.002, 0.008), rng.uniform(1200, 4000), high_hz
    )
    heavier = db(rng.uniform(1, 4) * slowly(rng, 0.05, 0.5))
    return heavier * (hiss * rng.uniform(0.2, 1) + drops) + rng.uniform(0, 0.3) * noise(
        rng, 60, 400
    )


def drips(rng: Generator) -> Sound:
    """Single drops that ring, in a cave."""
    low, high = rng.uniform(500, 1200), rng.uniform(1500, 5000)
    fall_s = rng.uniform(0.02, 0.09)
    t = np.arange(int(6 * fall_s * RATE_HZ)) / RATE_HZ

    def drop() -> Sound:
        hz = rng.uniform(low, high) * (1 + rng.uniform(0, 4) * t)
        return np.asarray(np.sin(2 * np.pi * hz * t) * np.exp(-t / fall_s))

    sound = scattered(rng, np.zeros(FRAMES), drop, 2 ** rng.uniform(0.5, 3.5))
    return _normal(sound) + rng.uniform(0.03, 0.2) * noise(rng, 80, rng.uniform(800, 6000), -4)


def fire(rng: Generator) -> Sound:
    """Crackle over a flicker."""
    sharp = clicks(
        rng, 2 ** rng.uniform(2, 6), rng.uniform(0.001, 0.006), rng.uniform(300, 1500), 14_000
    )
    flicker = db(rng.uniform(2, 6) * slowly(rng, 0.5, 8)) * noise(
        rng, 60, rng.uniform(300, 900), -3
    )
    return sharp + rng.uniform(0.2, 1.2) * flicker + 0.05 * noise(rng, 2000, 12_000)


def wind(rng: Generator) -> Sound:
    """Gusts, brighter where they are stronger."""
    gust = slowly(rng, 0.05, rng.uniform(0.3, 1.2))
    depth, middle = rng.uniform(3, 8), rng.uniform(250, 1000)
    sound = db(depth * gust) * noise(rng, 40, middle, -3)
    sound += 0.5 * db(1.6 * depth * gust - 4) * noise(rng, middle, 4 * middle, -3)
    sound += rng.uniform(0.02, 0.2) * db(2 * depth * gust - 6) * noise(rng, 3000, 12_000)
    whistle = middle * 2 ** (1 + 0.12 * gust + 0.05 * slowly(rng, 0.2, 2))
    return sound + rng.uniform(0, 0.25) * db(8 * gust - 6) * tone(rng, whistle)


def surf(rng: Generator) -> Sound:
    """Waves that break and run out."""
    seconds = np.arange(FRAMES) / RATE_HZ
    period_s = rng.uniform(4, 9)
    phase = (seconds / period_s + 0.04 * slowly(rng, 0.05, 0.2) + rng.random()) % 1
    rise = rng.uniform(0.2, 0.5)
    wave = np.where(phase < rise, (phase / rise) ** 2, np.exp(-(phase - rise) * rng.uniform(3, 6)))
    sound = noise(rng, 60, 500, -2) * (0.3 + wave)
    sound += rng.uniform(0.5, 1.2) * noise(rng, 400, 3500, -2) * wave**1.5
    return sound + rng.uniform(0.2, 0.8) * noise(rng, 2500, 14_000) * (0.04 + wave**2.5)


def breath(rng: Generator) -> Sound:
    """In and out, through a mouth."""
    period_s = rng.uniform(2.2, 5.5)
    phase = np.arange(FRAMES) / (RATE_HZ * period_s) + 0.05 * slowly(rng, 0.1, 0.3)
    sound = 0.02 * noise(rng, 200, 8000)
    for part, hz in ((0.0, rng.uniform(400, 900)), (0.5, rng.uniform(900, 2400))):
        swell = np.maximum(np.sin(2 * np.pi * (phase + part)), 0) ** 1.5
        sound += swell * (
            noise(rng, hz, 1.6 * hz) + rng.uniform(0.2, 0.7) * noise(rng, 2.5 * hz, 9000)
        )
    return sound


def swarm(rng: Generator) -> Sound:
    """Many wings."""
    sound = rng.uniform(0.02, 0.2) * noise(rng, 200, 8000)
    base_hz = rng.uniform(110, 320)
    for _ in range(7):
        hz = base_hz * 2 ** (0.15 * rng.standard_normal()) * 2 ** (0.04 * slowly(rng, 0.2, 4))
        near = db(rng.uniform(2, 6) * slowly(rng, 0.1, 1.5))
        for partial in range(1, 9):
            sound += near * tone(rng, partial * hz) / partial ** rng.uniform(0.7, 1.4)
    return sound


def tape(rng: Generator) -> Sound:
    """Hiss, hum, and a flutter."""
    hiss = noise(rng, rng.uniform(500, 3000), rng.uniform(9000, 17_000), rng.uniform(0, 4))
    hum = sum(tone(rng, rng.choice((50.0, 60.0)) * k) / k for k in (1, 2, 3, 5))
    flutter = db(rng.uniform(0.5, 2.5) * slowly(rng, 4, 14))
    return flutter * (hiss + rng.uniform(0, 1.0) * hum) + rng.uniform(0, 0.4) * noise(rng, 40, 200)


def shimmer(rng: Generator) -> Sound:
    """Partials of glass that beat."""
    sound = rng.uniform(0.01, 0.1) * noise(rng, 1000, 12_000)
    low = rng.uniform(250, 900)
    for _ in range(int(rng.integers(6, 14))):
        hz = low * 2 ** rng.uniform(0, 4.2)
        beat_hz = rng.uniform(0.2, 5)
        level = (low / hz) ** rng.uniform(0.1, 0.6) * db(rng.uniform(2, 6) * slowly(rng, 0.1, 1.2))
        sound += level * (tone(rng, hz) + rng.uniform(0.4, 1) * tone(rng, hz + beat_hz))
    return sound


def rumble(rng: Generator) -> Sound:
    """A low roll, as of thunder far away or a street below."""
    roll = db(rng.uniform(2, 7) * slowly(rng, 0.05, 1.0))
    sound = roll * noise(rng, 35, rng.uniform(90, 260), -2)
    return sound + rng.uniform(0.03, 0.25) * db(4 * slowly(rng, 0.1, 2)) * noise(rng, 200, 2500, -5)


def crickets(rng: Generator) -> Sound:
    """Insects at night: high tones in fast pulses, in chirps or without end."""
    sound = rng.uniform(0.02, 0.15) * noise(rng, 100, 9000, -2)
    seconds = np.arange(FRAMES) / RATE_HZ
    base_hz, pulse_hz = rng.uniform(2600, 6500), rng.uniform(14, 42)
    chirp_hz = rng.uniform(0.7, 2.6)

    def swing(hz: float, apart: float) -> Sound:
        own_hz = hz * (1 + apart * rng.standard_normal())
        return np.asarray(np.sin(2 * np.pi * (own_hz * seconds + rng.random())))

    for _ in range(int(rng.integers(3, 9))):
        hz = base_hz * 2 ** (0.1 * rng.standard_normal())
        pulses = np.maximum(swing(pulse_hz, 0.02), 0)
        chirps = np.maximum(swing(chirp_hz, 0.04), rng.choice((0.0, 1.0), p=(0.7, 0.3)))
        level = rng.uniform(0.2, 1) * db(2 * slowly(rng, 0.05, 0.3))
        sound += level * pulses * chirps * tone(rng, hz)
    return sound


def brook(rng: Generator) -> Sound:
    """Bubbles, each a tone that rises."""
    low, high = rng.uniform(300, 700), rng.uniform(1500, 4500)

    def bubble() -> Sound:
        hz = low * (high / low) ** rng.random()
        fall_s = 12 / hz
        t = np.arange(int(6 * fall_s * RATE_HZ)) / RATE_HZ
        return np.asarray(
            np.sin(2 * np.pi * hz * (1 + rng.uniform(0, 6) * t) * t) * np.exp(-t / fall_s)
        )

    sound = _normal(scattered(rng, np.zeros(FRAMES), bubble, 2 ** rng.uniform(4.5, 7.5)))
    return sound * db(2 * slowly(rng, 0.1, 2)) + rng.uniform(0.05, 0.5) * noise(rng, 300, 9000, -3)


def leaves(rng: Generator) -> Sound:
    """Rustle that comes with a wind."""
    gust = db(rng.uniform(3, 7) * slowly(rng, 0.1, 1.2))
    rustle = clicks(
        rng, 2 ** rng.uniform(5, 7.5), rng.uniform(0.004, 0.02), rng.uniform(1500, 4000), 15_000
    )
    return gust * (rustle + rng.uniform(0.2, 0.8) * noise(rng, 1000, 12_000)) + 0.1 * noise(
        rng, 60, 700, -3
    )


def vinyl(rng: Generator) -> Sound:
    """A record before its music begins."""
    ticks = clicks(rng, 2 ** rng.uniform(2, 5), rng.uniform(0.0006, 0.002), 800, 16_000)
    hiss = noise(rng, 1000, 14_000, -1)
    return (
        ticks
        + rng.uniform(0.1, 0.5) * hiss
        + rng.uniform(0.2, 0.9) * noise(rng, 35, rng.uniform(80, 200))
    )


def chimes(rng: Generator) -> Sound:
    """Glass in the wind, struck now and then."""
    low, fall_s = rng.uniform(600, 1600), rng.uniform(0.25, 0.9)
    t = np.arange(int(3.0 * RATE_HZ)) / RATE_HZ
    modes = low * 2 ** rng.uniform(0, 3.2, 8)

    def strike() -> Sound:
        sound = np.zeros(len(t))
        for hz in rng.choice(modes, 3, replace=False):
            sound += (
                np.sin(2 * np.pi * hz * t)
                * np.exp(-t / (fall_s * low / hz * 1.5))
                * rng.uniform(0.3, 1)
            )
        return sound

    sound = _normal(scattered(rng, np.zeros(FRAMES), strike, 2 ** rng.uniform(0, 2.5)))
    return sound + rng.uniform(0.02, 0.12) * db(4 * slowly(rng, 0.1, 1)) * noise(rng, 200, 9000, -4)


def drone(rng: Generator) -> Sound:
    """A hall that hums: a low series of partials, each on its own way."""
    base_hz = rng.uniform(45, 130)
    sound = rng.uniform(0.05, 0.3) * noise(rng, 60, 3000, -5)
    for partial in range(1, 13):
        hz = base_hz * partial * 2 ** (0.004 * rng.standard_normal())
        sound += (
            db(rng.uniform(2, 6) * slowly(rng, 0.05, 0.9))
            * tone(rng, hz)
            / partial ** rng.uniform(0.6, 1.2)
        )
    return sound


FAMILIES: dict[str, Callable[[Generator], Sound]] = {
    each.__name__: each
    for each in (
        rain, drips, fire, wind, surf, breath, swarm, tape, shimmer, rumble, crickets, brook, leaves,
        vinyl, chimes, drone,
    )
}  # fmt: skip


def computed(each: int = EACH) -> Iterator[tuple[str, Sound]]:
    """Yield the names and the sounds of so many textures of each family, at `RATE_HZ`."""
    for number, (name, make) in enumerate(FAMILIES.items()):
        for variant in range(each):
            rng = np.random.default_rng([number, variant])
            yield f"{name}_{variant}", _normal(make(rng))


def _normal(sound: Sound) -> Sound:
    """A sound at an RMS of 1."""
    return np.asarray(sound / max(float(np.sqrt(np.square(sound).mean())), 1e-12))
