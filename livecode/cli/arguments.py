"""The command line's parser, kinds of arguments, and those that several commands share."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

#: Colours of the terminal; the first is what nobody asked for.
THEMES = ("dark", "light", "high-contrast")
Fill = Callable[[argparse.ArgumentParser], None]


class Parser(argparse.ArgumentParser):
    """One that says what is wrong in one sentence, and can wait with its arguments until asked."""

    def __init__(self, *, fill: Fill | None = None, **settings: object):
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]
        self._fill = fill

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """As argparse does; arguments that are costly to know are looked up now."""
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """End with one sentence instead of a page of usage."""
        self.exit(2, f"livecode: {message}; see {self.prog} --help\n")


def whole(text: str) -> int:
    """A whole number from 0 up."""
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")


def count(text: str) -> int:
    """A whole number from 1 up."""
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")


def port(text: str) -> int:
    """A UDP port; 0 is any that is free."""
    if whole(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a port, a number from 0 to 65535")


def sample_rate(text: str) -> int:
    """A sample rate in Hz."""
    if 8000 <= whole(text) <= 192_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a sample rate; use 44100 or 48000")


def block(text: str) -> int:
    """Frames per block."""
    if whole(text) in (16, 32, 64, 128, 256, 512, 1024, 2048, 4096):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a power of two from 16 to 4096")


def percentage(text: str) -> float:
    """A share in per cent, from 0 to 100."""
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if 0 <= share <= 100:
        return share
    raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 100 per cent")


def factor(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if number > 0 and math.isfinite(number):
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def duration(text: str) -> float:
    """A length of time in seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if seconds > 0 and math.isfinite(seconds):
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a length of time in seconds above 0")


def add_sound(parser: Parser) -> None:
    """How sound is computed: its rate, its blocks, its seed."""
    parser.add_argument(
        "--sr", type=sample_rate, default=48000, metavar="HZ", help="sample rate (48000)"
    )
    parser.add_argument(
        "--block", type=block, default=256, metavar="N", help="frames computed at a time (256)"
    )
    add_seed(parser)


def add_seed(parser: Parser) -> None:
    """What all that is random goes by."""
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="of all that is random (0)"
    )


def add_for(parser: Parser, what: str) -> None:
    """For how long, under the name `seconds`."""
    parser.add_argument("--for", dest="seconds", type=duration, metavar="SECONDS", help=what)


def add_record(parser: Parser) -> None:
    """Where what is heard is recorded."""
    parser.add_argument("--record", type=Path, metavar="OUT.wav", help="record what is heard")
    add_stems(parser)


def add_stems(parser: Parser) -> None:
    """Where what each name adds to it is recorded."""
    parser.add_argument(
        "--stems", type=Path, metavar="DIR", help="a file for each name, whose sum is what is heard"
    )
    parser.add_argument(
        "--bits", type=int, choices=(24, 32), default=32, help="24: integer, 32: float (32)"
    )
