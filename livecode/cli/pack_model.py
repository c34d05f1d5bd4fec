"""`livecode models pack`: puts a model, its card and its hash into one file for somebody else."""

import argparse

from livecode.cli.arguments import path
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.files import shown
from livecode.neural.model_package import pack


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode models pack`."""
    add = parser.add_argument
    add("model", metavar="NAME", help="a model: its name, or its file")
    add("-o", "--out", type=path, metavar="FILE", help="the package to write (NAME.zip)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Pack the model, and say what the other side needs to know."""
    packed = pack(options.model, options.out)
    size = packed.path.stat().st_size / 1e6
    say(f"{shown(packed.path)} holds {packed.name} ({size:.1f} MB): unpack it with")
    say(f"livecode models unpack {shown(packed.path)}")
    unsaid = "none is named, so nobody knows what may be done with it"
    say(f"licence: {packed.meta.licence or unsaid}")
    say(f"SHA-256 of the model: {packed.digest}")
    return 0
