"""Lets a full-band stream follow its outlines: `python -m tools.stream_following MODEL POWER`.

POWER is 0 to 1; 0.1 sharpens strokes, and empties what is between them. The file is written again, with the
size that its residuals are held to, its loudness, and how surprising it is.
"""

import argparse
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
    parser = argparse.ArgumentParser(prog="tools.stream_following")
    parser.add_argument("model", type=Path)
    parser.add_argument("power", type=float)
    options = parser.parse_args(arguments)
    sizes = follow(options.model, options.power)
    print("Residuals are drawn so many times as large as is solved for:", sizes.round(3))
    loudness, surprise = heard(Loaded(options.model), SECONDS)
    meta = read_model(options.model)[0]
    facts = meta.facts | {"lufs": round(loudness, 2), "drawn_bits": round(surprise, 3)}
    write_model(options.model, stored_tensors(options.model), replace(meta, facts=facts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
