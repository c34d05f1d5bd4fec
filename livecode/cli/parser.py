"""The command line's parser, and the commands that it hands over to."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

from livecode.cli.printing import say_error

Fill = Callable[["Parser"], None]


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that reports errors in one sentence and can add its arguments late.

    `fill(parser)` adds the arguments when the parser is first used. A command can then import much
    for its arguments without slowing down the other commands.
    """

    def __init__(self, *, fill: Fill | None = None, **settings: object):
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]
        self._fill = fill

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse as argparse does, after adding the arguments that were postponed."""
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit with status 2 and one sentence instead of the usage text."""
        say_error(f"{message}; see {self.prog} --help")
        self.exit(2)


@dataclass(frozen=True)
class Command:
    """One command: its name, its line in the help text, and its module in `livecode.cli`.

    The module is imported when somebody types the command, since most modules bring much with them.
    Its `add_arguments(parser)` adds the options, and sets the default `run`: a function from the
    parsed options to the exit status.
    """

    name: str
    help: str
    module: str

    def fill(self, parser: Parser) -> None:
        """Add the command's arguments to its parser."""
        import_module(f"livecode.cli.{self.module}").add_arguments(parser)


def add_commands(
    parser: Parser, commands: Sequence[Command], metavar: str, required: bool = True
) -> None:
    """Let the parser take one of several commands; `metavar` stands for it in the help text.

    Where none is `required`, the parser's own `run` is for what names none.
    """
    choices = parser.add_subparsers(required=required, metavar=metavar)
    for each in commands:
        choices.add_parser(each.name, help=each.help, fill=each.fill)
