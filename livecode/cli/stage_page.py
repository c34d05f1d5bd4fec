"""What the options of the stage page ask for, and what is said of it before and after it is open."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from livecode.errors import LivecodeError
from livecode.files import shown
from livecode.processes.options import stage_place
from livecode.transport.stage import Audience, is_loopback, look_at

if TYPE_CHECKING:
    from livecode.processes.attachment import Attachment

#: `--stage` alone: this machine, and any port that is free.
ANY_PORT = "0"


def stage_of(options: argparse.Namespace) -> str:
    """Return where the stage page is to be served, as `Options` have it; "" for nowhere."""
    return "" if options.stage is None else options.stage or ANY_PORT


def open_stage(options: argparse.Namespace) -> list[str]:
    """Return what the performer has to know of the stage page before it is open.

    Raises LivecodeError if its address or its certificate is none.
    """
    if options.set is None and (options.stage or "").endswith(".py"):
        options.set, options.stage = Path(options.stage), ""  # `--stage` before the set's name
    if options.stage is None:
        if options.stage_cert is not None or options.stage_key is not None or options.stage_audio:
            asked = "--stage-audio" if options.stage_audio else "--stage-cert"
            raise LivecodeError(f"{asked} is for the stage page: write --stage as well")
        return []
    host, _ = stage_place(options.stage)
    return open_to(host, options)


def open_to(host: str, options: argparse.Namespace) -> list[str]:
    """Return what has to be known of a page that is served to `host`, by the options of its certificate.

    Raises LivecodeError if the certificate is none.
    """
    for name in ("stage_cert", "stage_key"):
        file = getattr(options, name)
        if file is not None and not file.is_file():
            raise LivecodeError(f"--{name.replace('_', '-')} {shown(file)}: there is no such file")
    if options.stage_key is not None and options.stage_cert is None:
        raise LivecodeError("--stage-key needs the certificate that it is the key of: --stage-cert")
    if is_loopback(host) or options.stage_cert is not None:
        return []
    return [
        f"the stage page is open on {host} without TLS: whoever listens on that network reads the "
        "address, the code and all that it shows, and can watch and listen too, but can change nothing; "
        "--stage-cert CERT.pem closes that"
    ]


def page_of(attachment: "Attachment", secretly: bool) -> str:
    """Return where the stage page is, or why it is not; "" while neither is known.

    `secretly`: the sentence may end in a log, so that it does not hold the secret part of the address.
    """
    audience = look_at(attachment.arena.audience, Audience)
    if not audience.address:
        return audience.trouble
    if secretly:
        place = audience.address.rsplit("/", 2)[0]
        return f"the room sees {place}/…/: `livecode stage` tells the whole address"
    return f"the room sees {audience.address}"
