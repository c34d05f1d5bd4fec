"""The command line's parser and the kinds of arguments that it knows; no command's own are here."""

import argparse
import math
from collections.abc import Callable
from typing import NoReturn

#: Colours of the desk; the first is what nobody asked for.
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


def duration(text: str) -> float:
    """A length of time in seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if seconds > 0 and math.isfinite(seconds):
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a length of time in seconds above 0")
