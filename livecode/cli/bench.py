"""`livecode bench`: runs one benchmark and prints its figures."""

import argparse

from rich.console import Console

from livecode.bench.command import BENCHES, SELECTIVE
from livecode.bench.rows import print_rows, rows_to_json
from livecode.cli.arguments import add_for
from livecode.cli.parser import Parser
from livecode.errors import LivecodeError


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode bench`."""
    names = tuple(sorted(BENCHES))
    parser.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    add_for(parser, "how long to measure a figure, where that can be chosen")
    parser.add_argument("--only", nargs="+", default=(), metavar="MODEL",
        help=f"measure these models or model files alone ({', '.join(sorted(SELECTIVE))})")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, and print one row for each figure."""
    if not options.only:
        rows = BENCHES[options.name](options.seconds)
    elif options.name in SELECTIVE:
        rows = SELECTIVE[options.name](options.seconds, options.only)
    else:
        raise LivecodeError(f"--only: bench {options.name} cannot be told which models to measure")
    if options.json:
        print(rows_to_json(rows))
    else:
        print_rows(rows, Console())
    return 0
