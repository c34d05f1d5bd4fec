"""One measured figure beside its baseline, and how a list of them is printed; measures nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

Identity = Mapping[str, str | int | float | bool | None]

FIGURES = ("what", "value", "unit", "baseline", "ratio", "target", "ok")


@dataclass(frozen=True)
class Row:
    """A figure; None stands where there is none (no baseline, no target, nothing to measure)."""

    what: str
    value: float | None
    unit: str
    baseline: float | None = None  # the same figure for what it is compared with, in this run
    ratio: float | None = None  # value / baseline
    target: float | None = None
    ok: bool | None = None  # whether the value meets the target
    about: Identity = field(default_factory=dict)  # what else identifies the row: dims, streams

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
        """A row with its ratio and verdict worked out; no value misses every target."""
        ratio = None if value is None or not baseline else value / baseline
        ok = None
        if target is not None:
            met = value is not None and (value <= target if better == "lower" else value >= target)
            ok = bool(met)  # not one of numpy's
        return cls(what, value, unit, baseline, ratio, target, ok, about)

    def flat(self) -> dict[str, str | int | float | bool | None]:
        """One level of names: the figures, then what identifies the row."""
        return {**{name: getattr(self, name) for name in FIGURES}, **self.about}


def rows_to_json(rows: Sequence[Row]) -> str:
    """One JSON list with one flat object, and one line, per row."""
    return "[" + ",\n ".join(json.dumps(row.flat(), allow_nan=False) for row in rows) + "]"


def print_rows(rows: Sequence[Row], console: Console) -> None:
    """A table, with what identifies a row in its second column."""
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
    """Three significant digits, and all that stand before the point."""
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
