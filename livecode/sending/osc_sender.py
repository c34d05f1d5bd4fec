"""Sends OSC messages over UDP to where the performer says, in bundles with their time."""

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage

from livecode.transport.sending import OscSource

_log = logging.getLogger(__name__)


def bundle(message: bytes, wall_s: float) -> bytes:
    """Return a bundle of one message that takes effect at `wall_s`, in seconds since 1970."""
    builder = OscBundleBuilder(wall_s)  # type: ignore[arg-type]  # it takes fractions, too
    builder.add_content(OscMessage(message))
    built: OscBundle = builder.build()
    return bytes(built.dgram)


class OscSender:
    """Sockets that only send. Names of hosts are looked up in the background.

    `say` is given a sentence if a target cannot be reached, once until that changes.
    """

    def __init__(self, say: Callable[[str], None]):
        self._say = say
        self._sockets: dict[int, socket.socket] = {}
        self._addresses: dict[OscSource, tuple[int, Any] | None] = {}
        self._failed: dict[OscSource, str] = {}

    def want(self, source: OscSource) -> None:
        """Look a target up, since something is to be sent to it."""
        if self._addresses.get(source) is not None:
            return
        try:
            self._found(source, socket.AI_NUMERICHOST)
        except OSError:  # a name: the system may take seconds to look it up
            self._addresses[source] = None
            threading.Thread(target=self._look_up, args=(source,), daemon=True).start()

    def send(self, source: OscSource, packet: bytes) -> None:
        """Send a packet, or say why that is not possible."""
        found = self._addresses.get(source)
        if found is None:
            return
        family, address = found
        try:
            self._socket(family).sendto(packet, address)
            if self._failed.pop(source, ""):
                self._say(f"OSC goes to {source.host}:{source.port} again")
        except OSError as error:
            self._fail(source, error)

    def close(self) -> None:
        """Close the sockets."""
        for each in self._sockets.values():
            each.close()

    def _look_up(self, source: OscSource) -> None:
        try:
            self._found(source)
        except OSError as error:
            self._fail(source, error)

    def _found(self, source: OscSource, flags: int = 0) -> None:
        found = socket.getaddrinfo(
            source.host, source.port, type=socket.SOCK_DGRAM, proto=socket.IPPROTO_UDP, flags=flags
        )
        family, _, _, _, address = found[0]
        self._addresses[source] = family, address

    def _socket(self, family: int) -> socket.socket:
        if family not in self._sockets:
            made = self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
            made.setblocking(False)
            if family == socket.AF_INET:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return self._sockets[family]

    def _fail(self, source: OscSource, error: OSError) -> None:
        why = error.strerror or str(error)
        if self._failed.get(source) != why:
            self._failed[source] = why
            _log.warning("OSC to %s:%s: %s", source.host, source.port, why)
            self._say(
                f"OSC cannot be sent to {source.host}:{source.port} ({why}); it is tried again"
            )
