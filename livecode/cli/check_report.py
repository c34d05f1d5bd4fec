"""What `livecode check` prints: a table of the scenes and the findings below it, or JSON."""

import dataclasses
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from livecode.errors import LivecodeError
from livecode.offline.check import Report, check_set


def check(path: Path, osc: Path | None, osc_port: int | None, as_json: bool) -> int:
    """Check a set and say what was found; 2 if it does not play as it is written."""
    try:
        report = check_set(path, osc, osc_port)
    except LivecodeError as error:
        if not as_json:
            raise
        print(json.dumps({"path": str(path), "ok": False, "error": str(error)}))
        return 2
    if as_json:
        print(json.dumps({**dataclasses.asdict(report), "ok": report.ok}, indent=2))
    else:
        print_report(report, Console())
    return 0 if report.ok else 2


def print_report(report: Report, console: Console) -> None:
    """The table, the findings, and one line that sums up."""
    if report.scenes:
        table = Table(box=None, pad_edge=False)
        for heading in ("", "scene", "line", "length", "× real time", "sounds", "listens to"):
            right = heading in ("", "line", "× real time")
            table.add_column(heading, justify="right" if right else "left")
        for row in report.scenes:
            table.add_row(
                str(row.number),
                Text(row.name),
                str(row.line),
                row.length,
                "" if row.realtime is None else f"{row.realtime:.1f}",
                Text(", ".join(row.sounds) or "nothing"),
                ", ".join(row.listens),
            )
        console.print(table)
        console.print()
    for finding in report.findings:
        where = f"{Path(report.path).name}" + (f", line {finding.line}" if finding.line else "")
        scene = f"{finding.scene}: " if finding.scene else ""
        style, glyph = ("bold red", "✗") if finding.grave else ("", "·")
        console.print(Text(f"{glyph} {where}: {scene}{finding.text}", style=style))
    grave = sum(finding.grave for finding in report.findings)
    notes = len(report.findings) - grave
    counted = [f"{grave} in need of repair"] if grave else []
    counted += [f"{notes} to know"] if notes else []
    console.print(", ".join(counted) or "nothing is amiss")
