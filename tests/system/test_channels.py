"""Where the mind and its clients meet without local sockets: this machine alone, and only with the keys."""

import socket
from pathlib import Path

import pytest
import zmq

from livecode.system import channels
from livecode.system.here import system_of

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str | int]:
    """A meeting place on a system that has no local sockets."""
    monkeypatch.setattr(channels, "HERE", system_of("win32"))
    return channels.meeting_place(tmp_path / "kernel.json", CHANNELS)


def test_with_local_sockets_they_lie_beside_the_connection_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "HERE", system_of("linux"))
    place = channels.meeting_place(tmp_path / "kernel.json", CHANNELS)
    assert place.pop("transport") == "ipc"
    assert place.pop("ip") == str(tmp_path / "kernel")
    assert place == {f"{channel}_port": port for port, channel in enumerate(CHANNELS, 1)}


def test_without_them_they_are_free_ports_of_this_machine_alone(
    place: dict[str, str | int],
) -> None:
    assert (place["transport"], place["ip"]) == ("tcp", "127.0.0.1")
    ports = [int(place[f"{channel}_port"]) for channel in CHANNELS]
    assert len(set(ports)) == len(CHANNELS)
    for port in ports:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", port))


def test_a_port_that_somebody_has_is_not_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken, socket.socket() as free:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free.bind(("127.0.0.1", 0))
        ports = [taken.getsockname()[1], free.getsockname()[1]]
        free.close()
        monkeypatch.setattr(channels, "PORTS", range(min(ports), max(ports) + 1))
        assert taken.getsockname()[1] not in channels.free_ports(1)


def test_who_has_not_the_keys_hears_nothing(place: dict[str, str | int]) -> None:
    address = f"tcp://{place['ip']}:{place['iopub_port']}"
    public, secret = str(place["curve_publickey"]).encode(), str(place["curve_secretkey"]).encode()
    with zmq.Context() as context:
        mind, client, stranger, guesser = (
            context.socket(kind) for kind in (zmq.PUB, zmq.SUB, zmq.SUB, zmq.SUB)
        )
        mind.curve_secretkey, mind.curve_publickey, mind.curve_server = secret, public, True
        mind.bind(address)
        client.curve_serverkey = public
        guesser.curve_serverkey = zmq.curve_keypair()[0]
        for each in (client, guesser):
            each.curve_publickey, each.curve_secretkey = zmq.curve_keypair()
        for each in (client, stranger, guesser):
            each.linger = 0
            each.subscribe(b"")
            each.connect(address)
        heard = 0
        for _ in range(300):  # the others have as much time as it takes, ten times over
            mind.send(b"what the mind says")
            heard += client.poll(10) > 0 and len(client.recv()) > 0
            if heard == 10:
                break
        assert heard == 10
        assert stranger.poll(0) == guesser.poll(0) == 0
        for each in (mind, client, stranger, guesser):
            each.close(0)
