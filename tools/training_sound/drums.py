"""Drums from arithmetic: grooves, breaks and fills at known tempi, to train a drummer on.

    python tools/training_sound/drums.py OUT --minutes 40

Needs numpy and soundfile.  Nothing in it is recorded: the sound is this program's own.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 44_100
STEPS = 16  # of a bar
BARS = 16  # of a file
TEMPI = (84, 92, 100, 108, 116, 124, 132, 140)
LEVEL_DBFS = -19.0

#: One line a voice; a digit is how hard (9 hardest), a dot is a rest.
GROOVES: dict[str, dict[str, str]] = {
    "straight": {
        "kick": "9.......8.8.....",
        "snare": "....9.......9...",
        "hat": "6.4.6.4.6.4.6.4.",
    },
    "funk": {
        "kick": "9..5..8...8..5..",
        "snare": "....9..2.2..9..2",
        "hat": "6464646464646474",
        "open": "..............6.",
    },
    "breakbeat": {
        "kick": "9.8.......88....",
        "snare": "....9..3.3..9..3",
        "hat": "7.5.7.5.7.5.7.5.",
        "ride": "................",
    },
    "house": {
        "kick": "9...9...9...9...",
        "clap": "....8.......8...",
        "hat": "3.3.3.3.3.3.3.3.",
        "open": "..7...7...7...7.",
    },
    "halftime": {
        "kick": "9.....7...8.....",
        "snare": "........9......2",
        "hat": "7.4.6.4.7.4.6.44",
        "rim": "......4......4..",
    },
    "latin": {
        "kick": "9.....8.9.....8.",
        "rim": "7..7..7...7.7...",
        "hat": "5.4.5.4.5.4.5.4.",
        "tom": "..............64",
    },
}
FILLS: tuple[dict[str, str], ...] = (
    {"snare": "............7788", "kick": "9.......8......."},
    {"snare": "........6.6.7788", "tom": "..........7.6.77", "kick": "9..............."},
    {"tom": "........8.87..76", "floor": "............8.8.", "kick": "9..............9"},
    {"snare": "9..9..9..9..9.99", "kick": "9..............."},
)


def _decay(seconds: float, length: int) -> np.ndarray:
    return np.exp(-np.arange(length) / (seconds * RATE_HZ))


def _band(noise: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    shape = 1 / (1 + (low_hz / np.maximum(hz, 1)) ** 6) / (1 + (hz / high_hz) ** 8)
    return np.fft.irfft(spectrum * shape, len(noise))


def _sweep(begin_hz: float, end_hz: float, fall_s: float, length: int) -> np.ndarray:
    hz = end_hz + (begin_hz - end_hz) * _decay(fall_s, length)
    return np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)


def kit(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One stroke of each voice at full strength, (n,) each; the generator tunes it a little."""
    tune = 2 ** rng.uniform(-1 / 12, 1 / 12)

    def noise(length: int) -> np.ndarray:
        return rng.standard_normal(length)

    n = RATE_HZ
    kick = _sweep(190 * tune, 49 * tune, 0.028, n // 2) * _decay(0.13, n // 2)
    kick[:200] += 0.3 * _band(noise(200), 1500, 9000) * _decay(0.002, 200)
    body = _sweep(260 * tune, 185 * tune, 0.02, n // 3) * _decay(0.06, n // 3)
    wires = _band(noise(n // 3), 1200, 11_000) * _decay(0.075, n // 3)
    snare = 0.6 * body + 0.55 * wires
    metal = sum(
        np.sign(np.sin(2 * np.pi * hz * tune * np.arange(n // 2) / RATE_HZ + phase))
        for hz, phase in zip(
            (2453, 3691, 4201, 5427, 6389, 8111), rng.uniform(0, 6, 6), strict=True
        )
    )
    metal = _band(0.2 * metal + 0.5 * noise(n // 2), 6500, 15_000)
    claps = np.zeros(n // 4)
    for late in (0, 420, 900):
        burst = _band(noise(n // 4 - late), 900, 6000) * _decay(
            0.006 if late < 900 else 0.06, n // 4 - late
        )
        claps[late:] += burst
    strokes = {
        "kick": 1.0 * kick,
        "snare": 0.75 * snare,
        "hat": 0.33 * metal[: n // 8] * _decay(0.022, n // 8),
        "open": 0.3 * metal * _decay(0.14, n // 2),
        "ride": 0.2 * metal * _decay(0.2, n // 2),
        "clap": 0.5 * claps,
        "rim": 0.5 * _sweep(1900 * tune, 1650 * tune, 0.002, n // 10) * _decay(0.012, n // 10),
        "tom": 0.7 * _sweep(210 * tune, 128 * tune, 0.05, n // 2) * _decay(0.14, n // 2),
        "floor": 0.75 * _sweep(140 * tune, 82 * tune, 0.06, n // 2) * _decay(0.18, n // 2),
    }
    return strokes


def bar(groove: dict[str, str], rng: np.random.Generator, loose: float) -> dict[str, list[int]]:
    """How hard each voice is struck at each step: the groove, a little varied."""
    out = {}
    for voice, line in groove.items():
        hard = [0 if c == "." else int(c) for c in line]
        for step in range(STEPS):
            if voice in ("hat", "snare") and hard[step] == 0 and rng.random() < 0.06 * loose:
                hard[step] = 2  # a ghost
            elif voice != "kick" and 0 < hard[step] < 6 and rng.random() < 0.1 * loose:
                hard[step] = 0
            elif (
                voice == "kick"
                and step % 2 == 0
                and hard[step] == 0
                and rng.random() < 0.03 * loose
            ):
                hard[step] = 7
        out[voice] = hard
    return out


def played(name: str, tempo: float, rng: np.random.Generator) -> np.ndarray:
    """BARS bars of a groove, with a fill at the end of each four, and now and then a break."""
    strokes = kit(rng)
    step_s = 60 / tempo / 4
    swing = rng.choice([0.0, 0.0, 0.12, 0.2])
    audio = np.zeros(round((BARS * STEPS * step_s + 1.0) * RATE_HZ))
    for number in range(BARS):
        if number % 8 == 7 or (number % 4 == 3 and rng.random() < 0.6):
            hits = bar(FILLS[rng.integers(len(FILLS))], rng, 0.3)
        else:
            hits = bar(GROOVES[name], rng, 1.0)
            if number % 8 == 0 and number:
                hits.setdefault("open", [0] * STEPS)[0] = 9
        for voice, line in hits.items():
            for step, hard in enumerate(line):
                if not hard:
                    continue
                late = (step % 2) * swing * step_s + rng.normal(0, 0.0015)
                at = max(0, round(((number * STEPS + step) * step_s + late) * RATE_HZ))
                gain = 10 ** ((hard - 9) * 3.2 / 20) * 10 ** (rng.normal(0, 0.7) / 20)
                stroke = strokes[voice][: len(audio) - at]
                audio[at : at + len(stroke)] += gain * stroke
    audio *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.square(audio).mean())
    audio = np.tanh(audio * 1.1) / 1.1
    return audio[: round(BARS * STEPS * step_s * RATE_HZ)].astype(np.float32)


def main() -> int:
    """Writes OUT/drums-NN-TEMPO-GROOVE.flac until there are so many minutes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seconds, number = 0.0, 0
    while seconds < 60 * options.minutes:
        rng = np.random.default_rng([options.seed, number])
        tempo, name = TEMPI[number % len(TEMPI)], list(GROOVES)[rng.integers(len(GROOVES))]
        audio = played(name, tempo, rng)
        path = options.out / f"drums-{number:03d}-{tempo}-{name}.flac"
        soundfile.write(path, audio, RATE_HZ)
        seconds += len(audio) / RATE_HZ
        number += 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
