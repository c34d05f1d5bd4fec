"""Writes the card of a full-band model, with a spectrogram: `python -m tools.stream_card MODEL HELD_OUT`.

HELD_OUT is a sound that the model was never trained on; `tools.stream_source` has measured all of it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from livecode.finishing.stream_card import write_card
from livecode.neural.model_file import read_model
from tools.stream_source import read_at


def main(arguments: Sequence[str]) -> int:
    """Write README.md and the picture beside the model file."""
    path, held_out = Path(arguments[0]), Path(arguments[1])
    real = read_at(held_out, read_model(path)[0].sample_rate)
    assert real is not None, "held-out sound has the model's rate, or a higher one"
    write_card(path, real)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
