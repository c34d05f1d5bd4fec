"""`livecode new`: begins a set from a template, or from a set that comes with livecode."""

import argparse
import os
from pathlib import Path

from livecode.cli.arguments import path
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.sets.included import TEMPLATE, included_set, included_sets

SUFFIX = ".py"


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode new`."""
    names = ", ".join(name for name in included_sets() if name != TEMPLATE)
    parser.add_argument("set", type=path, metavar="SET.py", help="the file to make")
    parser.add_argument(
        "--like", metavar="NAME", default=TEMPLATE, help=f"a set to begin from: {names}"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file, which must not be there yet, and say how to play it."""
    target: Path = options.set if options.set.suffix else options.set.with_suffix(SUFFIX)
    text = included_set(options.like).read_text(encoding="utf-8")
    if options.like == TEMPLATE:
        text = text.replace(f"NAME{SUFFIX}", shown(target.name)).replace("NAME", shown(target.stem))
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise LivecodeError(
            f"{shown(target)} is there already, and stays as it is: name another file"
        ) from None
    say(f"made {shown(target)}: livecode play {shown(os.fspath(target))}")
    return 0
