"""Functions, graphs and rewards of tilts that have failed: a mind that takes over leaves them out."""

import hashlib
import linecache
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from livecode.transport.sources import GraphSource, Source

#: Of an evening, so many are known, the newest.
MOST = 64


class Fallen:
    """Knows which versions of functions and graphs have failed and have not been evaluated anew since."""

    def __init__(self) -> None:
        self._marks: dict[str, None] = {}
        self._leaves_out = False

    @property
    def marks(self) -> tuple[str, ...]:
        """What another mind has to know of them."""
        return tuple(self._marks)

    def add(self, mark: str) -> None:
        """Note that what has that mark has failed."""
        if mark:
            self._marks[mark] = None
            while len(self._marks) > MOST:
                del self._marks[next(iter(self._marks))]

    def has(self, mark: str) -> bool:
        """Return whether what has that mark has failed and has not worked since."""
        return mark in self._marks

    def forget(self, mark: str) -> None:
        """Note that what has that mark works."""
        self._marks.pop(mark, None)

    @contextmanager
    def left_out(self, marks: Iterable[str]) -> Iterator[None]:
        """Leave out what had failed in a former mind, while its blocks are run again."""
        self._marks.update(dict.fromkeys(marks))
        self._leaves_out = True
        try:
            yield
        finally:
            self._leaves_out = False

    def leaves_out(self, mark: str) -> bool:
        """Return whether what is evaluated is not to play; forget that it had failed if it is."""
        if self._leaves_out and mark in self._marks:
            return True
        self._marks.pop(mark, None)
        return False


def mark_of(function: Callable[..., Any]) -> str:
    """Return what a function that a block has just defined is known by: block, line and name; "": nothing."""
    code = getattr(function, "__code__", None)
    kept = linecache.cache.get(code.co_filename) if code is not None else None
    if code is None or kept is None or len(kept) < 3:
        return ""
    text = "".join(kept[2]).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=8).hexdigest()
    return f"{digest}:{code.co_firstlineno}:{code.co_qualname}"


def mark_in_tilt(name: str, function: Callable[..., Any]) -> str:
    """Return what a function is known by that judges candidates of the stream of a name; "": nothing."""
    mark = mark_of(function)
    return mark and f"{name}.tilt:{mark}"


def mark_of_source(name: str, source: Source) -> str:
    """Return what the source of a name is known by, if it is a graph; "": nothing."""
    if not isinstance(source, GraphSource):
        return ""
    text = f"{source.function} {source.inputs} {source.source}".encode("utf-8", "surrogatepass")
    return f"{name}:{hashlib.blake2b(text, digest_size=8).hexdigest()}"
