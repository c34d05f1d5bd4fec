"""A live performance driven by a program, for measuring and testing: real processes, no terminal."""

import threading
import time
from collections.abc import Callable

from jupyter_client.blocking.client import BlockingKernelClient

from livecode.errors import LivecodeError
from livecode.processes.attachment import Attachment
from livecode.processes.connection import write_connection
from livecode.processes.options import Options
from livecode.processes.paths import Paths
from livecode.transport.status import Status, look_at_status

#: A peak above this counts as sound (−40 dBFS).
AUDIBLE = 0.01
#: An engine whose heart has not beaten for this long plays nothing, whatever its last peak was.
STILL_NS = 100_000_000


class Live:
    """Plays as `livecode play` does, while a `with` block runs.

    >>> with Live(Options(audio="headless", osc_port=0)) as live:
    ...     ok, error = live.evaluate("ego = agent(space('additive'))")
    ...     live.await_sound()
    """

    def __init__(
        self,
        options: Options,
        log: Callable[[str], None] = lambda text: None,
        paths: Paths | None = None,
    ):
        """Prepare a performance; `paths` are those of a performance that is resumed.

        `log` is given the supervisor's sentences, which `said` keeps as well.
        """
        self.said: list[str] = []
        self._log = log
        self.paths = Paths() if paths is None else paths
        write_connection(self.paths.connection)
        self.attachment = Attachment(options, self.paths, self._hear)
        for sentence in self.attachment.told:
            self._hear(sentence)
        self.header = self.attachment.arena.header
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._check, name="front end")
        self._client: BlockingKernelClient | None = None

    def __enter__(self) -> "Live":
        self.attachment.start()
        self.attachment.await_sound_path()
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()
        if self._client is not None:
            self._client.stop_channels()
        self.attachment.stop()

    def evaluate(self, code: str, limit_s: float = 60.0) -> tuple[bool, str | None]:
        """Evaluate a block in the mind; return whether all of it took effect, and its error sentence."""
        reply = self.client.execute(code, reply=True, timeout=limit_s, stop_on_error=False)
        content = reply["content"]
        return content["status"] == "ok", content.get("evalue")

    def begin(self, code: str) -> None:
        """Evaluate a block without waiting for it."""
        self.client.execute(code, stop_on_error=False)

    @property
    def client(self) -> BlockingKernelClient:
        """A Jupyter client of the mind; connects when first asked for."""
        if self._client is None:
            client = BlockingKernelClient(connection_file=str(self.paths.connection))
            client.load_connection_file()
            client.start_channels(hb=False)  # a busy machine must not count as a dead kernel
            client.wait_for_ready(timeout=60)
            self._client = client
        return self._client

    @property
    def peak(self) -> float:
        """The louder side's peak in the newest block; 0 from an engine that stands still."""
        if time.monotonic_ns() - self.header.engine_beat_ns > STILL_NS:
            return 0.0
        peak: float = max(self.header.peak_left, self.header.peak_right)
        return peak

    @property
    def status(self) -> Status:
        """The status that the mind posted last."""
        return look_at_status(self.attachment.arena.board.look())

    def await_(self, condition: Callable[[], object], what: str, limit_s: float = 30.0) -> float:
        """Wait for a condition, and return the seconds that took.

        Raises LivecodeError with `what` if the condition does not come true within `limit_s`.
        """
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > limit_s:
                raise LivecodeError(f"waited {limit_s:g} s in vain for {what}")
            time.sleep(0.002)
        return time.monotonic() - began

    def await_sound(self, limit_s: float = 30.0) -> float:
        """Wait until something is heard, and return the seconds that took."""
        return self.await_(lambda: self.peak > AUDIBLE, "sound", limit_s)

    def _check(self) -> None:
        """Do what a front end does again and again, in a thread of its own."""
        while not self._stop.wait(0.02):
            try:
                self.attachment.check()
            except LivecodeError as error:
                self._hear(str(error))
                return

    def _hear(self, text: str) -> None:
        self.said.append(text)
        self._log(text)
