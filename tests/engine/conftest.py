"""An engine in this process under a virtual clock, and real JACK servers with a dummy card."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from livecode.engine.device import boot
from livecode.engine.engine import Engine
from livecode.system.guard import lifted
from livecode.transport import Arena, Layout
from livecode.transport.messages import Ended, Fade, Message, PlayBuffer, receive, send

Signal = Callable[[np.ndarray], np.ndarray]  # positions in frames (n,) -> samples (n,) or (n, 2)
AHEAD_BLOCKS = 4


class Rig:
    """An engine, and voices that write functions of time into its buffers."""

    def __init__(
        self,
        sample_rate: int = 48000,
        block: int = 256,
        work_ns: Callable[[], int] = lambda: 0,
    ):
        layout = Layout(buffers=24, buffer_frames=8192, slots=32, taps=2)
        self.arena = Arena.private(sample_rate, block, layout)
        self.sample_rate, self.block = sample_rate, block
        self.server = boot("headless", sample_rate, block).server
        self.now_ns = 0
        self.engine = Engine(self.arena, self.server, lambda: self.now_ns, work_ns)
        self.server.start()
        self._signals: dict[int, Signal] = {}  # buffer -> what is written to it
        self._generation = 0
        self._buffers: dict[int, int] = {}  # generation that has not ended -> buffer
        self._told: list[Message] = []

    def close(self) -> None:
        self.server.stop()
        self.engine.close()
        self.server.shutdown()

    def play(
        self,
        name: str,
        signal: Signal,
        fade_s: float = 0.0,
        channels: int = 1,
        at: int = 0,
        buffer: int | None = None,
    ) -> int:
        """Play `name` from a buffer, by default a free one. Return the generation."""
        if buffer is None:
            buffer = next(
                n for n in range(len(self.arena.buffers)) if n not in self._buffers.values()
            )
        self._generation += 1
        self._buffers[self._generation] = buffer
        self.arena.buffers[buffer].reset(channels)
        self._signals[buffer] = signal
        self.tell(PlayBuffer(name, self._generation, buffer, at, fade_s))
        return self._generation

    def fade(self, name: str, fade_s: float = 0.0) -> None:
        self.tell(Fade(name, fade_s))

    def silence_source(self, generation: int) -> None:
        """Stop the voice of a generation from writing."""
        del self._signals[self._buffers[generation]]

    def tell(self, message: Message) -> None:
        assert send(self.arena.messages["mind", "engine"], message)

    def told(self) -> list[Message]:
        """Return the engine's messages since the last call."""
        told, self._told = self._told, []
        return told

    def control(self, name: str, frame: int, value: float) -> None:
        controls = self.arena.controls
        controls.write(controls.open(name), frame, value)

    def run(self, blocks: int, tap: str | None = None) -> np.ndarray:
        """Run blocks and return their sound, (frames, 2): the mix, or one name before the mix."""
        heard = np.zeros((blocks, self.block, 2), np.float32)
        for n in range(blocks):
            for number, signal in self._signals.items():
                samples = self.arena.buffers[number]
                start = samples.written
                missing = max(0, AHEAD_BLOCKS * self.block - samples.available)
                samples.write(signal(np.arange(start, start + missing)).astype(np.float32))
            self.server.process()
            self.now_ns += int(self.block / self.sample_rate * 1e9)
            for message in receive(self.arena.messages["engine", "mind"]):
                self._told.append(message)
                if isinstance(message, Ended):
                    buffer = self._buffers.pop(message.generation)
                    if buffer not in self._buffers.values():
                        self._signals.pop(buffer, None)
            master = self.engine.master
            heard[n] = master.read_tap() if tap is None else self.engine.strips[tap].tap.read()
        return heard.reshape(-1, 2)

    def sine(self, freq_hz: float, amplitude: float = 0.3) -> Signal:
        return lambda at: amplitude * np.sin(2 * np.pi * freq_hz / self.sample_rate * at)

    def steady_jump(self, freq_hz: float, amplitude: float = 0.3) -> float:
        """Return the largest difference between neighbouring samples of a steady sine."""
        return float(amplitude * 2 * np.sin(np.pi * freq_hz / self.sample_rate))


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


@pytest.fixture(scope="session")
def jack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run a JACK server with a dummy card at 48 kHz and 256 frames. Yields the path of its log."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed here (Debian: apt-get install jackd2)")
    name = f"livecode-test-{os.getpid()}"
    log = tmp_path_factory.mktemp("jack") / "jackd.log"
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ.update(JACK_DEFAULT_SERVER=name, JACK_NO_AUDIO_RESERVATION="1")
    with open(log, "wb") as out:
        command = ["jackd", "-r", "-n", name, "-d", "dummy", "-r", "48000", "-p", "256"]
        server = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 10
        while not any(_sockets(name)):
            if server.poll() is not None or time.monotonic() > end:
                pytest.skip(f"jackd does not run here: {log.read_text()[-200:]}")
            time.sleep(0.02)
        yield log
    finally:
        server.terminate()
        server.wait(10)
        for left in _sockets(name):
            with lifted():
                left.unlink()
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before


def _sockets(name: str) -> list[Path]:
    """Return the files that a JACK server of that name has in the file system."""
    with lifted():  # JACK's own
        return [
            path for folder in ("/dev/shm", "/tmp") for path in Path(folder).glob(f"jack*_{name}_*")
        ]
