"""`livecode kernel`: plays from a Jupyter front end, and tells Jupyter how to start that."""

import argparse
from pathlib import Path

from livecode.cli.arguments import add_audio, add_osc, add_sound, path
from livecode.cli.parser import Parser
from livecode.cli.printing import say, say_error
from livecode.processes.kernelspec import install, play_as_kernel
from livecode.processes.options import Options

#: Options that an installed kernel is started with again.
PLAYED = ("audio", "sr", "block", "seed", "osc_port", "osc_bind")


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode kernel [install]`."""
    add = parser.add_argument
    add("install", nargs="?", choices=["install"],
        help="tell Jupyter of the kernel, with these options")  # fmt: skip
    add("--user", action="store_true", help="install for this user alone")
    add("--prefix", type=path, metavar="DIR", help="install into this environment")
    add("-f", "--connection-file", type=path, metavar="FILE", help="where the front end listens")
    add_audio(parser)
    add_sound(parser)
    add_osc(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Play as a Jupyter kernel, or install the kernel's description."""
    if options.install:
        pairs = [(f"--{name.replace('_', '-')}", str(getattr(options, name))) for name in PLAYED]
        where = install(options.user, options.prefix, [word for pair in pairs for word in pair])
        say(f"Jupyter knows the kernel livecode now; it is described in {where}")
        return 0
    settings = Options(
        audio=options.audio,
        sample_rate=options.sr,
        block=options.block,
        seed=options.seed,
        osc_bind=options.osc_bind,
        osc_port=options.osc_port,
    )
    play_as_kernel(settings, options.connection_file, _announce, _log)
    return 0


def _announce(connection: Path) -> None:
    say(f"jupyter console --existing {connection}")


def _log(text: str) -> None:
    """Print to the front end's log."""
    say_error(text)
