"""The UDP socket for packets, and a thread that only receives, time-stamps and queues them."""

import contextlib
import errno
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from livecode.errors import LivecodeError
from livecode.signals.osc import MAX_PACKET_BYTES

DEFAULT_HOST = "127.0.0.1"  # only this machine can send, unless the performer asks for more
DEFAULT_PORT = 8888  # the port of R-IoT v1 and v2
MAX_QUEUED = 4096  # packets; when nobody drains them, the oldest are dropped
MAX_SOURCES = 64  # hosts whose rate is remembered
PACKETS_PER_S = 2000.0  # for each host: enough for ten R-IoT rings at 5 ms
BURST_PACKETS = 500.0  # as many as Wi-Fi may hold back and deliver at once
_POLL_S = 0.1  # how soon the thread notices `close`

Address = tuple[str, int]  # (host, port)
Packet = tuple[int, bytes, Address]


class TokenBucket:
    """Lets `per_s` packets a second through, and up to `burst` at once after a pause."""

    def __init__(self, per_s: float, burst: float, now_ns: int):
        self._per_ns = per_s / 1e9
        self._burst = burst
        self._tokens = burst
        self._filled_ns = now_ns

    def take(self, now_ns: int) -> bool:
        """Return whether a packet at `now_ns` may pass, and count it."""
        gained = (now_ns - self._filled_ns) * self._per_ns
        self._tokens = min(self._tokens + gained, self._burst)
        self._filled_ns = now_ns
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class UdpListener:
    """A bound socket and its thread; `drain` returns what has arrived since the last call.

    received  number of packets taken from the socket
    refused   reason -> number of packets that were not queued, or dropped from the queue

    Each host may send `PACKETS_PER_S`. The count includes all of a host's ports, because some
    senders open a new port for every packet. Raises `LivecodeError` if the socket cannot be bound.
    """

    def __init__(
        self,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ):
        self.received = 0
        self.refused: dict[str, int] = {}
        self._clock_ns = clock_ns
        self._queue: deque[Packet] = deque(maxlen=MAX_QUEUED)
        self._buckets: dict[str, TokenBucket] = {}
        self._closing = threading.Event()
        self._socket = _bind(host, port)
        # the port that the system chose, if port 0 was asked for
        self.host, self.port = self._socket.getsockname()[:2]
        self._thread = threading.Thread(target=self._listen, name="udp", daemon=True)
        self._thread.start()

    @property
    def hosts(self) -> int:
        """The number of hosts whose rate is remembered."""
        return len(self._buckets)

    @property
    def descriptor(self) -> int:
        """The file descriptor of the socket."""
        return self._socket.fileno()

    def drain(self) -> list[Packet]:
        """Remove and return the queued packets as (arrival in monotonic ns, payload, (host, port))."""
        packets = []
        while self._queue:
            packets.append(self._queue.popleft())
        return packets

    def send(self, packet: bytes, to: Address) -> None:
        """Send a packet from this port; one that cannot be sent is dropped."""
        with contextlib.suppress(OSError):
            self._socket.sendto(packet, to)

    def close(self) -> None:
        """Stop listening, free the port and wait for the thread to end."""
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> "UdpListener":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                # Ask for one byte more than allowed, so that a truncated packet can be recognised.
                data, source = self._socket.recvfrom(MAX_PACKET_BYTES + 1)
            except TimeoutError:
                continue
            except OSError:
                self._refuse("socket error")
                self._closing.wait(_POLL_S)  # do not spin on an error that stays
                continue
            self.take(self._clock_ns(), data, source[:2])

    def take(self, now_ns: int, data: bytes, source: Address) -> None:
        """Count a packet that arrived at `now_ns`, and queue or refuse it."""
        self.received += 1
        if len(data) > MAX_PACKET_BYTES:
            self._refuse("packet too large")
        elif not self._bucket(source[0], now_ns).take(now_ns):
            self._refuse("too many packets from one host")
        else:
            if len(self._queue) == MAX_QUEUED:
                self._refuse("queue full, oldest dropped")
            self._queue.append((now_ns, data, source))

    def _bucket(self, host: str, now_ns: int) -> TokenBucket:
        bucket = self._buckets.get(host)
        if bucket is None:
            if len(self._buckets) >= MAX_SOURCES:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[host] = TokenBucket(PACKETS_PER_S, BURST_PACKETS, now_ns)
        return bucket

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_DGRAM)
    listening.settimeout(_POLL_S)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            from livecode.signals.port_holder import holder_of

            raise LivecodeError(
                f"UDP port {port} on {host} is taken by {holder_of(port)}: close that program, or "
                f"choose another port with --osc-port and set the rings to it"
            ) from None
        raise LivecodeError(
            f"OSC cannot be received on {host}, UDP port {port} ({error}): choose another port "
            f"with --osc-port, or another address with --osc-bind"
        ) from None
    return listening
