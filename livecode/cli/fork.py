"""`livecode fork`: goes on live from a moment of a past performance, or of one that was carried here."""

import argparse
from contextlib import closing

from livecode.cli.arguments import (
    add_audio,
    add_for,
    add_osc,
    add_record,
    add_sound_card,
    add_stage,
    add_theme,
    add_trust,
    moment,
    path,
)
from livecode.cli.parser import Parser
from livecode.processes.early import early_supervisor


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode fork WHAT --at MOMENT`."""
    add = parser.add_argument
    add(
        "what",
        type=path,
        metavar="WHAT",
        help="a bundle, the number of a performance, or a journal",
    )
    add("--at", type=moment, metavar="M:SS",
        help="go on from this moment of it, as in 12:30 or 1:02:30 (its end)")  # fmt: skip
    add_audio(parser)
    add_sound_card(parser)
    add_osc(parser)
    add_record(parser)
    add_stage(parser)
    add_theme(parser)
    add_for(parser, "end after this long")
    add_trust(parser)
    parser.set_defaults(run=run, set=None)


def run(options: argparse.Namespace) -> int:
    """Fork a performance, and play until the performer leaves, or for `--for` seconds.

    Its processes import what they need while the journal is read.
    """
    with closing(early_supervisor()) as early:
        from livecode.cli.forked import play_fork

        return play_fork(options, early)
