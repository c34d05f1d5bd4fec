"""Draws docs/samplernn-speed.png from the rows of `livecode bench samplernn --json`."""

import argparse
import json
from pathlib import Path
from typing import Any

SERIES = (
    ("int8", {"weights": "int8"}, "C0"),
    ("float32", {"weights": "float32"}, "C1"),
)


def main() -> int:
    """Plot speed by dim, by streams and by layers."""
    parser = argparse.ArgumentParser(prog="python -m tools.samplernn_plot")
    parser.add_argument("rows", type=Path, help="output of `livecode bench samplernn --json`")
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    draw(json.loads(options.rows.read_text()), options.picture)
    return 0


def draw(rows: list[dict[str, Any]], picture: Path) -> None:
    """Draw one panel for each size that grows; needs matplotlib."""
    from matplotlib.figure import Figure

    speeds = [row for row in rows if row["what"] in ("one stream", "each stream")]
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    panels = (
        ("dim", {"layers": 1, "streams": 1}, "dim (one stream)"),
        ("streams", {"dim": 256, "layers": 1}, "streams of dim 256"),
        ("layers", {"dim": 256, "streams": 1}, "GRU layers a tier, dim 256"),
    )
    for axes, (name, fixed, label) in zip(figure.subplots(1, 3), panels, strict=True):
        for title, kind, colour in SERIES:
            found = _chosen(speeds, fixed | kind)
            points = sorted({row[name]: row["value"] for row in reversed(found)}.items())
            axes.plot(*zip(*points, strict=True), "o-", color=colour, label=title)
        plain = {row[name]: row["baseline"] for row in _chosen(speeds, fixed) if row["baseline"]}
        if plain:
            points = sorted(plain.items())
            axes.plot(
                *zip(*points, strict=True), "o:", color="grey", label="torch loop, one stream"
            )
        axes.axhline(1, color="black", linewidth=0.5)
        axes.set(xscale="log", yscale="log", xlabel=label)
        ticks = sorted({row[name] for row in _chosen(speeds, fixed)})
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    figure.axes[0].set_ylabel("× real time at 16 kHz")
    figure.axes[0].legend(frameon=False, fontsize="small")
    figure.savefig(picture, dpi=110)


def _chosen(rows: list[dict[str, Any]], fixed: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in rows if all(row.get(name) == value for name, value in fixed.items())]


if __name__ == "__main__":
    raise SystemExit(main())
