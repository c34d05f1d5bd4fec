"""`livecode rings`: what is drawn, and packets between a simulation and a view."""

import socket
import time

import numpy as np
import pytest
from rich.console import Console

from livecode.cli.rings import BAR, ReceivedRings, SimulatedRings, bar, view
from livecode.signals.rings import Rings
from livecode.signals.simulate import Hands
from livecode.signals.udp import UdpListener

pytestmark = pytest.mark.live

HANDS = Hands(np.random.default_rng(3))


def drawn(rings: Rings, caption: str = "") -> list[str]:
    console = Console(width=80)
    with console.capture() as shown:
        console.print(view(rings, caption))
    return shown.get().splitlines()


def await_packets(listener: UdpListener, packets: int) -> None:
    deadline = time.monotonic() + 5
    while listener.received < packets:
        assert time.monotonic() < deadline, "the packets did not arrive"
        time.sleep(0.001)


@pytest.mark.parametrize(("value", "column"), [(-1.0, 0), (0.0, BAR // 2), (1.0, BAR - 1)])
def test_the_mark_stands_where_the_value_is(value: float, column: int) -> None:
    assert bar(value, True).plain.index("●") == column
    assert len(bar(value, True)) == BAR


def test_rings_never_heard_fit_80_columns_and_say_so() -> None:
    lines = drawn(Rings())
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert sum("never heard" in line for line in lines) == 2


def test_a_view_shows_what_a_simulation_sends() -> None:
    with UdpListener(port=0) as listener:
        received = ReceivedRings(listener, time.monotonic_ns())
        simulated = SimulatedRings(HANDS, listener.port)
        simulated.step(0.5)  # 101 steps at once, of two rings
        await_packets(listener, 202)
        received.step(0.5)
        sent, heard = simulated.intake.rings, received.intake.rings
        assert (heard.left.turn, heard.right.turn) == (sent.left.turn, sent.right.turn)
        assert heard.left.turn == pytest.approx(HANDS.left.turn(0.5), abs=1e-4)
        lines = drawn(heard, received.caption())
    assert f"{heard.twist:+.2f}" in lines[3]
    assert "202 packets" in lines[4]
    assert "ids 0, 1" in lines[4]
    assert "202 packets of simulated rings" in simulated.caption()


def test_a_view_with_no_packets_says_how_to_open_the_port() -> None:
    with UdpListener(port=0) as listener:
        received = ReceivedRings(listener, time.monotonic_ns())
        received.step(1.0)
        assert "--osc-bind 0.0.0.0" in received.caption()


def test_refused_packets_are_counted_with_their_reason() -> None:
    with UdpListener(port=0) as listener:
        received = ReceivedRings(listener, time.monotonic_ns())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            packet = b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc"
            sender.sendto(packet, (listener.host, listener.port))
        await_packets(listener, 1)
        received.step(0.1)
        assert "refused 1: element size out of bounds" in received.caption()
        assert drawn(received.intake.rings)  # and the view stands


def test_a_ring_that_falls_silent_is_shown_at_rest() -> None:
    with UdpListener(port=0) as listener:
        simulated = SimulatedRings(HANDS, listener.port)
        simulated.step(0.1)
    rings = simulated.intake.rings
    rings.advance(3.0)
    lines = drawn(rings)
    assert "silent 3 s" in lines[1]
    assert lines[1].index("●") == lines[1].index("─") + BAR // 2
