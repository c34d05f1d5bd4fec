"""`livecode rehearse`: goes through a set at speed, from any scene, and prints what happens when."""

import argparse

from livecode.cli.arguments import add_for, add_sound, factor, path
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.offline.rehearse import RehearseOptions, rehearse


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode rehearse`."""
    add = parser.add_argument
    add("set", type=path, metavar="SET.py")
    add("--from", dest="start", default="1", metavar="N|NAME", help="scene to begin with (1)")
    add("--speed", type=factor, metavar="X",
        help="times as fast as it plays (default: as fast as this machine can)")  # fmt: skip
    add("--osc", type=path, metavar="FRAMES.jsonl", help="recorded packets, as rings send them")
    add("-o", "--out", type=path, metavar="OUT.wav", help="write what would be heard")
    add_sound(parser)
    add_for(parser, "end after this long (when the set is over)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Rehearse, and print a line for each thing that happens."""
    settings = RehearseOptions(
        set_path=options.set,
        start=options.start,
        speed=options.speed,
        osc=options.osc,
        out=options.out,
        seconds=options.seconds,
        seed=options.seed,
        sample_rate=options.sr,
        block=options.block,
    )
    rehearse(settings, say)
    return 0
