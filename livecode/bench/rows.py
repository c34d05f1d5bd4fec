"""Rows of a benchmark: one figure beside its baseline, and the printing of a list of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

Identity = Mapping[str, str | int | float | bool | None]

FIGURES = ("what", "value", "unit", "baseline", "ratio", "target", "ok")


@dataclass(frozen=True)
class BenchRow:
    """A figure. None stands for a missing baseline or target, or for a value that does not exist."""

    what: str
    value: float | None
    unit: str
    baseline: float | None = None  # the same figure of what it is compared with, in this run
    ratio: float | None = None  # value / baseline
    target: float | None = None
    ok: bool | None = None  # whether the value meets the target
    # what else identifies the row, such as dims or streams
    about: Identity = field(default_factory=dict)

    @classmethod
    def measured(
        cls,
        what: str,
        value: float | None,
        unit: str,
        about: Identity,
        *,
        baseline: float | None = None,
        target: float | None = None,
        better: Literal["lower", "higher"] = "lower",
    ) -> Self:
        """Make a row with its ratio and verdict. A missing value misses every target."""
        ratio = None if value is None or not baseline else value / baseline
        ok = None
        if target is not None:
            met = value is not None and (value <= target if better == "lower" else value >= target)
            ok = bool(met)  # not a numpy bool, which JSON refuses
        return cls(what, value, unit, baseline, ratio, target, ok, about)

    def flat(self) -> dict[str, str | int | float | bool | None]:
        """Return the figures and what identifies the row as one flat dictionary."""
        return {**{name: getattr(self, name) for name in FIGURES}, **self.about}


def rows_to_json(rows: Sequence[BenchRow]) -> str:
    """Encode rows as one JSON list, with one flat object and one line per row."""
    return "[" + ",\n ".join(json.dumps(row.flat(), allow_nan=False) for row in rows) + "]"


def print_rows(rows: Sequence[BenchRow], console: Console) -> None:
    """Print a table, whose second column says what identifies each row."""
    table = Table("what", "of", box=SIMPLE)
    for name in FIGURES[1:]:
        table.add_column(name, justify="left" if name in ("unit", "ok") else "right")
    for row in rows:
        table.add_row(
            row.what,
            ", ".join(f"{name} {value}" for name, value in row.about.items() if value is not None),
            _figure(row.value),
            row.unit,
            _figure(row.baseline),
            _figure(row.ratio),
            _figure(row.target),
            {True: "yes", False: "NO", None: ""}[row.ok],
        )
    console.print(table)


def _figure(value: float | None) -> str:
    """Format a figure with three significant digits, or all digits before the point."""
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def quartiles(figures: Sequence[float]) -> tuple[float, float]:
    """Return the lower and upper quartile."""
    low, high = np.percentile(figures, (25, 75))
    return float(low), float(high)


def spread(about: Identity, between: tuple[float, float] | None) -> Identity:
    """Return what identifies a row, together with its quartiles."""
    if between is None:
        return about
    return {**about, "q25": round(between[0], 3), "q75": round(between[1], 3)}
