"""Holds a full-band stream to its outlines: `python -m tools.stream_following MODEL FIRMLY`.

FIRMLY is 0 to 1: 0.1 sharpens strokes, and empties what is between them; above 0.3 nothing is left of what
the model has learned of their course. The file is written again, with its loudness and surprise.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from livecode.finishing.stream_following import follow
from livecode.finishing.stream_moments import SECONDS, heard
from livecode.neural.model_file import read_model, stored_tensors, write_model
from livecode.voices.loaded import Loaded


def main(arguments: Sequence[str]) -> int:
    """Write the file again, with its tensors as they are."""
    path, firmly = Path(arguments[0]), float(arguments[1])
    print("residuals are so many times what is solved for:", follow(path, firmly).round(3))
    loudness, surprise = heard(Loaded(path), SECONDS)
    meta = read_model(path)[0]
    facts = meta.facts | {"lufs": round(loudness, 2), "drawn_bits": round(surprise, 3)}
    write_model(path, stored_tensors(path), replace(meta, facts=facts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
