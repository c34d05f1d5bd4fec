"""Brings a stream nearer to its source's tonal balance: `python -m tools.stream_balance MODEL AUDIO…`.

AUDIO is what training was given; what training held out of it is held out here, too. The file is written
again, with other means of its bands and its loudness as it is then.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.finishing.stream_balance import ROUNDS, balance
from livecode.finishing.stream_finish import looked_through
from livecode.finishing.stream_moments import SECONDS
from livecode.neural.audio.corpus import HELD_OUT, load_corpus
from livecode.neural.model_file import read_model
from livecode.neural.samplernn.opening import open_samplernn


def main(arguments: Sequence[str]) -> int:
    """Write the file again."""
    parser = argparse.ArgumentParser(prog="tools.stream_balance")
    parser.add_argument("model", type=Path)
    parser.add_argument("audio", type=Path, nargs="+", help="files and folders, as in training")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--held-out", type=float, default=HELD_OUT, help="as in training")
    parser.add_argument("--loudness-seconds", type=float, default=SECONDS)
    options = parser.parse_args(arguments)
    rate, config = read_model(options.model)[0].sample_rate, open_samplernn(options.model)[1]
    corpus = load_corpus(options.audio, rate, 81 * config.outline_hop, options.held_out)
    source = looked_through(options.model, corpus)[0]
    balance(options.model, np.asarray(source), options.rounds, say=print,
            loudness_s=options.loudness_seconds)  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
