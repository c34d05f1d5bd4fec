"""Draws points on a plane with characters: the map of a space, and the path of an agent on it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replacing

Floats = NDArray[np.floating]

WIDTH, HEIGHT = 64, 16
#: The letters for families of sounds, in the order of the alphabet.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WAY, HERE = "·", "●"


def group(name: str) -> str:
    """Return the family of a sound: what stands before the first number of its file's name."""
    head = name.rstrip("0123456789")
    for i, letter in enumerate(name):
        if letter.isdigit():
            head = name[:i]
            break
    return head.strip("_- ") or name


def drawn(
    names: Sequence[str], points: Floats, way: Floats | None = None, here: Floats | None = None
) -> str:
    """Draw sounds as letters at points (n, 2) in [0, 1], a path (m, 2) as dots, and its last place."""
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]

    def put(point: Floats, mark: str) -> None:
        x, y = np.clip(np.nan_to_num(point), 0, 1)
        rows[HEIGHT - 1 - round(float(y) * (HEIGHT - 1))][round(float(x) * (WIDTH - 1))] = mark

    families = sorted({group(name) for name in names})
    letters = dict(zip(families, _letters(families), strict=True))
    for point in way if way is not None else ():
        put(point, WAY)
    for name, point in zip(names, points, strict=True):
        put(point, letters[group(name)])
    if here is not None:
        put(here, HERE)
    frame = ["┌" + "─" * WIDTH + "┐", *("│" + "".join(row) + "│" for row in rows)]
    frame.append("└" + "─" * WIDTH + "┘")
    legend = "  ".join(f"{letters[family]} {family}" for family in families[: len(LETTERS)])
    return "\n".join([*frame, legend])


#: Draws the map with matplotlib, in a process of its own: importing matplotlib takes a second.
_PICTURE = """
import json, sys
import matplotlib
matplotlib.use("Agg")
from matplotlib import pyplot
given = json.load(sys.stdin)
figure, plane = pyplot.subplots(figsize=(8, 8), layout="constrained")
for family in sorted(set(given["families"])):
    points = [p for p, f in zip(given["points"], given["families"]) if f == family]
    plane.scatter(*zip(*points), s=24, label=family)
if given["way"]:
    plane.plot(*zip(*given["way"]), color="black", linewidth=0.6, alpha=0.6)
if given["here"]:
    plane.scatter(*given["here"], color="black", s=60, zorder=3)
plane.set_xticks([]); plane.set_yticks([])
plane.legend()
figure.savefig(given["file"], dpi=120, format="png")
"""


def draw_map(
    file: Path,
    names: Sequence[str],
    points: Floats,
    way: Floats | None = None,
    here: Floats | None = None,
) -> None:
    """Draw the map into a PNG file; LivecodeError if matplotlib is missing or the file cannot be written."""
    picture = file.expanduser().with_suffix(".png")
    given = {
        "families": [group(name) for name in names],
        "points": points.tolist(),
        "way": [] if way is None else way.tolist(),
        "here": [] if here is None else here.tolist(),
    }
    try:
        with replacing(picture) as unfinished:
            told = json.dumps(given | {"file": str(unfinished)})
            command = [sys.executable, "-c", _PICTURE]
            done = subprocess.run(command, input=told, capture_output=True, text=True)
            if done.returncode:
                raise OSError((done.stderr.strip().splitlines() or ["it ended"])[-1])
    except OSError as error:
        why = error.strerror or error
        raise LivecodeError(
            f"the picture {picture} was not made ({why}); it takes matplotlib and a folder to write to"
        ) from None


def _letters(families: Sequence[str]) -> list[str]:
    """Return a letter for each family: its first letter if that is free."""
    taken: list[str] = []
    for family in families:
        wanted = [letter for letter in family.lower() if letter in LETTERS] + list(LETTERS)
        taken.append(next((letter for letter in wanted if letter not in taken), "?"))
    return taken
