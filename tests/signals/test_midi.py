"""MIDI in and out: messages as numbers, notes and clock in sample time, ports that come and go."""

import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.signals.midi import MAX_AGE_S, Midi
from livecode.signals.midi_ports import MidiPorts

pytest.importorskip("mido", reason="MIDI is an extra: install livecode[midi]")

SR = 48000
START, CLOCK, STOP = b"\xfa", b"\xf8", b"\xfc"


def on(note: int, velocity: int = 127, channel: int = 1) -> bytes:
    return bytes([0x90 | channel - 1, note, velocity])


def off(note: int, channel: int = 1) -> bytes:
    return bytes([0x80 | channel - 1, note, 0])


def cc(number: int, value: int, channel: int = 1) -> bytes:
    return bytes([0xB0 | channel - 1, number, value])


def heard(*messages: bytes, time_s: float = 1.0) -> Midi:
    midi = Midi()
    for message in messages:
        assert midi.receive(message, time_s)
    return midi


def numbers(midi: Any) -> list[float]:
    single = [midi.note, midi.hz, midi.velocity, midi.gate, midi.bend, midi.pressure, midi.age]
    return [*single, *midi.notes, *midi.cc]


# in


def test_before_any_message_everything_is_neutral() -> None:
    midi = Midi()
    midi.advance(100.0)
    assert (midi.note, midi.velocity, midi.gate, midi.notes) == (60, 0.0, 0.0, ())
    assert midi.bend == midi.pressure == midi.cc[74] == midi.ch[16].cc[1] == 0.0
    assert midi.age == MAX_AGE_S


def test_a_note_that_is_held_has_its_number_its_velocity_and_a_gate() -> None:
    midi = heard(on(69, 64))
    assert (midi.note, midi.notes, midi.gate) == (69, (69,), 1.0)
    assert midi.velocity == pytest.approx(64 / 127)
    assert midi.hz == pytest.approx(440.0)


def test_of_several_notes_the_one_pressed_last_leads_until_it_is_let_go() -> None:
    midi = heard(on(60, 10), on(64, 20), on(67, 30))
    assert (midi.notes, midi.note) == ((60, 64, 67), 67)
    midi.receive(off(67), 1.0)
    assert (midi.notes, midi.note) == ((60, 64), 64)
    assert midi.velocity == pytest.approx(20 / 127)


def test_a_note_struck_again_is_the_newest() -> None:
    assert heard(on(60), on(64), on(60)).notes == (64, 60)


@pytest.mark.parametrize("end", [off(60), on(60, 0), cc(123, 0), cc(120, 0)])
def test_after_its_end_a_note_keeps_its_number_and_has_no_gate(end: bytes) -> None:
    midi = heard(on(60), end)
    assert (midi.note, midi.notes, midi.gate) == (60, (), 0.0)


def test_controllers_bend_and_pressure_are_scaled_to_1() -> None:
    midi = heard(cc(74, 127), b"\xe0\x7f\x7f", b"\xd0\x7f")
    assert midi.cc[74] == midi.bend == midi.pressure == 1.0
    midi = heard(b"\xe0\x00\x00", b"\xa0\x3c\x7f")
    assert (midi.bend, midi.pressure) == (-1.0, 1.0)
    midi.receive(cc(121, 0), 1.0)
    assert (midi.bend, midi.pressure) == (0.0, 0.0)


def test_bending_by_its_whole_way_is_two_semitones() -> None:
    assert heard(on(69), b"\xe0\x7f\x7f").hz == pytest.approx(440 * 2 ** (2 / 12))


def test_a_channel_hears_only_its_own_and_midi_hears_all() -> None:
    midi = heard(on(50, channel=2), cc(7, 127, channel=3), on(62, channel=4))
    assert midi.notes == (50, 62)
    assert (midi.ch[2].notes, midi.ch[4].notes, midi.ch[1].notes) == ((50,), (62,), ())
    assert (midi.cc[7], midi.ch[3].cc[7], midi.ch[2].cc[7]) == (1.0, 1.0, 0.0)


def test_the_same_note_on_two_channels_is_held_until_both_let_go() -> None:
    midi = heard(on(60, channel=1), on(60, channel=2), off(60, channel=1))
    assert midi.gate == 1.0


def test_age_counts_from_the_last_message() -> None:
    midi = heard(on(60), time_s=2.0)
    midi.advance(2.5)
    assert midi.age == midi.ch[1].age == 0.5
    assert midi.ch[2].age == MAX_AGE_S
    midi.receive(CLOCK, 3.0)
    midi.advance(3.0)
    assert midi.age == 1.0, "a clock is not played"


