"""Asks before code runs that this installation did not write: journals, and what leads to a performance."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from livecode.cli.parser import Parser
from livecode.cli.printing import ask, can_ask, say
from livecode.errors import LivecodeError
from livecode.files import sha256
from livecode.journal.journal_file import read_journal
from livecode.journal.records import BlockBegun, Opening
from livecode.journal.segments import has_seals, is_sealed, segments
from livecode.transport import MAGIC


def add_trust(parser: Parser) -> None:
    """Add `--trust`, for what this installation did not write."""
    parser.add_argument(
        "--trust",
        action="store_true",
        help="run it even if this installation did not write it; else you are asked",
    )


def allow_journal(journal: Path, trust: bool) -> None:
    """Return if the code in a journal may run here: this installation wrote it, or somebody says yes.

    Raises LivecodeError if nobody does, or if the journal is changed meanwhile.
    """
    if is_sealed(journal):
        return
    before = _digests(journal)
    blocks = sum(isinstance(record, BlockBegun) for record in read_journal(journal))
    why = "was not written by this installation, or has been changed since"
    if not has_seals(journal):
        why = "was written by an older livecode, which signed nothing, or by somebody else"
    allow(f"{journal} {why}; it holds {blocks} blocks of code, which would run as you", trust)
    if _digests(journal) != before:
        raise LivecodeError(f"{journal} was changed while you were asked: nothing of it has run")


def allow(what: str, trust: bool) -> None:
    """Return if somebody trusts what the sentence tells of; raises LivecodeError if nobody does."""
    if trust:
        return
    if not can_ask():
        raise LivecodeError(f"{what}: if you trust who wrote it, add --trust")
    say(f"{what}.")
    if not ask("Do you trust who wrote it?"):
        raise LivecodeError("nothing of it has run")


def differences(journal: Path) -> Iterator[str]:
    """Yield a sentence for each way in which the livecode that wrote a journal is not this one."""
    here = version("livecode")
    told = set()
    for record in read_journal(journal):
        if not isinstance(record, Opening):
            continue
        if record.version != here:
            told.add(f"it was played by livecode {record.version}, and this is {here}")
        if record.layout not in (0, MAGIC):
            told.add(
                "it was played with another layout of the shared memory than this livecode has"
            )
    yield from sorted(told)


def _digests(journal: Path) -> list[str]:
    try:
        return [sha256(each) for each in segments(journal)]
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {journal}: {error.strerror}") from None
