"""`livecode render`: plays a set into a WAV file, and shows how far it is."""

import argparse

from rich.progress import Progress, TextColumn, TimeRemainingColumn

from livecode.cli.arguments import add_for, add_sound, add_stems, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.offline.render import RenderOptions, render


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode render`."""
    add = parser.add_argument
    add("set", type=path, metavar="SET.py")
    add("-o", "--out", type=path, required=True, metavar="OUT.wav")
    add_stems(parser)
    add_sound(parser)
    add_for(parser, "length (default: that of the set's scenes)")
    add("--osc", type=path, metavar="FRAMES.jsonl", help="recorded packets to play to it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Render, and print the errors that came up on the way."""
    settings = RenderOptions(
        set_path=options.set,
        out=options.out,
        seconds=options.seconds,
        seed=options.seed,
        osc=options.osc,
        sample_rate=options.sr,
        block=options.block,
        stems=options.stems,
        bits=options.bits,
    )
    columns = (*Progress.get_default_columns()[1:-1], TimeRemainingColumn())
    named = TextColumn("{task.description}", markup=False)
    with Progress(named, *columns, console=PlainConsole()) as progress:
        task = progress.add_task(f"rendering {settings.out.name}", total=None)
        errors = render(
            settings, lambda played_s, whole_s: progress.update(task, completed=played_s, total=whole_s)
        )  # fmt: skip
    for error in errors:
        say(error)
    return 0