@pytest.mark.parametrize("bad", [b"", b"\x90", b"\x90\xff\x00", b"\x01\x02", b"\x90\x01\x02\x03"])
def test_bad_bytes_are_counted_and_change_nothing(bad: bytes) -> None:
    midi = heard(on(60))
    before = numbers(midi)
    assert not midi.receive(bad, 1.0)
    assert sum(midi.refused.values()) == 1
    assert numbers(midi) == before


@given(st.lists(st.one_of(st.binary(max_size=5), st.binary(min_size=2, max_size=2).map(
    lambda two: bytes([0x80 | two[0] & 0x7F, two[1] & 0x7F, 64])))))  # fmt: skip
def test_whatever_bytes_come_all_values_stay_finite_and_in_range(messages: list[bytes]) -> None:
    midi = Midi()
    for message in messages:
        midi.receive(message, 1.0)
    for player in (midi, *midi.ch):
        assert all(math.isfinite(number) for number in numbers(player))
        assert all(0.0 <= value <= 1.0 for value in (player.velocity, player.gate, *player.cc))
        assert -1.0 <= player.bend <= 1.0
        assert all(0 <= note <= 127 for note in player.notes)


def test_what_is_not_there_is_answered_with_what_is() -> None:
    with pytest.raises(AttributeError, match="did you mean velocity"):
        Midi().velocty
    with pytest.raises(AttributeError, match=r"midi.ch\[3\] has no 'ch'"):
        Midi().ch[3].ch
    with pytest.raises(LivecodeError, match=r"midi.cc goes from \[0\] to \[127\]"):
        Midi().cc[128]
    with pytest.raises(LivecodeError, match=r"midi.ch goes from \[1\] to \[16\]"):
        Midi().ch[0]


# ports


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def broken_port(**_: Any) -> None:
    raise OSError("no sequencer")


def test_without_a_working_back_end_there_are_just_no_ports_and_a_reason() -> None:
    ports = MidiPorts(
        time.monotonic, backend=SimpleNamespace(MidiIn=broken_port, MidiOut=broken_port)
    )
    until(lambda: bool(ports.missing))
    assert ports.missing == "MIDI is off (no sequencer)"
    ports.send([on(60)])
    assert (ports.inputs, ports.outputs, ports.receive()) == ((), (), [])
    ports.close()


