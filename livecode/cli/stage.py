"""`livecode stage`: tells where the page of the performance that plays is, and who watches."""

import argparse
import time

from rich.text import Text

from livecode.cli.console import PlainConsole
from livecode.cli.parser import Parser
from livecode.cli.printing import say
from livecode.errors import LivecodeError
from livecode.journal import archive
from livecode.processes.running import PlaysElsewhere, attached
from livecode.terminal.audience import audience_line, qr_code
from livecode.transport.stage import Audience, look_at


def add_arguments(parser: Parser) -> None:
    """Add the arguments of `livecode stage`: there are none."""
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the address of the page as text and as QR code, and who watches."""
    audience = _audience()
    if audience.trouble:
        raise LivecodeError(audience.trouble)
    PlainConsole().print(Text(qr_code(audience.address), "#000000 on #ffffff"))
    say(audience.address)
    say(audience_line(audience, time.monotonic_ns()))
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
