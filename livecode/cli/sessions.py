"""`livecode sessions`: lists past performances, exports one as a set, deletes one, ends one that sounds."""

import argparse
import time
from pathlib import Path

from rich.table import Table

from livecode.cli.arguments import count, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import put_out, say
from livecode.errors import LivecodeError
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance, Summary
from livecode.journal.export import exported
from livecode.journal.marks import remove_performance
from livecode.processes import running
from livecode.processes.running import PlaysElsewhere


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode sessions`."""
    add = parser.add_argument
    add("what", nargs="?", choices=("export", "delete", "stop"),
        help="what to do with a performance; lists all of them if left out")  # fmt: skip
    add("number", nargs="?", type=count, metavar="N", help="number of the performance (the newest)")
    add("-o", "--out", type=path, metavar="FILE.py", help="file to export to (standard output)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, export, delete or stop."""
    match options.what:
        case "export":
            return export(options.number, options.out)
        case "delete" if options.number is None:
            raise LivecodeError("say which performance to delete: `livecode sessions delete N`")
        case "delete":
            return delete(options.number)
        case "stop":
            return stop(options.number)
    return show()


def show() -> int:
    """Print a table of all performances, the oldest first."""
    performances = [each for each in archive.performances() if each.journal.exists()]
    if not performances:
        say(f"no performance has been kept in {archive.folder()}")
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "begun", "length", "set", "blocks", "ended"):
        table.add_column(heading, justify="right" if heading in ("number", "blocks") else "left")
    for each in performances:
        try:
            summary = archive.summary(each)
        except LivecodeError as error:
            table.add_row(str(each.number), "", "", "", "", str(error))
            continue
        date = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.begun))
        length = f"{int(summary.seconds) // 60}:{int(summary.seconds) % 60:02}"
        name = "" if summary.set_path is None else Path(summary.set_path).name
        blocks = str(summary.blocks)
        table.add_row(str(each.number), date, length, name, blocks, _ended(each, summary))
    PlainConsole().print(table)
    return 0


def _ended(performance: ArchivedPerformance, summary: Summary) -> str:
    """Return how a performance ended, or that it still plays."""
    try:
        attached = running.attached(performance)
    except PlaysElsewhere as error:
        return str(error)
    if attached is not None:
        return "plays" if running.has_terminal(attached[1]) else "plays on without a terminal"
    return "as it was meant to" if summary.clean else "was cut off"


def export(number: int | None, out: Path | None) -> int:
    """Write a performance as a set file, to standard output or to a file that does not exist yet."""
    text = exported(archive.find(number).journal)
    if out is None:
        put_out(text)
        return 0
    try:
        with open(out, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise LivecodeError(f"{out} is there already; choose another name") from None
    say(f"{out}: open it with `livecode play {out}`")
    return 0


def delete(number: int) -> int:
    """Delete all files of a performance that this installation has made, unless it is playing."""
    performance = archive.find(number)
    if running.attached(performance) is not None:
        raise LivecodeError(f"performance {number} is playing; end it first")
    if not remove_performance(performance.folder):
        raise LivecodeError(
            f"{performance.folder} was not made by this installation, or by an older version of it: "
            "look what is in it, and remove it yourself"
        )
    return 0


def stop(number: int | None) -> int:
    """End a performance that plays on; without a number, the one that lost its terminal."""
    performance = running.left_alone() if number is None else archive.find(number)
    if performance is None:
        raise LivecodeError("no performance plays without a terminal")
    running.stop(performance)
    say(f"performance {performance.number} has ended")
    return 0
