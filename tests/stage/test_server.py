"""Who is let in to the stage page, and what a visitor can do there: look, and nothing else."""

import base64
import http.client
import json
import logging
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from livecode.errors import LivecodeError
from livecode.stage.door import MOST_CONNECTIONS, MOST_VIEWERS
from livecode.stage.server import SEND_BUFFER, Viewers, serve
from livecode.transport.stage import StageOrder
from tests.stage.conftest import TOKEN, Served

EVIL = "http://evil.example"


def ask(
    served: Served, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", served.audience.port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": served.host, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


class Watcher:
    """A web socket by hand, so that it can send what no browser sends."""

    def __init__(self, served: Served, token: str = TOKEN, **headers: str):
        self._socket = socket.create_connection(("127.0.0.1", served.audience.port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        sent = {
            "Host": served.host, "Origin": f"http://{served.host}", "Upgrade": "websocket",
            "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key, **headers,
        }  # fmt: skip
        lines = [f"GET /{token}/events HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items() if v)]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._waiting = b""
        while b"\r\n\r\n" not in self._waiting and (data := self._socket.recv(4096)):
            self._waiting += data
        head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])

    def send(self, data: bytes, first: int = 0x81, length: int | None = None) -> None:
        """Send a frame; `length` is what it says of itself."""
        length = len(data) if length is None else length
        size = bytes([0x80 | length]) if length < 126 else bytes([0xFE]) + struct.pack("!H", length)
        self._socket.sendall(bytes([first]) + size + b"\0\0\0\0" + data)

    def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the data of the next frame; opcode 0 if the connection has ended."""
        try:
            head = self._read(2)
            size = head[1] & 127
            if size == 126:
                (size,) = struct.unpack("!H", self._read(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self._read(8))
            return head[0] & 15, self._read(size)
        except (EOFError, ConnectionError):
            return 0, b""

    def until_closed(self) -> int:
        """Read to the end; return the code with which it was closed, 0 without one."""
        while (found := self.frame())[0] not in (0, 8):
            pass
        return struct.unpack("!H", found[1][:2])[0] if found[1] else 0

    def document(self) -> dict[str, Any]:
        """Return the next message that is text."""
        while (found := self.frame())[0] != 1:
            assert found[0], "the connection has ended"
        told: dict[str, Any] = json.loads(found[1])
        return told

    def close(self) -> None:
        self._socket.close()

    def _read(self, count: int) -> bytes:
        while len(self._waiting) < count:
            if not (data := self._socket.recv(1 << 16)):
                raise EOFError
            self._waiting += data
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


@contextmanager
def watching(served: Served, token: str = TOKEN, **headers: str) -> Iterator[Watcher]:
    watcher = Watcher(served, token, **headers)
    yield watcher
    watcher.close()


def test_the_page_and_its_files_come_with_a_policy_that_lets_nothing_else_in(
    served: Served,
) -> None:
    status, headers, body = ask(served, f"/{TOKEN}/")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers
    files = re.findall(r'(?:src|href)="([^"]+)"', body.decode())
    assert files
    for name in files:
        status, headers, body = ask(served, f"/{TOKEN}/{name}")
        assert status == 200, name
        assert b"http:" not in body.replace(b'"http", "ws"', b""), "no outside assets"


@pytest.mark.parametrize(
    ("path", "headers", "status", "why"),
    [
        (f"/{TOKEN}/", {"Host": "evil.example"}, 421, "host"),
        (f"/{TOKEN}/", {"Host": "127.0.0.1"}, 421, "host"),
        (f"/{TOKEN}/", {"Host": "127.0.0.1.evil.example"}, 421, "host"),
        (f"/{TOKEN}/", {"Origin": EVIL}, 403, "origin"),
        (f"/{TOKEN}/stage.js", {"Origin": "null"}, 403, "origin"),
        ("/", {}, 404, "token"),
        (f"/{TOKEN[:-1]}/", {}, 404, "token"),
        (f"/{TOKEN}x/stage.js", {}, 404, "token"),
        ("//", {}, 404, "token"),
        (f"/{TOKEN}/nothing.js", {}, 404, "path"),
        (f"/{TOKEN}/../server.py", {}, 404, "token"),
    ],
)
def test_what_is_asked_wrongly_is_refused_and_counted(
    served: Served, path: str, headers: dict[str, str], status: int, why: str
) -> None:
    before = served.refused(why)
    answer, told, body = ask(served, path, **headers)
    assert answer == status
    assert body == b""
    assert TOKEN not in str(told)
    served.until(lambda: served.refused(why) == before + 1)


def test_only_reading_is_answered(served: Served) -> None:
    before = served.refused("method")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(served, f"/{TOKEN}/", method)[0] == 405
    served.until(lambda: served.refused("method") == before + 4)


@pytest.mark.parametrize(
    ("token", "headers", "status", "why"),
    [
        (TOKEN, {"Origin": EVIL}, 403, "origin"),
        (TOKEN, {"Origin": ""}, 403, "origin"),
        (TOKEN, {"Host": "evil.example", "Origin": EVIL}, 421, "host"),
        ("x" * len(TOKEN), {}, 404, "token"),
    ],
)
def test_the_event_stream_is_for_this_page_alone(
    served: Served, token: str, headers: dict[str, str], status: int, why: str
) -> None:
    before = served.refused(why)
    with watching(served, token, **headers) as watcher:
        assert watcher.status == status
    served.until(lambda: served.refused(why) == before + 1)


def test_a_viewer_that_says_anything_is_sent_away_and_changes_nothing(served: Served) -> None:
    before = served.refused("message")
    with watching(served) as watcher:
        assert watcher.status == 101
        watcher.send(json.dumps({"evaluate": "hush()"}).encode())
        assert watcher.until_closed() == 1008
    served.until(lambda: served.refused("message") == before + 1)
    messages = served.arena.messages.values()
    assert [queue for queue in messages if queue.receive() is not None] == []


@pytest.mark.parametrize(
    ("data", "first", "length"),
    [
        (b"x" * 70_000, 0x82, 65_535),  # larger than a visitor may send
        (b"x", 0xF1, None),  # reserved bits
        (b"\xff\xfe", 0x81, None),  # text that is none
        (b"x" * 125, 0x8B, None),  # of no known kind
        (b"x", 0x80, None),  # goes on with what was never begun
    ],
)
def test_frames_that_are_none_end_the_connection_and_are_counted(
    served: Served, data: bytes, first: int, length: int | None
) -> None:
    before = sum(served.audience.refused.values())
    with watching(served) as watcher:
        watcher.send(data, first, length)
        watcher.until_closed()
    served.until(lambda: sum(served.audience.refused.values()) > before)
    served.until(lambda: not served.audience.viewers)
    assert ask(served, f"/{TOKEN}/")[0] == 200


def test_two_hundred_connections_leave_the_page_as_it_was(served: Served) -> None:
    before = served.refused("connections")
    with ExitStack() as stack, watching(served) as watcher:
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", served.audience.port), 5))
        served.until(lambda: served.refused("connections") >= before + 200 - MOST_CONNECTIONS)
        assert watcher.frame()[0]
        stack.close()
        served.until(lambda: _answers(served))


def _answers(served: Served) -> bool:
    try:
        return ask(served, f"/{TOKEN}/")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_there_is_room_for_so_many_viewers_and_no_more(served: Served) -> None:
    served.until(lambda: not served.audience.viewers)
    before = served.refused("viewers")
    with ExitStack() as stack:
        for _ in range(MOST_VIEWERS):
            stack.enter_context(watching(served))
        served.until(lambda: served.audience.viewers == MOST_VIEWERS)
        with watching(served) as late:
            assert late.until_closed() == 1013
    served.until(lambda: served.refused("viewers") == before + 1)


def test_a_viewer_that_never_reads_costs_frames_of_its_own_and_nobody_else_s(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.stage.server.READS_WITHIN_S", 1.0)
    before, away = served.audience.dropped, served.refused("slow")
    page = {"lines": ["x" * 200] * 120}
    with watching(served) as still, watching(served) as reader:
        still._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        served.until(lambda: served.audience.viewers == 2)
        number = 0
        end = time.monotonic() + 30
        while served.refused("slow") == away:
            assert time.monotonic() < end
            number += 1  # a text that changes all the time, much larger than what the system keeps
            served.arena.page.post(json.dumps({**page, "title": str(number)}).encode())
            assert reader.frame()[0], "who reads gets on"
        assert served.audience.dropped > before
    assert SEND_BUFFER <= 1 << 16


def test_the_address_is_in_no_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for path, headers in (
            (f"/{TOKEN}/", {}),
            (f"/{TOKEN}/nothing", {}),
            (f"/{TOKEN}/", {"Host": "evil.example"}),
        ):
            ask(served, path, **headers)
        ask(served, f"/{TOKEN}/", "POST")
        with watching(served) as watcher:
            watcher.send(b"x", 0xF1)
            watcher.until_closed()
    assert TOKEN not in caplog.text


def test_layers_that_are_hidden_are_not_told_and_a_blackout_tells_nothing(served: Served) -> None:
    from livecode.transport.stage import StageStatus
    from livecode.transport.status import Status, encode

    board, header = served.arena.board, served.arena.header
    try:
        board.post(encode(Status(beat=1.0, tempo=120.0, stage=StageStatus(layers=("clock",)))))
        with watching(served) as watcher:
            told = watcher.document()
            assert told["stage"]["layers"] == ["clock"]
            assert set(told) == {"stage", "clock"}
        header.blackout = 1
        with watching(served) as watcher:
            told = watcher.document()
            assert told["stage"]["blackout"]
            assert set(told) == {"stage"}
            watcher._socket.settimeout(0.3)
            with pytest.raises(TimeoutError):
                watcher.frame()
    finally:
        header.blackout = 0
        board.post(encode(Status()))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of a certificate that somebody made for this machine, and of its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=the stage", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
         "-keyout", key, "-out", cert],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return cert, key


def test_with_a_certificate_of_one_s_own_nobody_reads_along(
    certificate: tuple[Path, Path],
) -> None:
    cert, key = certificate
    served = Served(certificate=str(cert), key=str(key)).start()
    try:
        assert served.audience.address.startswith("https://")
        context = ssl.create_default_context(cafile=str(cert))
        with socket.create_connection(("127.0.0.1", served.audience.port), 10) as plain:
            wrapped = context.wrap_socket(plain, server_hostname="127.0.0.1")
            assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
            wrapped.sendall(f"GET /{TOKEN}/ HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode())
            answer = wrapped.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200")
            assert f"wss://{served.host}".encode() in answer
        with socket.create_connection(("127.0.0.1", served.audience.port), 10) as clear:
            clear.sendall(f"GET /{TOKEN}/ HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode())
            with suppress(ConnectionResetError):
                assert clear.recv(4096) == b"", "nothing is answered in the clear"
    finally:
        served.stop()


def test_a_certificate_that_is_none_is_told_in_a_sentence_and_nothing_is_served(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    broken, locked = tmp_path / "cert.pem", tmp_path / "key.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")
    subprocess.run(
        ["openssl", "ec", "-in", certificate[1], "-aes128", "-passout", "pass:word", "-out", locked],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    for order, told in (
        (StageOrder(certificate=str(broken)), "give a PEM file"),
        (StageOrder(certificate=str(certificate[0]), key=str(locked)), "without a password"),
    ):
        with pytest.raises(LivecodeError, match=told):
            serve(order, 0, Viewers(), Viewers())
