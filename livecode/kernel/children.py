"""What processes that the performer starts get of the mind: its functions, and none of its sockets."""

import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

#: The name of the module that the performer's blocks are in.
MODULE = "__livecode__"


class _Blocks(ModuleType):
    """The performer's variables as a module, by which functions and classes are pickled."""

    def __init__(self, variables: Mapping[str, Any]):
        super().__init__(MODULE, "The performer's blocks.")
        self._variables = variables

    def __getattr__(self, name: str) -> Any:
        try:
            return self._variables[name]
        except KeyError:
            raise AttributeError(f"nothing is called {name}") from None


def prepare(
    variables: Mapping[str, Any], connection: Path, ours: Callable[[], Iterable[int]]
) -> None:
    """Let `multiprocessing` work with what blocks define, and keep our sockets from forked children.

    `connection` is the mind's connection file: sockets bound beside it are the mind's.
    `ours()` gives the file descriptors of further sockets. Children are forked on every system,
    since only a copy of the mind has the performer's functions.
    """
    import multiprocessing

    sys.modules[MODULE] = _Blocks(variables)
    with suppress(RuntimeError, ValueError):  # a library has chosen another way
        multiprocessing.set_start_method("fork")
    os.register_at_fork(after_in_child=lambda: _begin_child(str(connection.parent), ours()))


def _begin_child(folder: str, ours: Iterable[int]) -> None:
    """Undo in a forked child what the mind alone does: listen, answer, and end in its own way."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a pool ends its workers by it
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    closing = {*ours, *(each for each in _descriptors() if _is_in(each, folder))}
    for each in closing:
        with suppress(OSError):
            os.close(each)


def _descriptors() -> list[int]:
    """Return the open file descriptors of this process."""
    try:
        return [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return []


def _is_in(descriptor: int, folder: str) -> bool:
    """Return whether a descriptor is a local socket whose address is in that folder."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        asked = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return False
    with asked:
        if asked.family != socket.AF_UNIX:
            return False
        for address in (asked.getsockname, asked.getpeername):
            with suppress(OSError):
                if str(address()).startswith(folder):
                    return True
    return False
