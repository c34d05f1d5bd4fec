"""A short recording made longer: played at neighbouring speeds, to train a stream on.

    python tools/training_sound/recording.py humpback.ogg OUT

Needs numpy, soundfile and soxr.  The humpback is 65 s from Glacier Bay (US National Park Service,
Chris Gabriele), in the public domain.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE_HZ = 44_100
LEVEL_DBFS = -20.0
SEMITONES = (0, -2, 2, -1, 1, -3, 3)
HELD_OUT_S = 10.0  # at the end, in a file of its own


def main() -> int:
    """Writes OUT/NAME-end.flac, which is to be held out, and OUT/NAME-SEMITONES.flac."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("recording", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    audio, rate = soundfile.read(options.recording, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1)
    mono *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.square(mono).mean())
    mono /= max(1.0, np.abs(mono).max() / 0.98)
    options.out.mkdir(parents=True, exist_ok=True)
    edge = len(mono) - round(HELD_OUT_S * rate)
    name = options.recording.stem
    soundfile.write(
        options.out / f"{name}-end.flac", soxr.resample(mono[edge:], rate, RATE_HZ), RATE_HZ
    )
    for semitones in SEMITONES:
        pace = 2 ** (semitones / 12)
        sound = soxr.resample(mono[:edge], rate * pace, RATE_HZ)
        soundfile.write(options.out / f"{name}{semitones:+d}.flac", sound, RATE_HZ)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
