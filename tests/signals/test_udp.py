"""The UDP listener, with real packets on loopback."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from livecode.errors import LivecodeError
from livecode.signals import udp
from livecode.signals.intake import Intake
from livecode.signals.osc import MAX_PACKET_BYTES, encode
from livecode.signals.udp import TokenBucket, UdpListener


@pytest.fixture
def listener() -> Iterator[UdpListener]:
    with UdpListener(port=0) as listening:
        yield listening


def until(condition: Callable[[], object], timeout_s: float = 5.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.001)


def send(listener: UdpListener, *packets: bytes) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, (listener.host, listener.port))
        return int(sender.getsockname()[1])


def test_packets_arrive_in_order_with_their_time_and_source(listener: UdpListener) -> None:
    before = time.monotonic_ns()
    port = send(listener, b"one", b"two")
    until(lambda: listener.received == 2)
    packets = listener.drain()
    assert [data for _, data, _ in packets] == [b"one", b"two"]
    assert all(source == ("127.0.0.1", port) for _, _, source in packets)
    assert before <= packets[0][0] <= packets[1][0] <= time.monotonic_ns()
    assert listener.drain() == []


def test_a_packet_over_the_limit_is_refused_and_not_cut(listener: UdpListener) -> None:
    send(listener, bytes(MAX_PACKET_BYTES + 1), bytes(60_000), bytes(MAX_PACKET_BYTES))
    until(lambda: listener.received == 3)
    assert [len(data) for _, data, _ in listener.drain()] == [MAX_PACKET_BYTES]
    assert listener.refused == {"packet too large": 2}


def test_a_flood_from_one_host_is_cut_to_the_rate() -> None:
    with UdpListener(port=0, clock_ns=lambda: 10**9) as listener:  # time stands still
        for _ in range(10):
            sent = listener.received + 100
            send(listener, *[b"flood"] * 100)
            until(lambda sent=sent: listener.received == sent)  # type: ignore[misc]
        assert len(listener.drain()) == udp.BURST_PACKETS
        assert listener.refused == {"too many packets from one host": 1000 - udp.BURST_PACKETS}


def test_a_bucket_lets_its_rate_through_and_a_burst_after_a_pause() -> None:
    bucket = TokenBucket(per_s=100.0, burst=10.0, now_ns=0)
    assert sum(bucket.take(0) for _ in range(50)) == 10
    second = [bucket.take(i * 1_000_000) for i in range(1, 1001)]
    assert sum(second) == pytest.approx(100, abs=1)
    assert sum(bucket.take(60 * 10**9) for _ in range(50)) == 10


def test_hosts_have_their_own_rates_and_only_so_many_are_remembered(listener: UdpListener) -> None:
    for i in range(10_000):
        listener.take(0, b"x", (f"10.0.{i // 256}.{i % 256}", 9))
    assert listener.refused == {"queue full, oldest dropped": 10_000 - udp.MAX_QUEUED}
    assert listener.hosts == udp.MAX_SOURCES


def test_a_full_queue_keeps_the_newest(listener: UdpListener) -> None:
    for i in range(udp.MAX_QUEUED + 5):
        listener.take(i * 10**9, str(i).encode(), ("10.0.0.1", 9))
    packets = listener.drain()
    assert (packets[0][1], packets[-1][1]) == (b"5", str(udp.MAX_QUEUED + 4).encode())


def test_a_port_in_use_is_one_sentence_with_the_way_out(listener: UdpListener) -> None:
    with pytest.raises(LivecodeError) as error:
        UdpListener(port=listener.port)
    assert f"UDP port {listener.port} on 127.0.0.1 is taken" in str(error.value)
    assert "--osc-port" in str(error.value)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("203.0.113.9", 0)])
def test_an_address_that_cannot_be_bound_is_one_sentence(host: str, port: int) -> None:
    with pytest.raises(LivecodeError, match="OSC cannot be received"):
        UdpListener(host, port)


def test_close_ends_the_thread_and_frees_the_port() -> None:
    listener = UdpListener(port=0)
    send(listener, b"x")
    until(lambda: listener.received == 1)
    listener.close()
    assert not any(thread.name == "udp" for thread in threading.enumerate())
    UdpListener(port=listener.port).close()
    listener.close()  # twice does no harm


def test_an_error_of_the_socket_is_counted_and_listening_goes_on(
    listener: UdpListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def recvfrom(self, size: int) -> tuple[bytes, tuple[str, int]]:
            raise ConnectionResetError

    sound = listener._socket
    monkeypatch.setattr(listener, "_socket", Failing())
    until(lambda: listener.refused.get("socket error", 0) > 0)
    monkeypatch.setattr(listener, "_socket", sound)
    send(listener, b"after")
    until(lambda: listener.received == 1)


@pytest.mark.skipif(shutil.which("oscsend") is None, reason="liblo's oscsend is not installed")
def test_rings_sent_by_an_independent_program_move_the_rings(listener: UdpListener) -> None:
    zeros = ["0"] * 14
    for id, roll in (("0", "-45"), ("1", "90")):  # left and right, both to the front
        args = [*zeros, "1", "0", "0", "0", "0", "0", roll, "0"]
        subprocess.run(
            ["oscsend", "localhost", str(listener.port), f"/{id}/raw", "f" * 22, *args], check=True
        )
    until(lambda: listener.received == 2)
    intake = Intake()
    for arrival_ns, packet, _ in listener.drain():
        assert intake.receive(packet, arrival_ns / 1e9) == 1
    assert intake.refused == {}
    turns = (intake.rings.left.turn, intake.rings.right.turn)
    assert turns == pytest.approx((0.5, 1.0))
    assert intake.rings.twist == pytest.approx(0.75)


def test_hostile_packets_on_the_wire_do_not_stop_the_next_good_one(listener: UdpListener) -> None:
    hostile = [b"", b"\xff" * 20, b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc", b"/\xff\0\0"]
    send(listener, *hostile, encode("/1/fader", 0.5))
    until(lambda: listener.received == len(hostile) + 1)
    intake = Intake()
    used = [intake.receive(packet, at / 1e9) for at, packet, _ in listener.drain()]
    assert used == [0, 0, 0, 0, 1]
    assert sum(intake.refused.values()) == len(hostile)
    assert intake.osc == {"/1/fader": (0.5,)}
