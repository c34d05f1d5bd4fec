"""A back end of MIDI like `rtmidi`, with one output, `synth`, which writes what it is sent to a file."""

import os
import time
from pathlib import Path

#: The environment variable that says which file.
FILE = "LIVECODE_TEST_MIDI_FILE"


class MidiIn:
    def __init__(self, name: str) -> None:
        self.name = name

    def get_ports(self) -> list[str]:
        return []

    def delete(self) -> None:
        pass


class MidiOut(MidiIn):
    def get_ports(self) -> list[str]:
        return ["synth:in", "drums:in"]

    def open_port(self, number: int) -> "MidiOut":
        self._port = self.get_ports()[number].partition(":")[0]
        self._file = os.open(os.environ[FILE], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        return self

    def send_message(self, message: bytes) -> None:
        os.write(self._file, f"{time.monotonic_ns()} {self._port} {message.hex()}\n".encode())

    def close_port(self) -> None:
        os.close(self._file)


def read(path: Path, port: str = "synth") -> list[tuple[int, bytes]]:
    """When each message was sent to a port, in ns of the monotonic clock, and the message."""
    rows = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(int(at), bytes.fromhex(data)) for at, name, data in rows if name == port]


def sounding(path: Path, port: str = "synth") -> set[int]:
    """The notes that have begun at a port, and not ended."""
    notes: set[int] = set()
    for _, message in read(path, port):
        if message[0] & 0xF0 == 0x90:
            notes.add(message[1])
        elif message[0] & 0xF0 == 0x80:
            notes.discard(message[1])
    return notes
