"""`livecode stage`: tells where the page of a performance is, or plays a past one on a page of its own."""

import argparse
import secrets
import time

from rich.text import Text

from livecode.cli.arguments import add_certificate, add_trust, path
from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.past import opened
from livecode.cli.printing import say
from livecode.cli.stage_page import open_to
from livecode.errors import LivecodeError
from livecode.journal import archive
from livecode.processes.options import stage_place
from livecode.processes.running import PlaysElsewhere, attached
from livecode.terminal.audience import audience_line, qr_code
from livecode.transport.stage import Audience, StageOrder, look_at

#: The secret part of the page's address has so many random bytes.
TOKEN_BYTES = 24


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode stage` and `livecode stage --replay JOURNAL`."""
    add = parser.add_argument
    add("--replay", type=path, metavar="JOURNAL",
        help="play a past performance on a page: a journal, its number, or a bundle")  # fmt: skip
    add(
        "--at",
        default="",
        metavar="HOST:PORT",
        help="where (default: any free port of this machine)",
    )
    add_certificate(parser)
    add_trust(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the address of the page as text and as QR code, and who watches; or play on a page."""
    if options.replay is not None:
        return _play(options)
    audience = _audience()
    if audience.trouble:
        raise LivecodeError(audience.trouble)
    PlainConsole().print(Text(qr_code(audience.address), "#000000 on #ffffff"))
    say(audience.address)
    say(audience_line(audience, time.monotonic_ns()))
    return 0


def _play(options: argparse.Namespace) -> int:
    """Play a past performance on a page; return 1 if the controls were not those that were played."""
    from livecode.films.projection import Projection

    host, port = stage_place(options.at)
    for sentence in open_to(host, options):
        say(sentence)
    cert, key = (
        "" if each is None else str(each) for each in (options.stage_cert, options.stage_key)
    )
    order = StageOrder(host, port, secrets.token_urlsafe(TOKEN_BYTES), cert, key, audio=True)

    def tell(address: str) -> None:
        say(
            f"the page is {address}: it begins to play when somebody opens it; a click lets it sound"
        )

    with opened(options.replay, options.trust) as past:
        replayed = Projection(past.journal, order, tell).run()
    if replayed is not None and replayed.differs_at_s is not None:
        say(f"from {replayed.differs_at_s:.2f} s on the controls are not those that were played")
        return 1
    return 0


def _audience() -> Audience:
    """Return the audience of the newest performance that has a page; raises LivecodeError without one."""
    for performance in archive.performances():
        try:
            found = attached(performance)
        except PlaysElsewhere:
            continue
        if found is not None:
            audience = look_at(found[1].audience, Audience)
            if audience.address or audience.trouble:
                return audience
    raise LivecodeError("no performance with a stage page plays: `livecode play --stage` opens one")
