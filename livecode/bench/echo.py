"""`bench latency`, second part: the time from a key to its echo in the editor, on a pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from types import TracebackType
from typing import Self

import numpy as np

from livecode.bench.rows import BenchRow, Identity
from livecode.errors import LivecodeError
from livecode.transport.lifeline import go_first

TARGET_MS = 30.0
#: Two words in turn, of letters that are nowhere else on the screen. When a word is deleted and the
#: other begun between two drawings, the terminal draws all of the new word.
WORDS = ("wxyz", "QJVK")
BETWEEN_KEYS_S = 0.03
LIMIT_S = 20.0
#: One thread trains and another spins, so the mind has no time left and more than one core is busy.
TRAINS_AND_SPINS = """
import threading, torch
def train():
    net = torch.nn.Sequential(torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256))
    adam = torch.optim.Adam(net.parameters())
    while not over.is_set():
        adam.zero_grad(); net(torch.randn(64, 256)).square().mean().backward(); adam.step()
over = threading.Event()
threading.Thread(target=train, daemon=True).start()
try:
    while True: pass
finally:
    over.set()
"""
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Keyboard:
    """A `livecode play` in a pseudo-terminal of 80 × 24, operated as by a keyboard."""

    def __init__(self, *arguments: str):
        """Start it. `arguments` are those of `livecode play`."""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            command = [sys.executable, "-m", "livecode.cli", "play", "--audio", "headless"]
            os.environ["TERM"] = "xterm-256color"
            os.execv(sys.executable, [*command, *arguments])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def press(self, keys: str) -> None:
        """Send keys to the program, as a keyboard would."""
        os.write(self._fd, keys.encode())

    def until_seen(self, text: str, within_s: float = LIMIT_S) -> float:
        """Wait until `text` is drawn. Return how long that took in ms.

        Raises `LivecodeError` if it is not drawn in time.
        """
        began = time.monotonic()
        seen = b""
        while text.encode() not in _CONTROL.sub(b"", seen):
            if time.monotonic() - began > within_s:
                raise LivecodeError(
                    f"{text!r} was not drawn within {within_s:g} s: {seen[-200:]!r}"
                )
            if select.select([self._fd], [], [], 0.1)[0]:
                seen += os.read(self._fd, 1 << 16)
        return 1000 * (time.monotonic() - began)

    def rest(self, seconds: float) -> None:
        """Wait for `seconds`, and discard what is drawn meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                os.read(self._fd, 1 << 16)

    def echoes_ms(self, words: int) -> list[float]:
        """Return how long the echo of each key of `words` words took, in ms."""
        delays = []
        for number in range(words):
            for key in WORDS[number % len(WORDS)]:
                self.rest(BETWEEN_KEYS_S)
                self.press(key)
                delays.append(self.until_seen(key))
            self.press("\x15")  # deletes the line
        return delays

    def paste(self, code: str) -> None:
        """Paste a block as a terminal does, and evaluate it."""
        self.press(f"\x1b[200~{code}\x1b[201~")
        self.rest(0.2)
        self.press("\x1b\r")

    def close(self) -> None:
        """Quit the program and wait for its end."""
        self.press("\x11")
        try:
            while os.read(self._fd, 1 << 16):
                pass
        except OSError:  # the other side is closed
            pass
        os.waitpid(self.pid, 0)


def run(words: int = 75) -> list[BenchRow]:
    """Measure echoes while the mind is idle, and while it trains a model and spins."""
    go_first()  # the measuring process itself must not wait
    with Keyboard() as keyboard:
        keyboard.until_seen("F1 help")
        keyboard.rest(2.0)
        idle = keyboard.echoes_ms(words)
        keyboard.paste(TRAINS_AND_SPINS.strip())
        keyboard.until_seen("Ctrl-C interrupts")
        keyboard.press("\x1b>\r\r")
        busy = keyboard.echoes_ms(words)
        keyboard.press("\x03")
        keyboard.until_seen("interrupted")
    about: Identity = {"while": "the mind trains and spins", "beside": "while it rests"}
    return [
        BenchRow.measured("key to its echo, median", float(np.median(busy)), "ms", about,
                     baseline=float(np.median(idle))),
        BenchRow.measured("key to its echo, p99", float(np.percentile(busy, 99)), "ms", about,
                     baseline=float(np.percentile(idle, 99)), target=TARGET_MS),
    ]  # fmt: skip
