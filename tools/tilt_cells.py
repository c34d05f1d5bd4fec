"""The rows that `tools.tilt_table` has measured, and the table that is made of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

BEGIN = "<!-- table: written by `python -m tools.tilt_table`, not by hand -->"
END = "<!-- end of the table -->"
#: What is asked for: standard deviations that the mean reward rises by, bits a sample that the model may
#: find it less likely by, and the share of the variety that is to be left.
RISE, DEARER_BITS, VARIETY = 1.0, 0.3, 0.7
#: The mean reward is asked for over takes of so many seconds.
ASKED_S = 60.0
#: Takes of no more than so many seconds are compared with the same seconds of untilted ones.
STARTS_S = 15.0


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows that have been measured."""
    return [row for row in _lines(path) if "what" in row]


def starts(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what untilted takes begin like, by model and reward."""
    return {tuple(row["starts"]): row for row in _lines(path) if "starts" in row}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def usual(
    plain: dict[str, Any], bent: dict[str, Any], begun: dict[str, Any] | None, what: str
) -> float:
    """Return the mean reward or the bits of what a tilted take is compared with.

    Of short takes that are the same seconds of untilted ones which start where it does.
    """
    if begun is None or bent["seconds"] > STARTS_S:
        return float(plain[what])
    seconds = round(bent["seconds"])
    return float(np.mean([each[:seconds] for each in begun[what][: bent["takes"]]]))


def usual_variety(
    plain: dict[str, Any], bent: dict[str, Any], begun: dict[str, Any] | None
) -> float:
    """Return the variety of what tilted takes are compared with; of short ones that of the same seconds."""
    if begun is None or "variety" not in begun or bent["seconds"] > len(begun["variety"]):
        return float(plain["variety"])
    return float(begun["variety"][round(bent["seconds"]) - 1])


def table(
    rows: list[dict[str, Any]], begun: Mapping[tuple[str, str], dict[str, Any]] | None = None
) -> str:
    """Return the table: figures in bold are those that reach what is asked for."""
    found = {tuple(row["what"]): row for row in rows}
    lines = [
        "| stream, file | reward | at 1: sd of 60 s | of chunks | bits/sample | variety | heard "
        "| at −1: sd of 60 s | of chunks | bits/sample | variety | heard |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for model, name in dict.fromkeys((what[0], what[1]) for what in found):
        plain = found.get((model, name, 0.0))
        cells = [" ".join([model, *_file(plain)]), name]
        for strength in (1.0, -1.0):
            bent = found.get((model, name, strength))
            if plain is None or bent is None:
                cells += [""] * 5
                continue
            at_first = (begun or {}).get((model, name))
            moved = bent["mean"] - usual(plain, bent, at_first, "mean")
            dearer = bent["bits"] - usual(plain, bent, at_first, "bits")
            enough = RISE if strength > 0 else 0.0
            left = bent["variety"] / usual_variety(plain, bent, at_first)
            far = moved / (take_std(plain) or np.inf)
            cells += [
                _cell(far, far * strength >= enough),
                _cell(moved / (plain["std"] or np.inf), False),
                _cell(dearer, dearer <= DEARER_BITS),
                "" if np.isnan(left) else _cell(left, left >= VARIETY, plus=False),
                f"{bent['takes']} × {bent['seconds']:.0f} s"
                + (f", {bent['candidates']}" if "candidates" in bent else ""),
            ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _file(plain: dict[str, Any] | None) -> list[str]:
    """Return how the hash of a model's file begins, if it was noted."""
    return [f"`{plain['file']}`"] if plain is not None and "file" in plain else []


def take_std(plain: dict[str, Any]) -> float:
    """Return by how much the mean reward differs between untilted takes of `ASKED_S` seconds.

    That of shorter takes is scaled, as if stretches of that length were independent.
    """
    return float(plain["take_std"]) * float(np.sqrt(plain["seconds"] / ASKED_S))


def _cell(number: float, reached: bool, plus: bool = True) -> str:
    text = f"{number:+.2f}" if plus else f"{number:.2f}"
    return f"**{text}**" if reached else text


def refreshed(document: str, measured: Path) -> str:
    """The document with its table as it is to be."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(read(measured), starts(measured))}\n\n{END}{after}"
