"""The OSC port when another program has it: said, who has it, and taken as soon as it is free."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from livecode.signals.port_retry import OscPort

HOLD = """
import socket, sys
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.bind(("127.0.0.1", 0))
print(held.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """Another program that holds a UDP port, whose number it has printed."""
    command = [sys.executable, "-c", HOLD, "a-tracker.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as held:
        yield held
        held.kill()


def port_of(holder: subprocess.Popen[str]) -> int:
    assert holder.stdout is not None
    return int(holder.stdout.readline())


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_a_taken_port_is_said_with_its_holder_and_taken_up_once_it_is_free(
    holder: subprocess.Popen[str],
) -> None:
    number, said = port_of(holder), []
    port = OscPort("127.0.0.1", number, said.append, retry_s=0.01)
    assert port.drain() == []
    assert port.descriptors == ()
    (sentence,) = said
    assert f"UDP port {number} on 127.0.0.1 is taken by " in sentence
    assert f"(process {holder.pid})" in sentence
    assert "it is tried again until it is free" in sentence
    holder.kill()
    until(lambda: port.descriptors)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"turn", ("127.0.0.1", number))
    packets: list[bytes] = []
    until(lambda: packets.extend(data for _, data, _ in port.drain()) or packets)
    port.close()
    assert packets == [b"turn"]
    assert said == [sentence, f"OSC is received now on 127.0.0.1, UDP port {number}"]


def test_an_address_that_is_not_there_yet_is_said_once_and_waiting_for_it_can_be_ended() -> None:
    said: list[str] = []
    port = OscPort("203.0.113.9", 0, said.append, retry_s=0.001)
    time.sleep(0.05)
    port.close()
    (sentence,) = said
    assert "OSC cannot be received on 203.0.113.9" in sentence


def test_a_free_port_is_not_worth_a_word() -> None:
    said: list[str] = []
    port = OscPort("127.0.0.1", 0, said.append)
    assert len(port.descriptors) == 1
    port.close()
    assert said == []
