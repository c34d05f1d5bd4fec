"""`livecode video`: makes a film of a past performance, of what the room saw and heard."""

import argparse
import re

from rich.progress import Progress, TextColumn

from livecode.cli.arguments import add_trust, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.past import opened
from livecode.cli.printing import say
from livecode.errors import LivecodeError
from livecode.films.video import FilmOptions, checked, film

_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode video JOURNAL -o OUT.mp4`."""
    add = parser.add_argument
    add(
        "journal",
        type=path,
        metavar="JOURNAL",
        help="a journal, the number of a performance, or a bundle",
    )
    add(
        "-o",
        "--out",
        type=path,
        required=True,
        metavar="OUT.mp4",
        help="or .mkv, .mov: the exact floats",
    )
    add("--fps", type=float, default=30.0, metavar="N", help="pictures a second (default: 30)")
    add("--size", default="1280x720", metavar="WxH", help="pixels of a picture (default: 1280x720)")
    add("--palette", default="", metavar="NAME", help="colours (default: as the set said)")
    add_trust(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the film; return 1 if the controls were not those that were played."""
    size = _SIZE.fullmatch(options.size)
    if size is None:
        raise LivecodeError(f"--size {options.size}: write width and height, as 1280x720")
    settings = FilmOptions(options.out, options.fps, int(size[1]), int(size[2]), options.palette)
    checked(settings)
    named = TextColumn("{task.description}", markup=False)
    columns = (named, *Progress.get_default_columns()[3:])
    with (
        opened(options.journal, options.trust) as past,
        Progress(*columns, console=PlainConsole()) as progress,
    ):
        task = progress.add_task("", total=None)
        replayed = film(
            past.journal,
            settings,
            lambda seconds: progress.update(
                task, description=f"{options.out.name}: {seconds:.1f} s"
            ),
        )
    say(f"{options.out}: {replayed.seconds:.1f} s")
    if replayed.differs_at_s is not None:
        say(f"from {replayed.differs_at_s:.2f} s on the controls are not those that were played")
        return 1
    return 0
