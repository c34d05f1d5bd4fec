"""How long pyo objects live: keeps all parts of a graph until they are released together.

pyo's C code does not hold references to all that it uses. For example, the table of a `TrigEnv`
made inside a function is freed when the function returns, and reading it then ends the process
(pyo 1.1.0).
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from livecode.engine.pyo_quiet import pyo

_here = threading.local()
_begin = pyo.PyoObjectBase.__init__
_PLAYED = (pyo.PyoObject, pyo.PyoPVObject)
_init_play = {kind: kind._init_play for kind in _PLAYED}


def _begin_and_keep(self: Any) -> None:
    _begin(self)
    if (made := getattr(_here, "made", None)) is not None:
        made.append(self)


pyo.PyoObjectBase.__init__ = _begin_and_keep


@contextmanager
def collect_made() -> Iterator[list[Any]]:
    """Give a list that collects all pyo objects that this thread makes in the `with` block."""
    made: list[Any] = []
    before, _here.made = getattr(_here, "made", None), made
    try:
        yield made
    finally:
        _here.made = before


def _play_or_sleep(self: Any) -> None:
    asleep = getattr(_here, "asleep", None)
    if asleep is None:
        wake(self)
    else:
        asleep.append(self)


for _kind in _PLAYED:
    _kind._init_play = _play_or_sleep


@contextmanager
def hold_asleep() -> Iterator[list[Any]]:
    """Give a list of the objects that this thread makes in the `with` block; all wait for `wake`.

    Without this, parts made outside the audio thread would start in different blocks.
    """
    made: list[Any] = []
    before, _here.asleep = getattr(_here, "asleep", None), made
    try:
        yield made
    finally:
        _here.asleep = before


def wake(made: Any) -> None:
    """Let a sleeping object run."""
    kind = next(kind for kind in _PLAYED if isinstance(made, kind))
    _init_play[kind](made)


def release(made: list[Any]) -> None:
    """Stop all objects that can be stopped, and forget them all."""
    for each in made:
        if hasattr(each, "stop"):  # tables, for example, do not run
            each.stop()
    made.clear()


def streams_of(made: list[Any], streams: list[Any]) -> list[Any]:
    """Return those of a server's streams that compute the objects in `made`, in their order.

    Another thread may make objects at the same time.
    """
    own = {id(each._getStream()) for part in made for each in _computed(vars(part).values())}
    return [stream for stream in streams if id(stream) in own]


def _computed(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _computed(value)
        elif hasattr(value, "_getStream"):
            yield value


@dataclass(eq=False)
class Parts:
    """The pyo objects of something that is built beside the audio thread, and begins as a whole."""

    made: list[Any] = field(default_factory=list)
    asleep: list[Any] = field(default_factory=list)
    streams: list[Any] = field(default_factory=list)  # in the order in which they are computed

    def begin(self) -> None:
        """Start computing, with all parts in the coming block."""
        for part in self.asleep:
            wake(part)
        self.asleep = []

    def close(self) -> None:
        """Stop computing, and forget all parts."""
        release(self.made)


@contextmanager
def made_asleep(server: Any) -> Iterator[Parts]:
    """Give the parts that this thread makes in the `with` block; they are complete after it."""
    first, parts = len(server.getStreams()), Parts()
    with collect_made() as parts.made, hold_asleep() as parts.asleep:
        yield parts
    parts.streams = streams_of(parts.made, server.getStreams()[first:])
