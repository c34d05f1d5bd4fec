"""Finds a model's best moments and its loudness: `python -m tools.stream_moments MODEL AUDIO…`.

AUDIO is what the model was trained on.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.finishing.stream_moments import CANDIDATES, MOMENTS, SECONDS, write_moments
from livecode.neural.model_file import read_model
from tools.stream_source import read_at


def main(arguments: Sequence[str] | None = None) -> int:
    """Find them, and write them into the model file."""
    parser = argparse.ArgumentParser(prog="tools.stream_moments")
    parser.add_argument("model", type=Path)
    parser.add_argument("audio", type=Path, nargs="+")
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--moments", type=int, default=MOMENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that each is listened to")
    options = parser.parse_args(arguments)
    meta = read_model(options.model)[0]
    parts = [read_at(path, meta.sample_rate) for path in options.audio]
    source = np.concatenate([part for part in parts if part is not None])
    source *= float(meta.facts.get("gain", 1.0))  # of the training
    print(
        write_moments(
            options.model, source, options.candidates, options.moments, options.seconds, print
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
