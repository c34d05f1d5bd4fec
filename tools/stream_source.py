"""Writes the figures of a model's source beside it: `python -m tools.stream_source MODEL AUDIO…`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from livecode.finishing.sound_source import SOURCE, Source, measured
from livecode.finishing.stream_finish import RATES_HZ
from livecode.neural.model_file import read_model


def read_at(path: Path, rate_hz: int) -> NDArray[np.float64] | None:
    """The mono sound of a file at that rate; None if the file has a lower one."""
    audio, rate = soundfile.read(path, always_2d=True)
    return None if rate < rate_hz else np.asarray(soxr.resample(audio.mean(axis=1), rate, rate_hz))


def main(arguments: Sequence[str]) -> int:
    """Measure held-out sound: AUDIO is what the model was never trained on."""
    model, files = Path(arguments[0]), [Path(name) for name in arguments[1:]]
    own = read_model(model)[0].sample_rate
    found = {}
    for rate in sorted({*RATES_HZ, own}):
        parts = [read_at(file, rate) for file in files]
        whole = [part for part in parts if part is not None]
        if len(whole) == len(files):
            found[rate] = measured(np.concatenate(whole), rate)
            print(rate, found[rate].halves, found[rate].whole)
    Source(found).write(model.with_name(SOURCE))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
