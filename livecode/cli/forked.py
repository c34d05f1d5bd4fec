"""Forks a past performance: the folder of the fork, its journal and files, and how it is played."""

import argparse
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from livecode.bundles.contents import AGENTS, MODELS
from livecode.bundles.forking import ForkMoment, minutes, moment_of, read_for_fork, write_fork
from livecode.bundles.writing import carry_to
from livecode.cli.arguments import theme_of
from livecode.cli.consent import differences
from livecode.cli.past import CARRIED, PastPerformance, opened
from livecode.cli.play import play_on, refuse_beside
from livecode.cli.printing import say
from livecode.cli.settings import shared_settings
from livecode.cli.stage_page import open_stage
from livecode.errors import LivecodeError
from livecode.files import CONTENTS, FILES, carrying, path_of, replace_file, shown
from livecode.journal.export import exported_from
from livecode.journal.stored_records import decoded
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.system.early import EarlyProcess
from livecode.transport.logs import begin_log

#: The file of what the agents have learned, beside a journal.
LEARNED = "learned.safetensors"
#: The file of the code as it was heard up to the moment, in the folder of a fork.
CODE_FILE = "code.py"
#: What a fork takes over of what came with its parent.
TAKEN = (CONTENTS, FILES, MODELS, AGENTS)


@dataclass(frozen=True)
class PreparedFork:
    """A fork whose journal and files are written, and which nobody plays yet."""

    paths: Paths
    moment: ForkMoment

    @property
    def files(self) -> Path:
        """The folder with the files that were carried here."""
        return self.paths.archived.folder / CARRIED

    @property
    def code(self) -> Path:
        """The code as it was heard up to the moment."""
        return self.paths.archived.folder / CODE_FILE


def play_fork(options: argparse.Namespace, early: EarlyProcess) -> int:
    """Fork a performance, and play until the performer leaves, or for `--for` seconds.

    `early` is a supervisor that waits for its order.
    """
    theme = theme_of(options)
    staged = open_stage(options)
    refuse_beside()
    fork = prepared(options)
    with carrying(fork.files):
        settings = settings_of(fork, options)
        begin_log("terminal", fork.paths.log)
        write_connection(fork.paths.connection)
        known = fork.moment.inheritance()
        attachment = Attachment(settings, fork.paths, say=say, inheritance=known, early=early)
        try:
            attachment.start()
            return play_on(
                attachment, options.seconds, theme, [*_told(fork, options.what), *staged]
            )
        finally:
            attachment.stop()


def prepared(options: argparse.Namespace) -> PreparedFork:
    """Write the journal and the files of a fork into a folder of its own.

    Raises LivecodeError if the performance may not run here, or was not that long.
    """
    with opened(options.what, options.trust, tells=False) as past:
        records = read_for_fork(past.journal, options.at)
        for sentence in differences(decoded(records)):
            say(sentence)
        moment = moment_of(records, options.at)
        fork = PreparedFork(Paths(), moment)
        folder = fork.paths.archived.folder
        write_fork(moment, fork.paths.journal, folder / LEARNED)
        _take_files(past, moment, fork.files)
    code = exported_from(moment.records).encode("utf-8", "surrogatepass")
    replace_file(fork.code, code, private=True)
    return fork


def settings_of(fork: PreparedFork, options: argparse.Namespace) -> Options:
    """Return how a fork is played, while its files are found; go to the folder of an empty page."""
    opening, set_path = fork.moment.opening, _set_of(fork.moment)
    shared = shared_settings(options, None)  # their paths begin where the performer stands
    if set_path is None and opening.folder and (stood := path_of(opening.folder)).is_dir():
        os.chdir(stood)
    return replace(
        shared,
        sample_rate=opening.sample_rate,
        block=opening.block,
        seed=opening.seed,
        set_path=set_path,
        begin_again=True,
        text_path=fork.code if set_path is None else None,
    )


def _take_files(past: PastPerformance, found: ForkMoment, carried: Path) -> None:
    """Take the files of the parent along, with the set as it was at the moment of the fork."""
    if past.files is None:
        if not _is_as_it_was(found):
            carry_to(carried, found.before)
        return
    try:
        for name in TAKEN:
            if (source := past.files / name).is_dir():
                shutil.copytree(source, carried / name)
            elif source.is_file():
                carried.mkdir(exist_ok=True)
                shutil.copy2(source, carried / name)
    except OSError as error:
        raise LivecodeError(f"cannot write {shown(carried)}: {error.strerror or error}") from None
    with carrying(carried):
        last = found.last_set
        if last is not None and (file := path_of(last.path)).is_relative_to(carried.resolve()):
            replace_file(file, last.text.encode("utf-8", "surrogatepass"))


def _is_as_it_was(found: ForkMoment) -> bool:
    """Return whether the file of the set still holds what it held at the moment; True without a set."""
    last = found.last_set
    try:
        return last is None or path_of(last.path).read_text(encoding="utf-8") == last.text
    except (OSError, UnicodeDecodeError):
        return False


def _set_of(found: ForkMoment) -> Path | None:
    """Return the file of the set that goes on; None if there was none, or if it cannot be kept here."""
    last = found.last_set
    path = None if last is None else path_of(last.path)
    return path if path is not None and path.is_file() else None


def _told(fork: PreparedFork, what: Path) -> list[str]:
    """Return what to say of a fork: from where it goes on, and what of it begins anew."""
    moment, number = fork.moment, fork.paths.archived.number
    knows = "the agents stand where they stood"
    if moment.learned:
        knows += f" and know what they had learned {moment.learned_s:.0f} s before"
    text = "the code as it was heard"
    if _set_of(moment) is not None and fork.files.is_dir():
        text = "the set is a copy, as it was at that moment; all code as it was heard"
    return [
        f"performance {number}: it goes on from {minutes(moment.at_s)} of {shown(what)}, "
        "as a performance of its own",
        f"{knows}; streams and effects begin anew; {text} is in {shown(fork.code)}",
    ]
