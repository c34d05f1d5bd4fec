"""Visitors of the stage page for measuring: those that read all they get, and those that may not come in."""

import base64
import contextlib
import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

#: So many connections are open at once from which no request comes, for so many seconds.
CONNECTIONS, HELD_S = 200, 0.3
#: Between two such floods there are so many attempts.
ATTEMPTS = 80
#: The pause between two attempts, in seconds: a hundred a second, and no busy loop.
PAUSE_S = 0.01
#: How often viewers read, in seconds: what is sent meanwhile waits in the system.
READ_S = 0.05
#: A viewer is let in within so many seconds, also on a busy machine.
COME_WITHIN_S = 20.0
ASKED = b'{"evaluate": "hush()"}'


class _Visitor:
    """One who speaks HTTP and web sockets by hand, and so can say what no browser says."""

    def __init__(self, address: str):
        parts = urlsplit(address)
        assert parts.port is not None
        self._host, self._port, self._path = parts.netloc, parts.port, parts.path

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), 2.0)

    def _upgrade(self, visitor: socket.socket) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        visitor.sendall(
            f"GET {self._path}events HTTP/1.1\r\nHost: {self._host}\r\nOrigin: http://{self._host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )


class _Messages:
    """Counts the messages in what a web-socket server sends, piece by piece; see RFC 6455, section 5.2."""

    def __init__(self) -> None:
        self.count = 0
        self._head = b""  # of a frame that has just begun
        self._left = 0  # bytes of the frame that have not come yet

    def take(self, data: bytes) -> None:
        """Take in the next piece."""
        at = 0
        while at < len(data):
            if self._left:
                skipped = min(self._left, len(data) - at)
                self._left, at = self._left - skipped, at + skipped
                continue
            self._head += data[at : at + 1]
            at += 1
            short = self._head[1] & 127 if len(self._head) > 1 else 0
            more = {126: 2, 127: 8}.get(short, 0)
            if len(self._head) == 2 + more:
                self._left = int.from_bytes(self._head[2:]) if more else short
                self.count += self._head[0] & 15 in (1, 2)  # text and binary
                self._head = b""


class Watchers(_Visitor):
    """Viewers that read all they get, seldom and much at once, so that reading costs little."""

    def __init__(self, address: str, count: int):
        """Let so many viewers come, and wait until the page has told each of them something."""
        super().__init__(address)
        self._viewers = [(self._connected(), _Messages()) for _ in range(count)]
        for viewer, messages in self._viewers:
            viewer.settimeout(COME_WITHIN_S)
            self._upgrade(viewer)
            came = b""
            while b"\r\n\r\n" not in came:
                came += _some(viewer, 1)
            while not messages.count:
                messages.take(_some(viewer, 1 << 16))
            viewer.setblocking(False)

    def watch(self, gone: threading.Event) -> float:
        """Read until `gone` is set, and leave; return how many messages each viewer got in a second."""
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            for viewer, _ in self._viewers:
                stack.enter_context(viewer)
            while not gone.wait(READ_S):
                for viewer, messages in self._viewers:
                    with contextlib.suppress(BlockingIOError):
                        while piece := viewer.recv(1 << 16):
                            messages.take(piece)
        counts = [messages.count for _, messages in self._viewers]
        return sum(counts) / len(counts) / (time.monotonic() - began)


def _some(viewer: socket.socket, most: int) -> bytes:
    """Return what has come, at least a byte. Raises ConnectionError if the page has closed the connection."""
    if not (came := viewer.recv(most)):
        raise ConnectionError("the stage page lets nobody in")
    return came


class Still(_Visitor):
    """A viewer that never reads."""

    def __init__(self, address: str):
        super().__init__(address)
        self._socket = self._connected()
        self._upgrade(self._socket)

    def close(self) -> None:
        """Let it go."""
        self._socket.close()


class Intruders(_Visitor):
    """Visitors that do whatever they may not, in a thread of this program, until `stop()`.

    They ask with a wrong host, origin or token, ask to evaluate code, send frames that are too long or none,
    open 200 connections, and one of them never reads.
    """

    def __init__(self, address: str):
        super().__init__(address)
        self._address = address
        self.attempts = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let all of them go."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        attempts = itertools.cycle(self._attempts())
        with contextlib.closing(Still(self._address)):
            while not self._end.is_set():
                self._flood()
                for attempt in itertools.islice(attempts, ATTEMPTS):
                    if self._end.wait(PAUSE_S):
                        return
                    with contextlib.suppress(OSError):
                        attempt()
                        self.attempts += 1

    def _flood(self) -> None:
        """Open 200 connections, and let all of them go a moment later."""
        with contextlib.ExitStack() as stack:
            for _ in range(CONNECTIONS):
                with contextlib.suppress(OSError):
                    stack.enter_context(self._connected())
            self._end.wait(HELD_S)

    def _attempts(self) -> Iterator[Callable[[], None]]:
        evil = "http://evil.example"
        yield lambda: self._ask({"Host": "evil.example"})
        yield lambda: self._ask({"Origin": evil})
        yield lambda: self._ask({}, "/no-token/")
        yield lambda: self._say(b"\x81" + bytes([0x80 | len(ASKED)]) + bytes(4) + ASKED)
        yield lambda: self._say(b"\x82\xfe\xff\xff" + bytes(4) + bytes(2000))  # too long
        yield lambda: self._say(b"\xf1\x81" + bytes(5))  # reserved bits
        yield lambda: self._ask({"Content-Length": "100000000"}, method="POST")
        yield lambda: self._ask({"Host": ""}, method="\0")

    def _ask(self, headers: dict[str, str], path: str = "", method: str = "GET") -> None:
        sent = {"Host": self._host, **headers}
        lines = [f"{method} {path or self._path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items())]
        with self._connected() as asking:
            asking.sendall("\r\n".join([*lines, "", ""]).encode())
            asking.recv(4096)

    def _say(self, frame: bytes) -> None:
        with self._connected() as visitor:
            self._upgrade(visitor)
            visitor.recv(4096)
            visitor.sendall(frame)
            visitor.recv(4096)
