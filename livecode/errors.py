"""Errors with a sentence meant for the performer, and the problems of a block that they become."""

import difflib
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType


class LivecodeError(Exception):
    """What went wrong, where, and what to do, in one sentence that is shown as it stands.

    `line`: the line of the performer's code that is to blame, from 1, where there is one.
    """

    def __init__(self, text: str = "", line: int | None = None):
        super().__init__(located(text, line=line))
        self.text, self.line = text, line


class NothingCalled(LivecodeError):
    """Code asks for a name that is not there yet. `name` is that name."""

    def __init__(self, name: str, text: str, line: int | None = None):
        super().__init__(text, line)
        self.name = name


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong in the performer's code: which names it is about, and in which line."""

    text: str
    names: tuple[str, ...] = ()
    line: int | None = None  # from 1
    traceback: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return located(self.text, self.names, self.line)


#: Of what an error says, and of a traceback, so many characters are told.
MOST_SAID, MOST_TRACED = 2000, 100_000


def kind_of(error: BaseException) -> str:
    """Return the name of an error's class, whatever the class makes of it."""
    name = type.__dict__["__name__"].__get__(type(error))
    return plain_text(name, MOST_SAID)


def is_a(error: BaseException, kind: type[BaseException]) -> bool:
    """Tell whether an error is of a kind, whatever its own attributes say of its class."""
    return issubclass(type(error), kind)


def traceback_of(error: BaseException) -> TracebackType | None:
    """Return the traceback object of an error, whatever its own attributes say."""
    found: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    return found


def cause_of(error: BaseException) -> BaseException | None:
    """Return the error that caused an error, whatever its own attributes say."""
    found: BaseException | None = BaseException.__dict__["__cause__"].__get__(error)
    return found


def said_by(error: BaseException) -> str:
    """Return what an error says; "" if it says nothing, or cannot."""
    try:
        return plain_text(str(error), MOST_SAID)
    except BaseException:  # the performer's code fails once more, or is interrupted
        return ""


def in_words(error: BaseException) -> str:
    """Return an error as `ValueError: what it says`, or the name of its class alone."""
    said = said_by(error)
    return f"{kind_of(error)}: {said}" if said else kind_of(error)


def traced(error: BaseException, since: TracebackType | None = None) -> str:
    """Return the traceback of an error as text, from `since` on; its last line alone if that fails."""
    try:
        lines = traceback.format_exception(type(error), error, since or traceback_of(error))
        return plain_text("".join(lines), MOST_TRACED)
    except BaseException:
        return f"{in_words(error)}\n"


def plain_text(text: str, most: int) -> str:
    """Return text that can be sent and written: no halves of characters, and at most so many of them."""
    text = str.encode(text, "utf-8", "replace").decode()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def located(text: str, names: tuple[str, ...] = (), line: int | None = None) -> str:
    """The text behind the place that it is about.

    >>> located("this is no number", ("ego",), 3)
    'ego: line 3: this is no number'
    """
    places = [", ".join(names)] if names else []
    places += [] if line is None else [f"line {line}"]
    return ": ".join([*places, text])


def did_you_mean(name: str, known: Iterable[str], most: int = 2, list_all: bool = True) -> str:
    """What to append to a sentence about a name that is not there.

    `; did you mean turn or tilt?` names at most `most` close ones. `; there is turn, tilt` lists
    all if none is close, unless `list_all` is False; a list or tuple in its own order.
    """
    known = known if isinstance(known, list | tuple) else sorted(known)
    close = difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    if not known or not list_all:
        return ""
    return f"; there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"
