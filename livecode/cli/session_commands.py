"""The words and options of `livecode resume`, `livecode sessions` and `livecode replay`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from livecode.cli.arguments import THEMES, Parser, add_for, add_record, count
from livecode.errors import LivecodeError


def add_resume(resume: Parser, audio: Sequence[str]) -> None:
    """`livecode resume [N]`."""
    add = resume.add_argument
    add("number", nargs="?", type=count, metavar="N", help="which; the newest")
    add("--audio", choices=audio, default="auto", help="way out, if everything had ended (auto)")
    add_record(resume)
    add("--theme", choices=THEMES, help="colours (LIVECODE_THEME, or else dark)")
    add_for(resume, "end after so long")
    resume.set_defaults(run=_resume)


def add_sessions(sessions: Parser) -> None:
    """`livecode sessions`, and what can be done with them."""
    add = sessions.add_argument
    add("what", nargs="?", choices=("export", "delete", "stop"), help="list them, if left out")
    add("number", nargs="?", type=count, metavar="N", help="which; the newest")
    add("-o", "--out", type=Path, metavar="FILE.py", help="where to export to (the terminal)")
    sessions.set_defaults(run=_sessions)


def add_replay(replay: Parser) -> None:
    """`livecode replay JOURNAL -o OUT.wav`."""
    replay.add_argument("journal", type=Path, metavar="JOURNAL", help="its file, or a number")
    replay.add_argument("-o", "--out", type=Path, required=True, metavar="OUT.wav")
    replay.set_defaults(run=_replay)


def _resume(options: argparse.Namespace) -> int:
    from livecode.cli.play import resume

    return resume(options)


def _sessions(options: argparse.Namespace) -> int:
    from livecode.cli import sessions_command

    match options.what:
        case "export":
            return sessions_command.export(options.number, options.out)
        case "delete" if options.number is None:
            raise LivecodeError("say which performance to delete: `livecode sessions delete N`")
        case "delete":
            return sessions_command.delete(options.number)
        case "stop":
            return sessions_command.stop(options.number)
    return sessions_command.show()


def _replay(options: argparse.Namespace) -> int:
    from livecode.cli.replay_command import run

    return run(options.journal, options.out)
