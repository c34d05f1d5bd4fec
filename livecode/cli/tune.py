"""`livecode tune`: one command for each kind of model whose settings can be searched."""

from livecode.cli.parser import Command, Parser, add_commands

KINDS = (Command("samplernn", "frame sizes, width, learning rate, sequence", "tune_samplernn"),)


def add_arguments(parser: Parser) -> None:
    """Add the kinds of model whose settings can be searched."""
    add_commands(parser, KINDS, "KIND")
