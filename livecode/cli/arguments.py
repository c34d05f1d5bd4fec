"""Types of command line arguments, and the options that several commands share."""

import argparse
import math
import os
from pathlib import Path

from livecode.cli.parser import Parser
from livecode.errors import LivecodeError
from livecode.processes.sound_card import MOST_OUTPUTS

#: Ways to the loudspeaker.
AUDIO = ("auto", "portaudio", "jack", "headless")
#: Colours of the terminal. The first one is the default.
THEMES = ("dark", "light", "high-contrast")


def whole(text: str) -> int:
    """Parse a whole number from 0 up."""
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")


def count(text: str) -> int:
    """Parse a whole number from 1 up."""
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")


def port(text: str) -> int:
    """Parse a UDP port from 0 to 65535. Port 0 stands for any free port."""
    if whole(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a port, a number from 0 to 65535")


def sample_rate(text: str) -> int:
    """Parse a sample rate in Hz, from 8000 to 192000."""
    if 8000 <= whole(text) <= 192_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a sample rate; use 44100 or 48000")


def block(text: str) -> int:
    """Parse the length of a block in frames, a power of two from 16 to 4096."""
    if whole(text) in (16, 32, 64, 128, 256, 512, 1024, 2048, 4096):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a power of two from 16 to 4096")


def path(text: str) -> Path:
    """Parse a path; `~` is the home folder, also where no shell has said so, as in `--out=~/night.wav`."""
    return Path(text).expanduser()


def percentage(text: str) -> float:
    """Parse a share in per cent, from 0 to 100."""
    share = _number(text)
    if 0 <= share <= 100:
        return share
    raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 100 per cent")


def factor(text: str) -> float:
    """Parse a finite number above 0."""
    number = _number(text)
    if number > 0 and math.isfinite(number):
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def duration(text: str) -> float:
    """Parse a length of time in seconds, above 0."""
    seconds = _number(text)
    if seconds > 0 and math.isfinite(seconds):
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a length of time in seconds above 0")


def moment(text: str) -> float:
    """Parse a moment as players show it, in seconds: 12:30, 1:02:30.5, or 750.

    >>> moment("12:30"), moment("1:02:30.5"), moment("7.5")
    (750.0, 3750.5, 7.5)
    """
    parts = [_number(each) for each in text.split(":")]
    fits = len(parts) <= 3 and all(0 <= each < math.inf for each in parts)
    if not fits or any(each >= 60 for each in parts[1:]):
        raise argparse.ArgumentTypeError(f"{text!r} is no moment: write it as 12:30 or 1:02:30")
    seconds = 0.0
    for each in parts:
        seconds = 60 * seconds + each
    return seconds


def _number(text: str) -> float:
    """Parse a number; return NaN, which every limit refuses, for any other text."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def add_sound(parser: Parser) -> None:
    """Add `--sr`, `--block` and `--seed`."""
    parser.add_argument(
        "--sr", "--rate", type=sample_rate, default=48000, metavar="HZ", help="sample rate (48000)"
    )
    parser.add_argument(
        "--block", type=block, default=256, metavar="N", help="frames computed at a time (256)"
    )
    add_seed(parser)


def add_seed(parser: Parser) -> None:
    """Add `--seed`, from which all random numbers follow."""
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="seed of all random numbers (0)"
    )


def add_for(parser: Parser, what: str) -> None:
    """Add `--for SECONDS`, stored as `seconds` (None if absent); `what` is its help text."""
    parser.add_argument("--for", dest="seconds", type=duration, metavar="SECONDS", help=what)


def add_audio(parser: Parser, what: str = "way to the loudspeaker (auto)") -> None:
    """Add `--audio`; `what` is its help text."""
    parser.add_argument("--audio", choices=AUDIO, default="auto", help=what)


def add_sound_card(parser: Parser) -> None:
    """Add `--device`, `--outputs` and `--cue-out`; the rate is left open as long as nobody says it."""
    add = parser.add_argument
    add("--device", metavar="NAME", help="sound card, or a part of its name; kept for the next time. "
        "A back end is a name, too; `default` forgets it")  # fmt: skip
    add("--outputs", type=output, metavar="N", help="use so many outputs of the sound card (2)")
    add("--cue-out", type=output, nargs=2, metavar=("L", "R"),
        help="outputs of the headphones, for what is cued (3 4)")  # fmt: skip
    parser.set_defaults(sr=None)


def output(text: str) -> int:
    """Parse the number of an output, or how many there are."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_OUTPUTS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} is no output: write a number from 1 to {MOST_OUTPUTS}"
    )


