"""`livecode demo`: a tour of five minutes that explains itself, at the terminal or without one."""

import argparse

from livecode.cli import play
from livecode.cli.parser import Parser
from livecode.sets.included import included_set

#: The tour without a terminal takes so long; at one it stays open until the performer leaves.
TOUR_S = 300.0


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode demo`: those of `play` but the set."""
    play.add_options(parser)
    parser.set_defaults(run=run, set=None)


def run(options: argparse.Namespace) -> int:
    """Play the tour; what is changed in it is kept with the performance, and not in the installation."""
    options.seconds = options.seconds or play.without_terminal(TOUR_S)
    return play.play_set(options, included_set("tour"), copied=True)
