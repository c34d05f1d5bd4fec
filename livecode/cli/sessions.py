"""`livecode sessions`: lists past performances, exports one as a set, deletes one, ends one that sounds."""

import argparse
import time
from pathlib import Path

from rich.table import Table

from livecode.bundles.forking import minutes
from livecode.bundles.writing import write_bundle
from livecode.cli.arguments import count, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.past import CARRIED
from livecode.cli.printing import put_out, say
from livecode.errors import LivecodeError
from livecode.files import FILES, carrying, shown
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance, Summary
from livecode.journal.export import exported
from livecode.journal.journal_file import read_journal
from livecode.journal.marks import remove_performance
from livecode.journal.records import Opening
from livecode.processes import running
from livecode.processes.running import PlaysElsewhere


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode sessions`."""
    add = parser.add_argument
    add("what", nargs="?", choices=("export", "delete", "stop"),
        help="what to do with a performance; lists all of them if left out")  # fmt: skip
    add("number", nargs="?", type=count, metavar="N", help="number of the performance (the newest)")
    add("-o", "--out", type=path, metavar="FILE.py", help="file to export to (standard output)")
    add("--bundle", type=path, metavar="FILE.zip",
        help="export it with all that another machine needs to replay or fork it")  # fmt: skip
    add("--share", action="append", default=[], metavar="MODEL",
        help="carry a model although its licence does not say that it may be shared")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, export, delete or stop."""
    match options.what:
        case _ if options.share and options.bundle is None:
            raise LivecodeError("--share is for a bundle: write --bundle FILE.zip beside it")
        case "export" if options.bundle is not None:
            if options.out is not None:
                raise LivecodeError("--bundle names its own file: leave -o out, or export twice")
            return export_bundle(options.number, options.bundle, options.share)
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
        if summary.forked_s is not None:
            name = f"{name} from {minutes(summary.forked_s)}".strip()
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


def export_bundle(number: int | None, out: Path, share: list[str]) -> int:
    """Write the bundle of a performance to a file that does not exist yet, and say what it carries."""
    journal = archive.find(number).journal
    with carrying(journal.parent / CARRIED):
        contents = write_bundle(journal, out, share)
    told = [name for name in contents.files if name.startswith(f"{FILES}/")]
    for name in told:
        say(f"carries {name.removeprefix(FILES + '/')}")
    for model in contents.models:
        if model.left_out:
            hint = (
                f"; --share {Path(model.name).stem} carries it"
                if "licence" in model.left_out
                else ""
            )
            say(f"does not carry the model {model.name}: {model.left_out}{hint}")
        else:
            say(f"carries the model {model.name} ({model.licence or 'since you say so'})")
    for sentence in contents.missing:
        say(sentence)
    if told:
        say("see that you may pass these files on: whoever has the bundle has them")
    if any(isinstance(each, Opening) and each.cues for each in read_journal(journal, Opening)):
        say("the token of its cues is in it, too: choose another for the next evening")
    size, at = out.stat().st_size / 1e6, shown(out)
    say(f"{at} holds {minutes(contents.seconds)} of playing ({size:.1f} MB): elsewhere,")
    say(f"livecode replay {at} -o OUT.wav plays it again,")
    say(f"livecode fork {at} --at M:SS goes on live from a moment of it")
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
