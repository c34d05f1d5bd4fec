"""The web server of the page: its files, one stream of events, and nothing that visitors may do."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from livecode.errors import LivecodeError
from livecode.stage.door import MOST_CONNECTIONS, MOST_VIEWERS, STATUS, Door
from livecode.stage.own import OwnFiles
from livecode.transport.stage import StageOrder

_log = logging.getLogger(__name__)
#: A visitor sends nothing; a frame that is longer is not even read.
MOST_BYTES = 1024
#: So much waits in the system for a viewer who is slow, before frames are dropped.
SEND_BUFFER = 1 << 16
#: A viewer who has read nothing for so long is sent away, in seconds.
READS_WITHIN_S = 15.0
#: A connection on which no request comes is closed after so long, in seconds.
ASKS_WITHIN_S = 10.0
#: Close codes of RFC 6455: visitors may say nothing, and there is no room for another.
POLICY, TRY_LATER = 1008, 1013
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
#: Nothing but files of the page itself is loaded, run or connected to, and nobody may frame it. Hydra, which
#: a performer may put beside the set, makes functions of text; without it no text becomes code.
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; connect-src 'self' {socket}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is a secret
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex",
}


def page_files() -> dict[str, tuple[str, bytes]]:
    """Return the type and the content of each file of the page, by its name; "" is the page itself."""
    files = {}
    for each in resources.files("livecode.stage").joinpath("page").iterdir():
        kind = each.name.rpartition(".")[2]
        if kind in _TYPES:
            files[each.name] = f"{_TYPES[kind]}; charset=utf-8", each.read_bytes()
    files[""] = files.pop("index.html")
    return files


class _Guarded(RequestHandler):
    """A request that is checked before anything of it is looked at, and that leaves no trace in a log."""

    door: Door
    is_socket = False

    def initialize(self, door: Door) -> None:
        self.door = door

    def prepare(self) -> None:
        headers = self.request.headers
        why = self.door.refuses(
            headers.get("Host"), headers.get("Origin"), self.path_args[0], self.is_socket
        )
        if why is not None:
            self.refuse(why)

    def refuse(self, why: str) -> None:
        """Answer that it is refused, and no more."""
        self.clear()
        self.set_status(STATUS[why])
        self.finish()

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **options: Any) -> None:
        self.door.refused["method" if status_code == 405 else "malformed"] += 1
        self.finish()

    def log_exception(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, LivecodeError) and getattr(error, "status_code", 500) == 500:
            _log.error("a request failed", exc_info=(kind, error, trace))  # type: ignore[arg-type]


class _File(_Guarded):
    """A file of the page."""

    files: dict[str, tuple[str, bytes]]
    own: OwnFiles

    def initialize(
        self,
        door: Door,
        files: dict[str, tuple[str, bytes]] | None = None,
        own: OwnFiles | None = None,
    ) -> None:
        self.door, self.files, self.own = door, files or {}, own or OwnFiles("")

    def get(self, token: str, name: str) -> None:
        found = self.files.get(name)
        if found is None:
            self.door.refused["path"] += 1
            self.refuse("path")
            return
        host = self.request.headers["Host"]
        stream = f"{'wss' if self.door.tls else 'ws'}://{host}"
        scripts = " 'unsafe-eval'" if self.own.hydra else ""
        policy = SECURITY_POLICY.format(socket=stream, scripts=scripts)
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Content-Type", found[0])
        self.finish(found[1])


class _Own(_Guarded):
    """A JavaScript file of the performer's own, from beside the set."""

    own: OwnFiles

    def initialize(self, door: Door, own: OwnFiles | None = None) -> None:
        assert own is not None
        self.door, self.own = door, own

    def get(self, token: str, name: str) -> None:
        found = self.own.read(name)
        if found is None:
            self.door.refused["path"] += 1
            self.refuse("path")
            return
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(found)


class _Nowhere(_Guarded):
    """A path that leads nowhere."""

    def prepare(self) -> None:
        self.path_args = [""]
        super().prepare()

    def get(self, *_: str) -> None:
        """Answer as if there were nothing: the token is never empty, so this is not reached."""
        self.refuse("path")


class Viewer(_Guarded, WebSocketHandler):
    """One browser that watches or listens. It gets the newest when it can take it, and never a queue."""

    is_socket = True
    join: Callable[["Viewer"], bool]
    leave: Callable[["Viewer"], None]

    def initialize(self, door: Door, audience: "Viewers | None" = None) -> None:
        assert audience is not None
        self.door, self._audience = door, audience
        self.seen: dict[str, int] = {}  # the version of each document that was sent
        self.since_ns = time.monotonic_ns()
        self._busy_since_s: float | None = None
        self._said = False

    def open(self, token: str) -> None:
        self._stream_buffer()
        if not self._audience.join(self):
            self.door.refused["viewers"] += 1
            self.close(TRY_LATER)

    def on_message(self, message: str | bytes) -> None:
        """Send away whoever says something: there is nothing that a visitor may say today."""
        self.door.refused["message"] += 1
        self._said = True
        self.close(POLICY)

    def on_close(self) -> None:
        if self.close_code is None and not self._said:
            self.door.refused["broken"] += 1  # a frame that is none, or one that is too long
        self._audience.leave(self)

    def check_origin(self, origin: str) -> bool:
        return True  # `prepare` has compared it with the one origin that there is

    def busy_for_s(self, now_s: float) -> float:
        """Return for how long this viewer has not taken what was sent, in seconds."""
        return 0.0 if self._busy_since_s is None else now_s - self._busy_since_s

    @property
    def busy(self) -> bool:
        """Whether what was sent last has not been taken yet."""
        return self._busy_since_s is not None

    async def give(self, messages: Iterable[tuple[bytes, bool]], now_s: float) -> None:
        """Send messages, (data, whether it is binary) each, and wait until they are taken."""
        self._busy_since_s = now_s
        try:
            for data, binary in messages:
                await self.write_message(data, binary=binary)
        except WebSocketClosedError:
            return
        self._busy_since_s = None

    def send_away(self) -> None:
        """Close the connection at once: this viewer does not read."""
        if self.ws_connection is not None:
            self.ws_connection._abort()

    def _stream_buffer(self) -> None:
        assert self.ws_connection is not None
        stream = self.ws_connection.stream
        assert stream is not None
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.set_nodelay(True)


