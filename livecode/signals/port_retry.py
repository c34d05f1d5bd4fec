"""The UDP port for OSC, which is tried again and again until it is free."""

import threading
from collections.abc import Callable

from livecode.errors import LivecodeError
from livecode.signals.udp import Address, Packet, UdpListener

RETRY_S = 1.0


class OscPort:
    """Listens as soon as the port can be had, and says so if that takes more than one attempt.

    `say` is given sentences for the performer, from a thread of its own.
    """

    def __init__(
        self, host: str, port: int, say: Callable[[str], None], retry_s: float = RETRY_S
    ) -> None:
        self._host, self._port, self._say, self._retry_s = host, port, say, retry_s
        self._listener: UdpListener | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        if (why := self._attempt()) is not None:
            self._say(f"{why}; it is tried again until it is free")
            self._thread = threading.Thread(
                target=self._keep_trying, args=(why,), name="osc port", daemon=True
            )
            self._thread.start()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The file descriptor of the socket; () while the port cannot be had."""
        return () if self._listener is None else (self._listener.descriptor,)

    def drain(self) -> list[Packet]:
        """Remove and return the queued packets as (arrival in monotonic ns, payload, (host, port))."""
        return [] if self._listener is None else self._listener.drain()

    def reply(self, packet: bytes, to: Address) -> None:
        """Send a packet from this port, if it can be sent."""
        if self._listener is not None:
            self._listener.send(packet, to)

    def close(self) -> None:
        """Stop listening and trying, and free the port."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        if self._listener is not None:
            self._listener.close()

    def _attempt(self) -> str | None:
        """Open the port; return a sentence if it cannot be had."""
        try:
            self._listener = UdpListener(self._host, self._port)
        except LivecodeError as error:
            return str(error)
        return None

    def _keep_trying(self, said: str) -> None:
        """Open the port as soon as it can be had; say it if the reason why it cannot changes."""
        while not self._closing.wait(self._retry_s):
            why = self._attempt()
            if why is None:
                self._say(f"OSC is received now on {self._host}, UDP port {self._port}")
                return
            if why != said:
                said = why
                self._say(why)
