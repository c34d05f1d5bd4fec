"""The sender's process: real packets and MIDI messages, in time, and notes that end whatever dies."""

import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from livecode.processes.live import Live
from livecode.processes.options import Options
from livecode.sending.sender import wall_beyond_ns
from livecode.signals.midi_ports import INSTEAD
from livecode.transport.messages import Tape
from tests.conftest import Card
from tests.sending import midi_file
from tests.sending.midi_file import read, sounding

RATE = 48_000
#: Between the beginning of the time of NTP and that of Unix.
NTP_S = 2_208_988_800
LEAD = "tempo(240)\nlead = midi.out('0 3 5*2', port='synth', legato=8)"


@pytest.fixture(scope="module")
def midi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file to which the MIDI outputs of all processes write."""
    path = tmp_path_factory.mktemp("midi") / "sent.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(INSTEAD, midi_file.__name__)
        patch.setenv(midi_file.FILE, str(path))
        root = str(Path(__file__).parents[2])
        patch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
        yield path


@pytest.fixture(scope="module")
def live(midi: Path) -> Iterator[Live]:
    with Live(Options(audio="headless", osc_port=0)) as playing:
        yield playing


@pytest.fixture
def program() -> Iterator[socket.socket]:
    """Another program, which takes packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taking:
        taking.bind(("127.0.0.1", 0))
        taking.settimeout(20)
        yield taking


def play(live: Live, code: str) -> None:
    assert live.evaluate(code) == (True, None)


def kill(live: Live, name: str) -> None:
    """Kill a process, and await another one in its place."""
    pid, epoch = getattr(live.header, f"{name}_pid"), getattr(live.header, f"{name}_beat_ns")
    assert pid > 0
    os.kill(pid, signal.SIGKILL)
    live.await_(lambda: getattr(live.header, f"{name}_pid") != pid, f"another {name}")
    live.await_(lambda: getattr(live.header, f"{name}_beat_ns") > epoch, f"another {name} to beat")


def plays_on(live: Live, midi: Path) -> None:
    """Await more notes."""
    there = len(read(midi))
    live.await_(lambda: len(read(midi)) > there + 6, "more notes")


def timed(packet: bytes) -> float:
    """When a bundle takes effect, in seconds since 1970."""
    assert packet.startswith(b"#bundle\0")
    return struct.unpack(">Q", packet[8:16])[0] / 2**32 - NTP_S


def test_notes_go_on_while_the_mind_is_replaced_and_each_one_ends(live: Live, midi: Path) -> None:
    play(live, LEAD)
    live.await_(lambda: sounding(midi), "notes")
    kill(live, "mind")
    plays_on(live, midi)
    play(live, "lead.legato = 0.1\nlead.pattern = '24*8'")
    live.await_(lambda: sounding(midi) <= {84}, "the end of the long notes")
    play(live, "free(lead)")
    live.await_(lambda: not sounding(midi), "the end of all notes")


def test_a_panic_of_the_terminal_ends_all_notes_though_the_mind_hangs(
    live: Live, midi: Path
) -> None:
    play(live, LEAD)
    live.await_(lambda: sounding(midi), "notes")
    mind = live.header.mind_pid
    os.kill(mind, signal.SIGSTOP)
    live.header.terminal_panics += 1
    live.await_(lambda: not sounding(midi), "the end of all notes")
    os.kill(mind, signal.SIGCONT)
    there = len(read(midi))
    play(live, "undo()")
    live.await_(lambda: len(read(midi)) > there, "notes")
    play(live, "free(lead)")


@pytest.mark.slow
def test_the_notes_of_a_sender_that_is_killed_are_ended_by_the_next_one(
    live: Live, midi: Path
) -> None:
    live.await_(lambda: not sounding(midi), "the end of what the test before played")
    play(live, "tempo(240)\nlead = midi.out('0', port='synth', legato=8, channel=5)")
    live.await_(lambda: sounding(midi), "a note")
    play(live, "lead.pattern = '~'")
    assert sounding(midi) == {60}
    kill(live, "sender")
    live.await_(lambda: not sounding(midi), "the end of the note", 2.0)
    play(live, LEAD)
    plays_on(live, midi)
    kill(live, "sender")
    plays_on(live, midi)
    play(live, "free(lead)")
    live.await_(lambda: not sounding(midi), "the end of all notes")


