"""A live performance driven by a program, for measuring and testing: real processes, no terminal."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from jupyter_client import BlockingKernelClient

from livecode.errors import LivecodeError
from livecode.processes.connection import write_connection
from livecode.processes.paths import Paths
from livecode.processes.supervisor import Options, Supervisor

#: Louder than this (−40 dBFS) counts as sounding.
AUDIBLE = 0.01
#: An engine whose heart has not beaten for so long plays nothing, whatever its last peak was.
STILL_NS = 100_000_000


class Live:
    """Plays, as `livecode play` does, while a `with` block runs."""

    def __init__(
        self,
        options: Options,
        log: Callable[[str], None] = lambda text: None,
        paths: Paths | None = None,
    ):
        """`paths`: of a performance that is taken up again."""
        self.said: list[str] = []  # by the supervisor
        self._log = log
        self.paths = Paths() if paths is None else paths
        write_connection(self.paths.connection)
        self.supervisor = Supervisor(options, self.paths, self._hear)
        self.header = self.supervisor.arena.header
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._check, name="supervisor")
        self._client: BlockingKernelClient | None = None

    def __enter__(self) -> "Live":
        self.supervisor.start()
        self.supervisor.await_sound_path()
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()
        if self._client is not None:
            self._client.stop_channels()
        self.supervisor.stop()

    def evaluate(self, code: str, limit_s: float = 60.0) -> tuple[bool, str | None]:
        """Evaluate a block in the mind: (whether all of it took effect, its error sentence)."""
        reply = self.client.execute(code, reply=True, timeout=limit_s, stop_on_error=False)
        content = reply["content"]
        return content["status"] == "ok", content.get("evalue")

    def begin(self, code: str) -> None:
        """Evaluate a block without waiting for it."""
        self.client.execute(code, stop_on_error=False)

    @property
    def client(self) -> BlockingKernelClient:
        """A line to the mind."""
        if self._client is None:
            client = BlockingKernelClient(connection_file=str(self.paths.connection))
            client.load_connection_file()
            client.start_channels(hb=False)  # a busy machine is no dead kernel
            client.wait_for_ready(timeout=60)
            self._client = client
        return self._client

    @property
    def peak(self) -> float:
        """The louder side's peak in the newest block; 0 from an engine that stands still."""
        if time.monotonic_ns() - self.header.engine_beat_ns > STILL_NS:
            return 0.0
        return max(self.header.peak_left, self.header.peak_right)

    @property
    def status(self) -> dict[str, Any]:
        """What the mind last posted."""
        return msgspec.json.decode(self.supervisor.arena.board.look() or b"{}")

    def await_(self, condition: Callable[[], bool], what: str, limit_s: float = 30.0) -> float:
        """Wait for a condition; returns the seconds it took, or raises a sentence."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > limit_s:
                raise LivecodeError(f"waited {limit_s:g} s in vain for {what}")
            time.sleep(0.002)
        return time.monotonic() - began

    def await_sound(self, limit_s: float = 30.0) -> float:
        """Wait until something is heard."""
        return self.await_(lambda: self.peak > AUDIBLE, "sound", limit_s)

    def _check(self) -> None:
        while not self._stop.wait(0.02):
            try:
                self.supervisor.check()
            except LivecodeError as error:
                self._hear(str(error))
                return

    def _hear(self, text: str) -> None:
        self.said.append(text)
        self._log(text)