def add_osc(parser: Parser) -> None:
    """Add `--osc-port` and `--osc-bind`, where packets of rings arrive."""
    parser.add_argument(
        "--osc-port", type=port, default=8888, metavar="PORT", help="UDP port of the rings (8888)"
    )
    parser.add_argument(
        "--osc-bind", default="127.0.0.1", metavar="ADDRESS",
        help="address to listen on (127.0.0.1); 0.0.0.0 opens it to the network",
    )  # fmt: skip


def add_again(parser: Parser) -> None:
    """Add `--osc-port`, `--osc-bind` and `--audio` to a command that starts a performance again.

    Each is None if it is absent: then it is as the performance was started.
    """
    add = parser.add_argument
    add("--osc-port", type=port, metavar="PORT", help="UDP port of the rings (as before)")
    add("--osc-bind", metavar="ADDRESS", help="address to listen on (as before)")
    what = "way to the loudspeaker, if everything had ended (as before)"
    add("--audio", choices=AUDIO, help=what)


def add_record(parser: Parser) -> None:
    """Add `--record`, `--stems` and `--bits`."""
    parser.add_argument("--record", type=path, metavar="OUT.wav", help="record what is heard")
    add_stems(parser)


def add_stems(parser: Parser) -> None:
    """Add `--stems` and `--bits`."""
    parser.add_argument(
        "--stems", type=path, metavar="DIR", help="a file for each name; their sum is what is heard"
    )
    parser.add_argument(
        "--bits", type=int, choices=(24, 32), default=32, help="24: integer, 32: float (32)"
    )


def add_theme(parser: Parser) -> None:
    """Add `--theme`; `theme_of` reads it."""
    parser.add_argument(
        "--theme", choices=THEMES, help="colours (default: LIVECODE_THEME, or else dark)"
    )


def theme_of(options: argparse.Namespace) -> str:
    """Return the theme that `--theme` or the environment's LIVECODE_THEME names, or the default.

    Raises LivecodeError if LIVECODE_THEME names no theme.
    """
    theme: str = options.theme or os.environ.get("LIVECODE_THEME") or THEMES[0]
    if theme not in THEMES:
        raise LivecodeError(
            f"LIVECODE_THEME={theme}: there is no such theme; use {', '.join(THEMES)}"
        )
    return theme


def add_stage(parser: Parser) -> None:
    """Add `--stage` and what belongs to it: the page for the room."""
    add = parser.add_argument
    add("--stage", nargs="?", const="", metavar="HOST:PORT",
        help="serve a page for the projector (at any free port of this machine, for it alone)")  # fmt: skip
    add(
        "--stage-audio",
        action="store_true",
        help="let the page sound as well, for who clicks on it",
    )
    add_certificate(parser)


def add_certificate(parser: Parser) -> None:
    """Add `--stage-cert` and `--stage-key`: what TLS needs."""
    add = parser.add_argument
    add("--stage-cert", type=path, metavar="CERT.pem", help="serve it with TLS")
    add(
        "--stage-key",
        type=path,
        metavar="KEY.pem",
        help="the certificate's key, if it is elsewhere",
    )


def add_trust(parser: Parser) -> None:
    """Add `--trust`, for what this installation did not write."""
    parser.add_argument(
        "--trust",
        action="store_true",
        help="run it even if this installation did not write it; else you are asked",
    )
