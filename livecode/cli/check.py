"""`livecode check`: prints the scenes of a set as a table with the findings below it, or as JSON."""

import argparse
import dataclasses
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from livecode.cli.arguments import path, port
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.errors import LivecodeError
from livecode.offline.check import Report, check_set

HEADINGS = ("", "scene", "line", "length", "× real time", "busiest", "sounds", "listens to")
RIGHT = ("", "line", "× real time")  # headings of columns with numbers


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode check`."""
    add = parser.add_argument
    add("set", type=path, metavar="SET.py")
    add("--osc", type=path, metavar="FRAMES.jsonl", help="recorded packets that will come")
    add("--osc-port", type=port, default=8888, metavar="PORT",
        help="UDP port to hear sensors on meanwhile (8888)")  # fmt: skip
    add("--json", action="store_true", help="one JSON object instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check a set and print what was found; return 2 if it does not play as it is written."""
    path: Path = options.set
    try:
        report = check_set(path, options.osc, options.osc_port)
    except LivecodeError as error:
        if not options.json:
            raise
        say(json.dumps({"path": str(path), "ok": False, "error": str(error)}))
        return 2
    if options.json:
        say(json.dumps({**dataclasses.asdict(report), "ok": report.ok}, indent=2))
    else:
        print_report(report, PlainConsole())
    return 0 if report.ok else 2


def print_report(report: Report, console: Console) -> None:
    """Print the table of scenes, the findings, and one line that counts them."""
    if report.scenes:
        table = Table(box=None, pad_edge=False)
        for heading in HEADINGS:
            table.add_column(heading, justify="right" if heading in RIGHT else "left")
        for row in report.scenes:
            table.add_row(
                str(row.number),
                Text(row.name),
                str(row.line),
                row.length,
                "" if row.realtime is None else f"{row.realtime:.1f}",
                "" if row.shares is None else row.shares.busiest,
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