class FakeMidi:
    """A back end whose ports a test puts in and pulls out; a name in `taken` cannot be opened."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.taken: set[str] = set()

    def MidiIn(self, name: str) -> "FakePort":
        return FakePort(self, self.inputs)

    def MidiOut(self, name: str) -> "FakePort":
        return FakePort(self, self.outputs)


class FakePort:
    def __init__(self, backend: FakeMidi, ports: list[str]):
        self._backend, self._ports = backend, ports

    def get_ports(self) -> list[str]:
        return list(self._ports)

    def open_port(self, number: int) -> "FakePort":
        if self._ports[number] in self._backend.taken:
            raise OSError("busy")
        return self

    def ignore_types(self, **_: bool) -> None: ...

    def set_callback(self, _: object) -> None: ...

    def send_message(self, _: object) -> None: ...

    def close_port(self) -> None: ...

    def delete(self) -> None: ...


@pytest.fixture
def fake() -> Iterator[tuple[MidiPorts, FakeMidi, list[str]]]:
    """Ports of a back end that has none yet, and what is said of them."""
    backend, said = FakeMidi(), []
    ports = MidiPorts(time.monotonic, said.append, backend, poll_s=0.01)
    yield ports, backend, said
    ports.close()


Fake = tuple[MidiPorts, FakeMidi, list[str]]


def test_what_is_sent_without_an_output_is_said_once_and_so_is_an_output_that_comes(
    fake: Fake,
) -> None:
    ports, backend, said = fake
    for _ in range(50):
        ports.send([on(60)])
    until(lambda: bool(said))
    backend.outputs.append("Midi Through Port-0")  # leads back to this machine
    until(lambda: bool(ports.outputs))
    assert said == ["no MIDI is sent until there is a MIDI output; none is connected"]
    backend.outputs.append("synth")
    until(lambda: len(said) == 2)
    assert said[1] == "MIDI is sent now: synth"


def test_an_output_is_chosen_by_a_part_of_its_name_and_one_that_is_not_there_is_said(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports, backend, said = fake
    sent: list[tuple[str, object]] = []

    class Named(FakePort):
        def open_port(self, number: int) -> "Named":
            self.send_message = lambda message, name=self._ports[number]: sent.append(
                (name, message)
            )
            return self

    monkeypatch.setattr(FakeMidi, "MidiOut", lambda self, name: Named(self, self.outputs))
    backend.outputs += ["Drums", "Synth A"]
    until(lambda: len(ports.outputs) == 2)
    ports.send([on(60)], "synth")
    assert sent == [("Synth A", on(60))]
    ports.want_output("piano")
    until(lambda: bool(said))
    assert said == ["no MIDI output is called 'piano'; there is Drums, Synth A"]
    backend.outputs.append("Grand Piano")
    until(lambda: len(said) == 2)
    assert said[1] == "MIDI is sent now: Grand Piano"


def test_who_listens_without_an_input_is_told_so_and_nobody_else_is(fake: Fake) -> None:
    ports, backend, said = fake
    ports.want_inputs()
    until(lambda: bool(said))
    assert said == ["no MIDI is heard until there is a MIDI input; none is connected"]
    backend.inputs.append("pad")
    until(lambda: len(said) == 2)
    assert said[1] == "MIDI is heard now: pad"


def test_a_port_that_another_program_holds_is_said_and_the_others_are_opened(fake: Fake) -> None:
    ports, backend, said = fake
    backend.taken.add("pad")
    backend.inputs += ["pad", "keys"]
    until(lambda: ports.inputs == ("keys",))
    assert said == ["the MIDI port pad cannot be opened (busy); it is tried again"]
    backend.taken.clear()
    until(lambda: set(ports.inputs) == {"pad", "keys"})
    assert len(said) == 1


def test_a_missing_library_is_said_to_who_plays_midi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.signals.midi_ports.ALSA_SEQUENCER", str(tmp_path))
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    said: list[str] = []
    ports = MidiPorts(time.monotonic, said.append, poll_s=0.01)
    until(lambda: bool(ports.missing))
    assert said == []
    ports.send([on(60)])
    ports.want_inputs()
    until(lambda: len(said) == 2)
    ports.close()
    why = "rtmidi is not installed; pip install 'livecode[midi]'"
    assert sorted(said) == [f"no MIDI is heard: {why}", f"no MIDI is sent: {why}"]


def test_a_back_end_that_hangs_does_not_delay_the_start() -> None:
    go_on, opened = threading.Event(), threading.Event()

    def hanging_port(**_: object) -> None:
        go_on.wait(10)
        opened.set()

    hanging = SimpleNamespace(MidiIn=hanging_port, MidiOut=broken_port)
    ports = MidiPorts(time.monotonic, backend=hanging)
    ports.receive()
    assert not opened.is_set(), "the ports are received from while the back end hangs"
    go_on.set()
    ports.close()


@pytest.fixture
def jack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A back end of real ports, on its own JACK server without a sound card."""
    rtmidi = pytest.importorskip("rtmidi", reason="python-rtmidi is not installed")
    if not shutil.which("jackd") or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("no jackd here, so there are no ports to try")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"livecode-midi-{os.getpid()}")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    command = ["jackd", "-r", "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    backend = SimpleNamespace(
        MidiIn=partial(rtmidi.MidiIn, rtmidi.API_UNIX_JACK),
        MidiOut=partial(rtmidi.MidiOut, rtmidi.API_UNIX_JACK),
    )

    def up() -> bool:
        try:
            backend.MidiIn(name="probe").delete()
        except rtmidi.SystemError:
            return False
        return True

    try:
        until(up)
        yield backend
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_ports_are_opened_as_they_come_and_closed_as_they_go(jack: SimpleNamespace) -> None:
    ports = MidiPorts(lambda: 5.0, backend=jack, poll_s=0.05)
    pad = jack.MidiOut(name="pad").open_virtual_port("pad")
    synth = jack.MidiIn(name="synth").open_virtual_port("synth")
    until(lambda: bool(ports.inputs and ports.outputs))
    assert (ports.inputs, ports.outputs) == (("pad:pad",), ("synth:synth",))
    arrived = []
    pad.send_message(list(on(60)))
    until(lambda: bool(arrived.extend(ports.receive()) or arrived))
    assert arrived == [(5.0, on(60))]
    ports.send([cc(74, 64)])
    got: list[Any] = []
    until(lambda: bool(got.append(synth.get_message()) or got[-1]))
    assert bytes(got[-1][0]) == cc(74, 64)
    pad.delete()
    until(lambda: ports.inputs == ())
    again = jack.MidiOut(name="pad").open_virtual_port("pad")
    until(lambda: ports.inputs == ("pad:pad",))
    ports.close()
    again.delete()
    synth.delete()
