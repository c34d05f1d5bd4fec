"""Where the mind and its clients meet: local sockets in a folder of this user, or encrypted TCP."""

import random
import socket
from pathlib import Path

from livecode.system.here import HERE

#: Only programs of this machine can connect.
LOOPBACK = "127.0.0.1"
#: Ports for the mind are below those that Linux, macOS and Windows give to connections by themselves.
PORTS = range(20_000, 32_000)


def meeting_place(connection: Path, channels: tuple[str, ...]) -> dict[str, str | int]:
    """Return the transport, address and ports of some channels, as a Jupyter connection file has them.

    Local sockets lie beside the connection file. Over TCP, all channels are encrypted by CurveZMQ, whose
    keys are in that file: another user of this machine can neither send nor listen. Raises OSError if no
    port is free.
    """
    names = [f"{channel}_port" for channel in channels]
    if HERE.local_sockets:
        numbers = range(1, len(names) + 1)
        return {
            "transport": "ipc",
            "ip": str(connection.with_suffix("")),
            **dict(zip(names, numbers, strict=True)),
        }
    import zmq  # takes a while

    public, secret = zmq.curve_keypair()
    return {
        "transport": "tcp",
        "ip": LOOPBACK,
        **dict(zip(names, free_ports(len(names)), strict=True)),
        "curve_publickey": public.decode("ascii"),
        "curve_secretkey": secret.decode("ascii"),
    }


def free_ports(count: int) -> list[int]:
    """Return so many different ports on which nobody listens; raises OSError if there are not so many.

    They are for minds one after the other, so they are none that the system would give away meanwhile.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(PORTS, len(PORTS) // 10):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
            try:
                tried.bind((LOOPBACK, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"no {count} TCP ports are free from {PORTS.start} to {PORTS.stop - 1}")
