"""Errors with a sentence meant for the performer, and the problems of a block that they become."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


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
