"""`livecode replay`: plays a performance again from its journal, and says what only was live."""

import argparse

from livecode.cli.arguments import add_trust, path
from livecode.cli.parser import Parser
from livecode.cli.past import opened
from livecode.cli.printing import say
from livecode.offline.replay import replay


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode replay JOURNAL -o OUT.wav`."""
    add = parser.add_argument
    add(
        "journal",
        type=path,
        metavar="JOURNAL",
        help="a journal, the number of a performance, or a bundle",
    )
    add("-o", "--out", type=path, required=True, metavar="OUT.wav")
    add("--whole", action="store_true", help="of a fork, also what was played before it")
    add_trust(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Replay; return 1 if the controls were not those that were played."""
    out = options.out
    with opened(options.journal, options.trust) as past:
        replayed = replay(past.journal, out, options.whole)
    say(f"{out}: {replayed.seconds:.1f} s")
    for sentence in replayed.sentences:
        say(sentence)
    if replayed.differs_at_s is not None:
        say(f"from {replayed.differs_at_s:.2f} s on the controls are not those that were played")
        return 1
    say("all controls are those that were played, sample by sample")
    return 0
