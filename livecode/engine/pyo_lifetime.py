"""Keeping what a graph is made of, until it is let go as a whole.

pyo's C code does not hold on to all that it uses: the table of a `TrigEnv` that was made inside a
function is freed when the function returns, and reading it then ends the process (pyo 1.1.0).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
def keeping() -> Iterator[list[Any]]:
    """A list of all the pyo objects that this thread makes in the `with` block."""
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
def asleep() -> Iterator[list[Any]]:
    """A list of all that this thread makes in the `with` block and that does not run until `wake`.

    What is made away from the audio thread would else begin in one block or another, part by part.
    """
    made: list[Any] = []
    before, _here.asleep = getattr(_here, "asleep", None), made
    try:
        yield made
    finally:
        _here.asleep = before


def wake(made: Any) -> None:
    """Let it run."""
    kind = next(kind for kind in _PLAYED if isinstance(made, kind))
    _init_play[kind](made)


def let_go(made: list[Any]) -> None:
    """Stop all that can be stopped, then forget it."""
    for each in made:
        if hasattr(each, "stop"):  # tables do not run
            each.stop()
    made.clear()
