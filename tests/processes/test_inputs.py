"""Inputs that are not there: said where there is no terminal, too, and taken up as they come."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livecode.signals.simulate import turned_packets

SET = """\
ego = agent(space("additive"))

# %% one  when=lambda rings: rings.twist
ego.level = lambda midi: 0.5 + midi.cc[74]
ego.pan = lambda mic: mic.rms

# %% two
midi.play(60)
"""


@pytest.fixture
def taken_port() -> Iterator[socket.socket]:
    """A UDP port that this process holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        yield held


def test_a_taken_port_and_missing_midi_are_said_and_the_port_is_taken_up_when_it_is_free(
    taken_port: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    piece = tmp_path / "piece.py"
    piece.write_text(SET)
    port = taken_port.getsockname()[1]
    options = ["--audio", "headless", "--osc-port", str(port), "--for", "60"]
    command = [sys.executable, "-m", "livecode.cli", "play", str(piece), *options]
    shown: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as playing:
        assert playing.stdout is not None
        lines = iter(playing.stdout)

        def until(text: str) -> None:
            while not any(text in line for line in shown):
                shown.append(next(lines))

        until(f"· UDP port {port} on 127.0.0.1 is taken by ")
        taken_port.close()
        until("· OSC is received now")
        until("· no MIDI is heard")
        until("· mic is silent")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in turned_packets(0.5, 0.5) * 50:
                sender.sendto(packet, ("127.0.0.1", port))
        until("▶ two")
        until("· no MIDI is sent")
        playing.terminate()
        playing.wait(20)
    assert sum("no MIDI" in line for line in shown) == 2