@pytest.mark.slow
def test_when_everything_ends_so_do_the_notes(midi: Path) -> None:
    with Live(Options(audio="headless", osc_port=0)) as playing:
        play(playing, "midi.play(40, 1.0, 100*s)\n" + LEAD)
        playing.await_(lambda: 40 in sounding(midi), "a note")
        playing.await_(lambda: 60 in sounding(midi), "notes")
    assert sounding(midi) == set()
    assert read(midi)[-1][1][:2] in (b"\xb0\x7b", b"\xb0\x78"), "and whatever else sounds there"


@pytest.mark.slow
def test_time_tags_are_those_of_the_samples_that_are_heard(
    live: Live, program: socket.socket, tmp_path: Path
) -> None:
    (tmp_path / "kit/tick").mkdir(parents=True)
    soundfile.write(tmp_path / "kit/tick/1.wav", np.eye(1, 480)[0] * 0.5, RATE, "FLOAT")
    wav, port = tmp_path / "heard.wav", program.getsockname()[1]
    play(
        live,
        f"tempo(133)\nticks = kit({str(tmp_path / 'kit')!r})\ndrums = hits('tick(5,8)', ticks)\n"
        f"x = osc.send('/dirt/play', 'tick(5,8)', to='127.0.0.1:{port}')\nrecord({str(wav)!r})",
    )
    arena = live.attachment.arena
    live.await_(lambda: b"heard.wav" in arena.tape.look(), "the recording")
    begin = msgspec.json.decode(arena.tape.look(), type=Tape).begin
    until = time.monotonic() + 12
    tags, frames = [], []  # when a packet takes effect, and about which frame is computed then
    while time.monotonic() < until:
        tags.append(timed(program.recv(4096)))
        assert 0.0 < tags[-1] - time.time() < 0.2, "it travels ahead"
        frames.append(live.header.now(round(tags[-1] * 1e9) - wall_beyond_ns()))
    play(live, "record.stop()\nfree(drums, x)")
    live.await_(lambda: b"heard.wav" not in arena.tape.look(), "the end of the recording")
    audio, _ = soundfile.read(wav)
    heard = begin + np.flatnonzero(np.abs(audio[:, 0]) > 0.1)
    settled = [n for n in range(len(tags) // 2, len(tags)) if frames[n] < heard[-1] + 0.01 * RATE]
    assert len(settled) > 10
    nearest = np.array([heard[np.abs(heard - frames[n]).argmin()] for n in settled])
    assert np.abs(nearest - [frames[n] for n in settled]).max() < 0.01 * RATE
    beyond = np.array([tags[n] for n in settled]) * RATE - nearest
    assert np.ptp(beyond) < 2.0, "each is within a sample of what is heard"


@pytest.mark.slow
def test_a_program_beside_a_jack_server_gets_its_notes_and_the_latency_is_the_card_s(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    rtmidi = pytest.importorskip("rtmidi", reason="python-rtmidi is not installed")
    if rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("this python-rtmidi knows no JACK")
    monkeypatch.setenv(INSTEAD, "jack")
    synth = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, "synth").open_virtual_port("in")
    got: list[tuple[float, bytes]] = []
    synth.set_callback(lambda event, _: got.append((time.monotonic(), bytes(event[0]))))
    with Live(Options(audio="jack", osc_port=0)) as playing:
        play(playing, "tempo(240)\nlead = midi.out('0 3 5*2', port='synth', legato=0.5)")
        playing.await_(lambda: len(got) > 24, "notes")
        playing.await_(lambda: playing.header.latency_ns, "the latency")
        assert playing.header.latency_ns == pytest.approx(2 * 256 / RATE * 1e9, rel=0.01)
    ringing: set[int] = set()
    begun: set[int] = set()
    for _, (status, number, _) in got:
        if status == 0x90:
            begun.add(number)
            ringing.add(number)
        elif status == 0x80:
            ringing.discard(number)
    assert begun == {60, 63, 65}
    assert not ringing
    synth.delete()
