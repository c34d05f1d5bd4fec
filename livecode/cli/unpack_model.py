"""`livecode models unpack`: takes a model out of a package, checked, to where it is found by name."""

import argparse

from livecode.cli.arguments import path
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.files import shown
from livecode.neural.model_package import unpack
from livecode.neural.samplernn.config import KIND as SAMPLERNN
from livecode.transport.plain_text import plain_line


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode models unpack`."""
    add = parser.add_argument
    add("file", type=path, metavar="FILE", help="what `livecode models pack` made")
    add("--name", help="another name for the model")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Unpack the model, and say how to play it."""
    unpacked = unpack(options.file, options.name)
    word = "stream" if unpacked.meta.kind == SAMPLERNN else "space"
    say(f"{shown(unpacked.path)} is whole: play it with {word}({unpacked.name!r})")
    say(f"licence: {plain_line(unpacked.meta.licence) or 'none is named'}")
    say(f"SHA-256 of the model: {unpacked.digest}")
    return 0
