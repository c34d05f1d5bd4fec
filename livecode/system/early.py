"""Processes that are started before it is known what they are to do: they import, and wait for an order."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

#: The one word that such a process is started with.
_EARLY = "--early"
_LENGTH_BYTES = 4


class EarlyProcess:
    """A process that has been started early, and whose standard input is for its order."""

    def __init__(self, module: str, more: Mapping[str, str] = MappingProxyType({})):
        """Start a module, with `more` in its environment; it calls `await_order` first."""
        self._more = {"PYTHONUNBUFFERED": "1", **more}
        self._ordered = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, _EARLY],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the terminal alone
            env={**os.environ, **self._more},
        )

    def order(self, words: Sequence[str], log: Path) -> "subprocess.Popen[bytes] | None":
        """Let it go on as if it had been started now, with these words; None if it cannot.

        It takes over the folder and the environment of this process, and writes to `log`.
        """
        process = self._process
        assert process.stdin is not None
        try:
            told = [list(words), os.getcwd(), {**os.environ, **self._more}, str(log)]
            data = json.dumps(told).encode()
            process.stdin.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
            process.stdin.flush()
        except OSError:
            return None
        self._ordered = process.poll() is None
        return process if self._ordered else None

    def close(self) -> None:
        """End it if it has got no order."""
        if self._ordered:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def await_order(load: Callable[[], object]) -> None:
    """If this process was started early, load what takes time, and go on as its order says.

    Ends this process if none comes, since whoever started it is gone.
    """
    if sys.argv[1:] != [_EARLY]:
        return
    first = sys.path[0]
    load()
    words, folder, environment, log = json.loads(_read(int.from_bytes(_read(_LENGTH_BYTES), "big")))
    sys.argv[1:] = words
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:  # what stays where it was leaves room for a process title
            os.environ[name] = value
    if first == os.getcwd():  # where Python, started with -m, looks for modules first
        sys.path[0] = folder
    os.chdir(folder)
    with suppress(OSError):  # it plays without a log
        opened = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for descriptor in (1, 2):
            os.dup2(opened, descriptor)
        os.close(opened)


def _read(count: int) -> bytes:
    """Return so many bytes of standard input, and leave there what comes after them."""
    data = b""
    while len(data) < count:
        if not (more := os.read(0, count - len(data))):
            os._exit(0)
        data += more
    return data
