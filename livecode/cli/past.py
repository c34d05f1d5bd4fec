"""The past performance that a command is given: a number, the path of a journal, or a bundle."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livecode.bundles.contents import JOURNAL, Contents
from livecode.bundles.reading import is_bundle, lacking, unpack
from livecode.cli.consent import allow_code, allow_journal, code_of, differences
from livecode.cli.printing import say
from livecode.files import carrying, shown
from livecode.journal.archive import find
from livecode.journal.journal_file import read_journal
from livecode.journal.records import Opening

#: The folder beside a journal with the files that came with the performance it was forked from.
CARRIED = "carried"


@dataclass(frozen=True)
class PastPerformance:
    """A past performance that may be run."""

    journal: Path
    #: The folder with its files; None if they are where the journal says.
    files: Path | None


@contextmanager
def opened(named: Path, trust: bool, tells: bool = True) -> Iterator[PastPerformance]:
    """Yield the performance of a number, a journal or a bundle, once it is allowed to run here.

    Its files are found while the block runs; those of a bundle are removed after it. `tells`: say in which
    ways the livecode that played it was another one. Raises LivecodeError if there is no such performance,
    if a bundle is refused, or if nobody allows that it runs.
    """
    if is_bundle(named):
        with tempfile.TemporaryDirectory(prefix="livecode-bundle-") as temporary:
            folder = Path(temporary).resolve() / "bundle"
            contents = unpack(named, folder)
            _allow(named, folder, contents, trust)
            with carrying(folder):
                _tell(folder / JOURNAL, tells)
                for sentence in lacking(contents):
                    say(sentence)
                yield PastPerformance(folder / JOURNAL, folder)
        return
    journal = find(int(named.name)).journal if _is_number(named) else named
    allow_journal(journal, trust)
    files = journal.parent / CARRIED
    with carrying(files):
        _tell(journal, tells)
        yield PastPerformance(journal, files if files.is_dir() else None)


def _tell(journal: Path, tells: bool) -> None:
    for sentence in differences(read_journal(journal, Opening)) if tells else ():
        say(sentence)


def _is_number(named: Path) -> bool:
    return not named.exists() and named.name.isdigit()


def _allow(file: Path, folder: Path, contents: Contents, trust: bool) -> None:
    """Return if what a bundle holds may run here; raises LivecodeError if nobody says so."""
    if trust or contents.is_ours:
        return
    modules = [
        name for name in contents.files if name.startswith("files/") and name.endswith(".py")
    ]
    code = code_of(folder / JOURNAL, {name: folder / name for name in sorted(modules)})
    allow_code(f"{shown(file)} was not made by this installation", code)
