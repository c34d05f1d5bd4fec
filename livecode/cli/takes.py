"""`livecode takes`: opens the screen of a folder of takes, or lists or splices them without it."""

import argparse
import os
from pathlib import Path

from livecode.cli.arguments import add_audio, add_theme, duration, path, percentage, theme_of
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.errors import LivecodeError
from livecode.takes.choices import TakesFolder
from livecode.takes.screen import HEADING, audition_screen, listed
from livecode.takes.selection import Selection
from livecode.takes.splice import splice
from livecode.terminal.style import NO_COLOUR, style
from livecode.transport.plain_text import plain_line


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode takes`."""
    add = parser.add_argument
    add("folder", type=path, metavar="DIR", help="what `livecode generate` made")
    add_audio(parser)
    add_theme(parser)
    add("--list", action="store_true", help="print the takes instead")
    add("--band", nargs=2, type=percentage, metavar=("LOW", "TOP"),
        help="hide the LOW and the TOP per cent by likelihood (40 5 is a good band)")  # fmt: skip
    add("--splice", type=path, metavar="OUT.wav", help="join the kept takes into a file instead")
    add("--fade", type=duration, default=1.0, metavar="S",
        help="length of a splice's crossfades in seconds (1)")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, splice, or open the screen."""
    path: Path = options.folder
    band: tuple[float, float] | None = None if options.band is None else tuple(options.band)
    if band is not None and sum(band) >= 100:
        raise LivecodeError("--band: nothing is left between its two shares; use 40 5")
    if not path.is_dir():
        raise LivecodeError(f"there is no folder {path}: `livecode generate` makes one")
    if not options.list and options.splice is None:
        theme = theme_of(options)
        if os.environ.get("NO_COLOR"):
            theme = NO_COLOUR
        return audition_screen(
            path, options.audio, style(theme), theme != NO_COLOUR, band, options.fade
        )
    folder = TakesFolder(path)
    if options.list:
        say(HEADING.rstrip())
        for take in Selection(band=band).of(folder.takes):
            say(plain_line(listed(take)).rstrip())
    if options.splice is not None:
        kept = [take.path for take in folder.kept]
        if not kept:
            raise LivecodeError(
                f"no take in {path} is kept: keep some with `livecode takes {path}` and its key k"
            )
        say(splice(kept, options.splice, options.fade))
    return 0
