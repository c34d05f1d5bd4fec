"""`livecode replay`: plays a performance again from its journal, and says what only was live."""

import argparse
from pathlib import Path

from livecode.cli.arguments import path
from livecode.cli.consent import add_trust, allow_journal, differences
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.journal.archive import find
from livecode.offline.replay import replay


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode replay JOURNAL -o OUT.wav`."""
    add = parser.add_argument
    add("journal", type=path, metavar="JOURNAL", help="a journal, or the number of a performance")
    add("-o", "--out", type=path, required=True, metavar="OUT.wav")
    add_trust(parser)
    parser.set_defaults(run=run)


def journal_of(named: Path) -> Path:
    """Return the journal of that path, or of the performance of that number."""
    if not named.exists() and named.name.isdigit():
        return find(int(named.name)).journal
    return named


def run(options: argparse.Namespace) -> int:
    """Replay; return 1 if the controls were not those that were played."""
    journal, out = journal_of(options.journal), options.out
    allow_journal(journal, options.trust)
    for sentence in differences(journal):
        say(sentence)
    replayed = replay(journal, out)
    say(f"{out}: {replayed.seconds:.1f} s")
    for sentence in replayed.sentences:
        say(sentence)
    if replayed.differs_at_s is not None:
        say(f"from {replayed.differs_at_s:.2f} s on the controls are not those that were played")
        return 1
    say("all controls are those that were played, sample by sample")
    return 0
