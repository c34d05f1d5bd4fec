"""How soon a key is seen, through a terminal of its own, while the mind is busy."""

import os
import re
import select
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")

#: Of the machine that this is tested on only so much is asked: it may be busy with other tests.
MEDIAN_MS = 30.0
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Keyboard:
    """The desk in a pseudo-terminal, seen from the terminal's side."""

    def __init__(self) -> None:
        import fcntl
        import struct
        import termios

        self.began_s = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execv(sys.executable, [sys.executable, "-m", "livecode.cli", "play",
                                      "--audio", "headless"])  # fmt: skip
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def until_seen(self, text: str, within_s: float = 20.0) -> float:
        """Wait until something is drawn; returns how long that took, in milliseconds."""
        began = time.monotonic()
        seen = b""
        while text.encode() not in _CONTROL.sub(b"", seen):
            assert time.monotonic() - began < within_s, f"{text!r} is not in {seen[-500:]!r}"
            if select.select([self._fd], [], [], 0.1)[0]:
                seen += os.read(self._fd, 1 << 16)
        return 1000 * (time.monotonic() - began)

    def rest(self, seconds: float) -> None:
        """Let time pass, and what is drawn meanwhile go by."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                os.read(self._fd, 1 << 16)

    def close(self) -> None:
        self.press("\x11")
        try:
            while os.read(self._fd, 1 << 16):
                pass
        except OSError:  # the other side is closed
            pass
        os.waitpid(self.pid, 0)


@pytest.fixture
def keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyboard]:
    monkeypatch.setenv("TERM", "xterm-256color")
    opened = Keyboard()
    yield opened
    opened.close()


@pytest.mark.slow
def test_keys_are_seen_at_once_while_the_mind_spins(keyboard: Keyboard) -> None:
    keyboard.until_seen("F1 help")
    keyboard.press("while True: pass\x1b\r")
    keyboard.until_seen("Ctrl-C interrupts")
    keyboard.press("\r\r")
    delays_ms = []
    for _ in range(25):
        for key in "wxyz":
            keyboard.rest(0.03)
            keyboard.press(key)
            delays_ms.append(keyboard.until_seen(key))
        keyboard.press("\x15")
    keyboard.press("\x03")
    assert statistics.median(delays_ms) < MEDIAN_MS, sorted(delays_ms)[-10:]
