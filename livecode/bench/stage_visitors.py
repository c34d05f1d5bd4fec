"""Visitors of the stage page for measuring: those that read all they get, and those that may not come in."""

import asyncio
import base64
import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

#: So many connections are open at once from which no request comes, for so many seconds.
CONNECTIONS, HELD_S = 200, 0.3
#: Between two such floods there are so many attempts.
ATTEMPTS = 80
#: The pause between two attempts, in seconds: a hundred a second, and no busy loop.
PAUSE_S = 0.01
ASKED = b'{"evaluate": "hush()"}'


class Watchers:
    """Viewers that read all they get, in a thread of this program."""

    def __init__(self, address: str, count: int):
        self.frames = 0
        self._address, self._count = address, count
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let all of them go."""
        self._end.set()
        self._thread.join()

    async def _watch(self) -> None:
        parts = urlsplit(self._address)
        socket = f"ws://{parts.netloc}{parts.path}events"
        origin = f"{parts.scheme}://{parts.netloc}"
        opened = [
            await websocket_connect(HTTPRequest(socket, headers={"Origin": origin}))
            for _ in range(self._count)
        ]

        async def read(viewer: object) -> None:
            while await viewer.read_message() is not None:  # type: ignore[attr-defined]
                self.frames += 1

        reading = [asyncio.create_task(read(each)) for each in opened]
        while not self._end.is_set():
            await asyncio.sleep(0.05)
        for each in opened:
            each.close()
        await asyncio.gather(*reading)


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
