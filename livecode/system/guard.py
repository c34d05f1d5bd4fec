"""Refuses, loudly, what not every system has: the honest part of `LIVECODE_PORTABLE`."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from livecode.system.here import SWITCH

#: The folder of Linux that is memory.
MEMORY = "/dev/shm"
_FORKS = ("os.fork", "os.forkpty")
#: What opens, makes, lists or removes a file, as Python's audit events name it.
_FILES = ("open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.scandir")
_SOCKETS = ("socket.bind", "socket.connect")
_lifted = False


class NotPortable(BaseException):
    """Code of livecode has used what other systems do not have; no handler of `Exception` hides it."""


def stand_guard() -> None:
    """Refuse, in this process and from now on, to fork, to use named shared memory, and local sockets.

    What libraries do in C is not seen, such as what a JACK client shares with its server.
    """
    sys.addaudithook(_look)
    try:
        import _posixshmem
    except ImportError:
        return
    _posixshmem.shm_open = _no_named_memory


@contextmanager
def lifted() -> Iterator[None]:
    """Let a test do in a `with` block what it needs for itself, such as make a pseudo terminal."""
    global _lifted
    _lifted = True
    try:
        yield
    finally:
        _lifted = False


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise NotPortable if an audit event of Python tells of what other systems do not have."""
    if event in _FORKS:
        _refuse(event)
    elif event in _FILES:
        path = arguments[0]
        if isinstance(path, str | bytes) and os.fsdecode(path).startswith(MEMORY):
            _refuse(f"{event} of {os.fsdecode(path)}")
    elif event in _SOCKETS and arguments[0].family == getattr(socket, "AF_UNIX", None):
        _refuse(f"{event} of a local socket, {arguments[1]!r}")


def _no_named_memory(name: str, *_: Any, **__: Any) -> int:
    _refuse(f"shm_open of {name}")
    raise OSError("no named memory here")


def _refuse(what: str) -> None:
    if not _lifted:
        raise NotPortable(f"{SWITCH} is set, and {what} is not for every system")
