"""A short recording made longer: played at neighbouring speeds, to train a stream on.

    python tools/training_sound/recording.py humpback.ogg OUT

Needs numpy, soundfile and soxr.  The humpback is 65 s from Glacier Bay (US National Park Service,
Chris Gabriele), in the public domain.  Nearly all of the power of its file is a constant, and two
thirds of the time is pauses.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE_HZ = 44_100
LEVEL_DBFS = -20.0
SEMITONES = (0, -1, 1, -2, 2, -3, 3, -4, 4)
#: What is below this is no whale: constants, waves and wind.
LOWEST_HZ = 60.0
#: What is held out, in seconds of the humpback: two of its low and one of its high calls, two growls, a
#: moan, and the pauses around them. They go to one file, whose name tells the training to hold it out.
HELD_OUT_S = ((20.3, 32.9), (54.2, 62.0))
HELD_OUT = "held-out"
#: A pause is what is this far below the loud parts; this much of it is left, half of it at each end.
PAUSE_DB, PAUSE_S, FRAME_S, FADE_S = -14.0, 0.8, 0.05, 0.03


def main() -> int:
    """Writes OUT/NAME-held-out.flac, which is never trained on, and OUT/NAME-SEMITONES.flac."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("recording", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    audio, rate = soundfile.read(options.recording, always_2d=True)
    mono = without_rumble(audio.mean(axis=1), rate)
    sounding, level = without_pauses(mono, rate)
    edges = sorted({0, len(mono), *(round(s * rate) for span in HELD_OUT_S for s in span)})
    parts: dict[bool, list[Floats]] = {True: [], False: []}
    for begin, end in pairwise(edges):
        held = any(round(a * rate) == begin for a, _ in HELD_OUT_S)
        parts[held].append(joined(mono, clipped(sounding, begin, end), rate))
    gain = 10 ** (LEVEL_DBFS / 20) / level
    train, held_out = (joined_parts(parts[which], rate) * gain for which in (False, True))
    limit = max(1.0, np.abs(mono).max() * gain / 0.98)
    options.out.mkdir(parents=True, exist_ok=True)
    name = options.recording.stem

    def at(sound: Floats, semitones: int) -> Any:
        return soxr.resample(sound / limit, rate * 2 ** (semitones / 12), RATE_HZ)

    for semitones in SEMITONES:
        path = options.out / f"{name}{semitones:+d}.flac"
        soundfile.write(path, at(train, semitones), RATE_HZ)
    soundfile.write(
        options.out / f"{name}-{HELD_OUT}.flac",
        np.concatenate([at(held_out, semitones) for semitones in SEMITONES]),
        RATE_HZ,
    )
    print(f"{len(train) / rate:.1f} s to train on, {len(held_out) / rate:.1f} s held out")
    return 0


def without_rumble(audio: Floats, rate: int) -> Floats:
    """Audio (n,) without its constant and what is below LOWEST_HZ."""
    spectrum = np.fft.rfft(audio)
    hz = np.fft.rfftfreq(len(audio), 1 / rate)
    share = np.clip(hz / LOWEST_HZ * 2 - 1, 0, 1)
    return np.asarray(np.fft.irfft(spectrum * share, len(audio)))


def without_pauses(audio: Floats, rate: int) -> tuple[list[tuple[int, int]], float]:
    """The spans in samples that are no middle of a pause, and the level of what sounds."""
    size = round(FRAME_S * rate)
    power = np.square(audio[: len(audio) // size * size]).reshape(-1, size).mean(axis=1)
    quiet = 10 * np.log10(power / np.percentile(power, 95)) < PAUSE_DB
    changes = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    spans, begin = [], 0
    for first, last in zip(changes[::2], changes[1::2], strict=True):
        spare = (last - first) * size - round(PAUSE_S * rate)
        if spare > 0:
            middle = (first + last) * size // 2
            spans.append((begin, middle - spare // 2))
            begin = middle + spare // 2
    spans.append((begin, len(audio)))
    return spans, float(np.sqrt(power[~quiet].mean()))


def clipped(spans: list[tuple[int, int]], begin: int, end: int) -> list[tuple[int, int]]:
    """What of the spans lies between begin and end."""
    found = [(max(a, begin), min(b, end)) for a, b in spans]
    return [(a, b) for a, b in found if b > a]


def joined(audio: Floats, spans: list[tuple[int, int]], rate: int) -> Floats:
    """The spans of audio (n,), each faded into the next."""
    return joined_parts([audio[a:b] for a, b in spans], rate)


def joined_parts(parts: list[Floats], rate: int) -> Floats:
    """Sounds one after another, each faded into the next as noise is: with equal power."""
    size = round(FADE_S * rate)
    turn = np.linspace(0, np.pi / 2, size)
    whole = parts[0].copy()
    for part in parts[1:]:
        if len(part) <= size:
            continue
        whole[-size:] = whole[-size:] * np.cos(turn) + part[:size] * np.sin(turn)
        whole = np.concatenate([whole, part[size:]])
    return whole


if __name__ == "__main__":
    raise SystemExit(main())
