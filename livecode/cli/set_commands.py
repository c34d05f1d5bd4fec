"""`livecode check` and `livecode rehearse` on the command line: what they take."""

import argparse
from pathlib import Path

from livecode.cli.arguments import Parser, add_for, add_sound, factor, port


def add_check(check: Parser) -> None:
    """The arguments of `livecode check`."""
    check.add_argument("set", type=Path, metavar="SET.py")
    check.add_argument("--osc", type=Path, metavar="FRAMES.jsonl", help="packets that will come")
    check.add_argument("--osc-port", type=port, default=8888, metavar="PORT",
        help="UDP port to hear sensors on meanwhile (8888)")  # fmt: skip
    check.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    check.set_defaults(run=_check)


def add_rehearse(rehearse: Parser) -> None:
    """The arguments of `livecode rehearse`."""
    add = rehearse.add_argument
    add("set", type=Path, metavar="SET.py")
    add("--from", dest="start", default="1", metavar="N|NAME", help="scene to begin with (1)")
    add("--speed", type=factor, metavar="X", help="times as fast as it plays (as fast as can be)")
    add("--osc", type=Path, metavar="FRAMES.jsonl", help="recorded packets, as of rings")
    add("-o", "--out", type=Path, metavar="OUT.wav", help="write what would be heard")
    add_sound(rehearse)
    add_for(rehearse, "end after so long (when the set is over)")
    rehearse.set_defaults(run=_rehearse)


def _check(options: argparse.Namespace) -> int:
    from livecode.cli.check_report import check

    return check(options.set, options.osc, options.osc_port, options.json)


def _rehearse(options: argparse.Namespace) -> int:
    from livecode.offline.rehearse import RehearseOptions, rehearse

    return rehearse(
        RehearseOptions(options.set, options.start, options.speed, options.osc, options.out,
                        options.seconds, options.seed, options.sr, options.block)
    )  # fmt: skip