class Viewers:
    """All who watch, as many as there is room for."""

    def __init__(self) -> None:
        self._all: set[Viewer] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self.dropped = 0  # frames that somebody was too slow for

    def __len__(self) -> int:
        return len(self._all)

    @property
    def watching(self) -> tuple[tuple[str, int], ...]:
        """Each viewer's address, and since when, as monotonic time in ns; who came first stands first."""
        found = ((str(each.request.remote_ip), each.since_ns) for each in self._all)
        return tuple(sorted(found, key=lambda each: each[1]))

    def join(self, viewer: Viewer) -> bool:
        """Take a viewer in; returns whether there is room."""
        if len(self._all) >= MOST_VIEWERS:
            return False
        self._all.add(viewer)
        return True

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._all.discard(viewer)

    def send_away(self) -> None:
        """Close the connections of all viewers, since the performance ends."""
        for viewer in list(self._all):
            viewer.send_away()

    def offer(
        self, compose: Callable[[dict[str, int]], list[tuple[bytes, bool]]], now_s: float
    ) -> None:
        """Send each viewer what is new to it, which `compose` makes of the versions that it has seen."""
        for viewer in list(self._all):
            if viewer.busy:
                self.dropped += 1
                if viewer.busy_for_s(now_s) > READS_WITHIN_S:
                    viewer.door.refused["slow"] += 1
                    self._all.discard(viewer)
                    viewer.send_away()
                continue
            task = asyncio.get_running_loop().create_task(viewer.give(compose(viewer.seen), now_s))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)


class _Bounded(HTTPServer):
    """An HTTP server with a limit of connections."""

    door: Door
    _open = 0

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if self._open >= MOST_CONNECTIONS:
            self.door.refused["connections"] += 1
            stream.close()
            return
        self._open += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        self._open -= 1
        super().on_close(server_conn)


def serve(
    order: StageOrder, port: int, viewers: Viewers, listeners: Viewers
) -> tuple[HTTPServer, Door]:
    """Serve the page at a port; 0 stands for any that is free. Must be called in a running loop.

    `viewers` get what is shown, and `listeners` what is heard, if the order says so.
    Raises LivecodeError if the address cannot be taken or the certificate cannot be read.
    """
    context = _context(order)
    try:
        sockets = bind_sockets(port, order.host)
    except OSError as error:
        raise LivecodeError(
            f"the stage page cannot be served at {order.host}, port {port} ({error.strerror})"
        ) from None
    door = Door(order.host, sockets[0].getsockname()[1], order.token, context is not None)
    for name in ("tornado.access", "tornado.general", "tornado.application"):
        logging.getLogger(name).disabled = True  # their lines hold addresses
    own = OwnFiles(order.folder)
    sounds = [(r"/([^/]*)/sound", Viewer, {"door": door, "audience": listeners})]
    application = Application(
        [
            *(sounds if order.audio else []),
            (r"/([^/]*)/own/([^/]*)", _Own, {"door": door, "own": own}),
            (r"/([^/]*)/events", Viewer, {"door": door, "audience": viewers}),
            (
                r"/([^/]*)/([a-z_]*(?:\.[a-z]+)?)",
                _File,
                {"door": door, "files": page_files(), "own": own},
            ),
            (r".*", _Nowhere, {"door": door}),
        ],
        websocket_max_message_size=MOST_BYTES,
        log_function=lambda handler: None,
    )
    server = _Bounded(
        application,
        ssl_options=context,
        max_header_size=8192,
        max_body_size=MOST_BYTES,
        idle_connection_timeout=ASKS_WITHIN_S,
        body_timeout=ASKS_WITHIN_S,
    )
    server.door = door
    server.add_sockets(sockets)
    return server, door


def _context(order: StageOrder) -> ssl.SSLContext | None:
    """Return what TLS needs; None without a certificate."""
    if not order.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # nobody is there to type a password: OpenSSL must not ask for one
        context.load_cert_chain(order.certificate, order.key or None, password=lambda: "")
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise LivecodeError(
            f"the certificate {order.certificate} cannot be read ({error}): give a PEM file, and "
            "--stage-key if its key, without a password, is elsewhere"
        ) from None
    return context
