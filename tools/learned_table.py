"""The table in docs/streams.md of what shipped streams learn: one lesson for each model and reward.

    python -m tools.learned_table MEASURED.jsonl --models piano --rewards darkness in_key
    python -m tools.learned_table MEASURED.jsonl --write docs/streams.md

A lesson is as in a performance: takes that the reward hears, and a check on takes that are not learned from.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from livecode.neural.model_file import find_model, list_models
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.learning_takes import LearningTakes, read_learning_takes
from livecode.playing.learning_course import (
    LEAST_VARIETY,
    MOST_BITS,
    LessonOutcome,
    LessonTerm,
    course,
)
from livecode.playing.take_judging import Judged
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.learning_takes import kept_learning_takes
from tools.tilt_table import judged_by, rewards

BEGIN = "<!-- learned: written by `python -m tools.learned_table`, not by hand -->"
END = "<!-- end of what was learned -->"
REWARDS = ["darkness", "in_key", "density"]


def lesson(loaded: Loaded, name: str) -> tuple[LessonOutcome | None, float]:
    """Learn from a reward, and return what came of it, and the seconds of a core that it took."""
    reward = rewards()[name]

    def judge(takes: LearningTakes) -> Iterator[Judged | None]:
        heard = [
            judged_by({name: reward}, audio, takes.rate_hz, takes.frames) for audio in takes.audio
        ]
        yield Judged(
            np.array([[said[name] for said, _ in heard]]), np.array([colour for _, colour in heard])
        )

    began, going, takes = time.process_time(), course([LessonTerm(name, 1.0)], judge), None
    while True:
        try:
            wish = going.send(takes)
        except StopIteration as end:
            return end.value, time.process_time() - began
        takes = None
        if wish is not None:
            takes = read_learning_takes(kept_learning_takes(loaded, wish.first, wish.adapter))


def measure(path: Path, models: list[str], names: list[str]) -> None:
    """Append a row for each lesson that has not been measured."""
    known = {(row["model"], row["reward"]) for row in read(path)}
    for model in models:
        loaded = Loaded(find_model(model))
        for name in names:
            if (model, name) in known:
                continue
            outcome, seconds = lesson(loaded, name)
            row: dict[str, Any] = {"model": model, "reward": name, "seconds": round(seconds)}
            if outcome is not None:
                row |= {
                    "gained": outcome.gained[0], "bits": outcome.bits, "variety": outcome.variety,
                    "better": outcome.better,
                }  # fmt: skip
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows that have been measured."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table: figures in bold are those that reach what is asked for."""
    lines = [
        "| stream | reward | sd of takes | bits/sample | variety | heard |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        gained, bits, left = (row.get(name, np.nan) for name in ("gained", "bits", "variety"))
        heard = row.get("better", False) and bits <= MOST_BITS and left >= LEAST_VARIETY
        cells = [
            row["model"], row["reward"], _cell(f"{gained:+.2f}", gained >= 1),
            _cell(f"{bits:+.2f}", bits <= MOST_BITS), _cell(f"{left:.2f}", left >= LEAST_VARIETY),
            "yes" if heard else "no",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(text: str, reached: bool) -> str:
    return f"**{text}**" if reached else text


def refreshed(document: str, measured: Path) -> str:
    """The document with its table as it is to be."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(read(measured))}\n\n{END}{after}"


def main() -> None:
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(prog="tools.learned_table", description=__doc__)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--models", nargs="*", default=None)
    parser.add_argument("--rewards", nargs="*", default=REWARDS)
    parser.add_argument("--write", type=Path, default=None)
    options = parser.parse_args()
    if options.write is not None:
        options.write.write_text(refreshed(options.write.read_text(), options.measured))
        return
    measure(options.measured, options.models or list(list_models(KIND)), options.rewards)


if __name__ == "__main__":
    main()
