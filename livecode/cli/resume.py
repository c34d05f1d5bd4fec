"""`livecode resume`: goes back to a performance that lost its terminal, or that has ended altogether."""

import argparse
from dataclasses import replace
from pathlib import Path

from livecode.cli.arguments import (
    add_again,
    add_for,
    add_record,
    add_theme,
    add_trust,
    count,
    theme_of,
)
from livecode.cli.consent import allow, allow_journal, differences
from livecode.cli.parser import Parser
from livecode.cli.past import CARRIED
from livecode.cli.play import play_on
from livecode.cli.printing import say
from livecode.cli.settings import outlive_s
from livecode.errors import LivecodeError
from livecode.files import carrying, path_of, replace_file
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.journal.export import exported
from livecode.journal.inheritance import Inheritance, read_inheritance
from livecode.journal.journal_file import read_journal
from livecode.journal.records import Opening
from livecode.processes import running
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.options import Options, master_file
from livecode.processes.paths import Paths
from livecode.processes.running import NotOurs, RunningFile
from livecode.transport import Arena
from livecode.transport.logs import begin_log


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode resume [N]`."""
    add = parser.add_argument
    add("number", nargs="?", type=count, metavar="N", help="number of the performance (the newest)")
    add_again(parser)
    add_record(parser)
    add_theme(parser)
    add_for(parser, "end after this long")
    add_trust(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Resume a performance, and play until the performer leaves, or for `--for` seconds.

    Without a number, the performance that lost its terminal comes first, then the newest one.
    """
    theme = theme_of(options)
    performance = running.left_alone() if options.number is None else None
    if performance is None:
        performance = archive.find(options.number)
    attached = _attached(performance, options.trust)
    if attached is not None and running.has_terminal(attached[1]):
        raise LivecodeError(f"performance {performance.number} is being played at another terminal")
    with carrying(performance.folder / CARRIED):
        return _resumed(performance, attached, options, theme)


def _resumed(
    performance: ArchivedPerformance,
    attached: tuple[RunningFile, Arena] | None,
    options: argparse.Namespace,
    theme: str,
) -> int:
    """Attach to what still plays, or begin again what has ended, and play on."""
    begin_log("terminal", performance.log)
    if attached is not None:
        found, arena = attached
        paths = Paths(performance, Path(found.connection))
        settings = _running_options(performance, found, arena)
        attachment = Attachment(settings, paths, say=say, arena=arena)
        say(f"performance {performance.number}: it has never stopped sounding")
    else:
        allow_journal(performance.journal, options.trust)
        settings = _ended_options(performance, options)
        paths = Paths(performance)
        write_connection(paths.connection)
        known = _known(performance.journal)
        attachment = Attachment(settings, paths, say=say, inheritance=known)
        attachment.start()
        say(
            f"performance {performance.number}: everything had ended; "
            "it begins again where its journal ends"
        )
        for sentence in differences(read_journal(performance.journal, Opening)):
            say(sentence)
    try:
        return play_on(attachment, options.seconds, theme, [])
    finally:
        attachment.stop()


def _attached(performance: ArchivedPerformance, trust: bool) -> tuple[RunningFile, Arena] | None:
    """Return what leads to a performance that still plays; None if it does not.

    Raises LivecodeError if another version plays it, or if another installation does and nobody trusts it.
    """
    try:
        return running.attached(performance)
    except NotOurs as error:
        allow(str(error), trust)
    return running.attached(performance, trusted=True)


def _running_options(performance: ArchivedPerformance, found: RunningFile, arena: Arena) -> Options:
    """Return how a performance is played whose processes still run."""
    settings = found.settings
    return replace(
        settings,
        sample_rate=arena.header.sample_rate,
        block=arena.header.block,
        outlive_s=outlive_s(),
        text_path=None if settings.set_path else _code(performance),
    )


def _ended_options(performance: ArchivedPerformance, options: argparse.Namespace) -> Options:
    """Return how to start a performance again whose processes have ended.

    Raises LivecodeError if its journal holds nothing to go on from.
    """
    openings = read_journal(performance.journal, Opening)
    opening = next((each for each in openings if isinstance(each, Opening)), None)
    if opening is None:
        raise LivecodeError(
            f"the journal {performance.journal} is empty: there is nothing to go on from"
        )
    name = archive.summary(performance).set_path
    file = None if name is None else path_of(name)
    there = file is not None and (file.exists() or performance.typed.exists())
    set_path = file if file is not None and there and file.parent.is_dir() else None
    before = _started(performance)
    return Options(
        audio=options.audio or before.audio,
        sample_rate=opening.sample_rate,
        block=opening.block,
        seed=opening.seed,
        set_path=set_path,
        osc_bind=options.osc_bind or before.osc_bind,
        osc_port=before.osc_port if options.osc_port is None else options.osc_port,
        record=master_file(options.record, options.stems),
        stems=None if options.stems is None else options.stems.resolve(),
        bits=options.bits,
        outlive_s=outlive_s(),
        begin_again=True,
        text_path=_code(performance) if set_path is None else None,
    )


def _known(journal: Path) -> Inheritance | None:
    """Return what a journal tells the first mind; None if it cannot be read: that mind says so."""
    try:
        return read_inheritance(journal)
    except LivecodeError:
        return None


def _started(performance: ArchivedPerformance) -> Options:
    """Return how a performance was started last, or the defaults if this installation did not do it."""
    found = RunningFile.read(performance.started)
    ours = found is not None and found.is_ours(performance.started)
    return found.settings if found is not None and ours else Options()


def _code(performance: ArchivedPerformance) -> Path | None:
    """Write the code that was last heard into a file, for an editor whose text is lost.

    None if what was typed has been kept.
    """
    if performance.typed.exists():
        return None
    path = performance.folder / "code.py"
    replace_file(path, exported(performance.journal).encode(), private=True)
    return path
