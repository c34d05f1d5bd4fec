"""The `livecode` command: all commands in one table, and one sentence when something is wrong."""

import io
import os
import sys

from livecode import __version__
from livecode.cli.parser import Command, Parser, add_commands
from livecode.cli.printing import say_error
from livecode.errors import LivecodeError

#: Exit status of a program whose output nobody reads any more: 128 + SIGPIPE.
UNREAD = 141
COMMANDS = (
    Command("play", "open the terminal and play", "play"),
    Command("demo", "hear what it can do, in five minutes that explain themselves", "demo"),
    Command("new", "begin a set of your own", "new"),
    Command("kernel", "play from JupyterLab, VS Code and the like", "kernel"),
    Command("resume", "go back to a performance that still sounds or was cut off", "resume"),
    Command("fork", "go on live from a moment of a past performance, or of a bundle", "fork"),
    Command("sessions", "list past performances; export, bundle or delete them", "sessions"),
    Command("stage", "tell where the stage page is, and who watches", "stage"),
    Command("replay", "play a performance again from its journal, or from a bundle", "replay"),
    Command("video", "make a film of a past performance: the stage page and its sound", "video"),
    Command("render", "play a set into a file, faster than real time", "render"),
    Command("check", "try every scene of a set before the evening", "check"),
    Command("rehearse", "go through a set at speed, from any scene", "rehearse"),
    Command("train", "train a model on your own sound", "train"),
    Command("tune", "run short trainings to find settings that suit your sound", "tune"),
    Command("generate", "make many takes of a stream, offline", "generate"),
    Command("takes", "listen to takes, keep some, splice them", "takes"),
    Command("import", "turn a samplernn-pytorch checkpoint into a model", "import_model"),
    Command("models", "list the models that can be named; show, pack or unpack one", "models"),
    Command("rings", "look at the motion rings, or simulate them", "rings"),
    Command("bench", "measure, beside a baseline in the same run", "bench"),
    Command("doctor", "look at what this machine has, and at what is wrong", "doctor"),
)
#: What to say where a package is missing that only some commands need.
MISSING = {
    "torch": (
        "training and importing need torch, which is not installed here: "
        'run `make setup`, or pip install "livecode[train]"'
    ),
    "pyo": (
        "pyo, which makes the sound, is not installed here, since it has no wheel for this system: "
        "see Install in the documentation for what building it needs, then run pip install pyo"
    ),
    "livecode.bench": (
        "the benchmarks are not part of an installed livecode: run them in the project's folder"
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status.

    `arguments` are the words after `livecode`; None stands for those of this process.
    """
    _print_anything()
    try:
        options = command_parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except LivecodeError as error:
        say_error(str(error))
        return 2
    except BrokenPipeError:
        # Python flushes stdout once more when it exits; this lets that flush succeed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        say_error(f"{error.strerror or error}{where}")
        return 2
    except ModuleNotFoundError as error:
        if error.name not in MISSING:
            raise
        say_error(MISSING[error.name])
        return 2
    except KeyboardInterrupt:
        return 130


def _print_anything() -> None:
    """Let output of characters that the terminal's encoding lacks show `?` instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def command_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(prog="livecode", description="Live-coding neural sound in a terminal.")
    parser.add_argument("--version", action="version", version=f"livecode {__version__}")
    add_commands(parser, COMMANDS, "COMMAND")
    return parser
