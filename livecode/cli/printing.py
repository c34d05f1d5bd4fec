"""The one place that prints: whatever text a command is given, the terminal shows it and obeys none of it.

Commands that draw tables and bars do it on the console of `livecode.cli.console`.
"""

import sys
from typing import Any

from livecode.transport.plain_text import plain


def say(text: str, end: str = "\n") -> None:
    """Print a text at once, even into a pipe."""
    print(_encodable(plain(text), sys.stdout), end=end, flush=True)


def say_error(text: str) -> None:
    """Print a sentence about what went wrong to standard error, behind the name of the program."""
    print(_encodable(f"livecode: {plain(text)}", sys.stderr), file=sys.stderr, flush=True)


def say_aside(text: str) -> None:
    """Print a text to standard error, beside what a command puts out."""
    print(_encodable(plain(text), sys.stderr), file=sys.stderr, flush=True)


def put_out(text: str) -> None:
    """Put out text for another program, as it is; a terminal gets it as `say` says it."""
    if sys.stdout.isatty():
        say(text, end="")
    else:
        print(text, end="", flush=True)


#: Answers that mean yes.
YES = ("y", "yes")


def ask(question: str) -> bool:
    """Ask a question that is answered with yes or no; anything but yes is no."""
    return reply(f"{question} [y/N] ") in YES


def reply(question: str) -> str:
    """Ask a question and return the answer in small letters; "" if there is none."""
    try:
        return input(plain(question)).strip().lower()
    except EOFError:
        return ""


def can_ask() -> bool:
    """Return whether somebody sits at a terminal, who reads what is printed and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _encodable(text: str, stream: Any) -> str:
    """Return the text in characters that the stream can take, such as ASCII under LC_ALL=C."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
