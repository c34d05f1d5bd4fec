"""From packets to rings: what is applied, kept, refused and counted."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode import Session
from livecode.signals.intake import MAX_ADDRESSES, Intake
from livecode.signals.osc import encode, encode_bundle
from livecode.signals.rings import Rings
from livecode.signals.simulate import PERIOD_S, Hands, riot_packet


def test_a_packet_moves_the_rings() -> None:
    intake = Intake()
    assert intake.receive(riot_packet("0", -45.0), 0.0) == 1
    assert intake.rings.twist == pytest.approx(0.5, abs=1e-6)
    assert intake.refused == {}
    assert intake.osc == {}


def test_a_v3_bundle_applies_all_its_messages() -> None:
    intake = Intake()
    bundle = encode_bundle(
        encode("/riot/v3/0/accelerometer", 0.0, 0.0, 9.80665, 1),
        encode("/riot/v3/0/absoluteorientation/euler", 0.0, 0.0, -45.0, 1),
        encode("/riot/v3/0/control/key", 0.0, 0.0, 1),
        time_tag=0,
    )
    assert intake.receive(bundle, 0.0) == 3
    assert intake.rings.left.turn == pytest.approx(0.5)
    assert intake.rings.left.acc == pytest.approx(1.0)


def test_a_message_of_a_type_that_no_sensor_sends_does_not_freeze_the_ring_of_its_bundle() -> None:
    intake = Intake()
    blob = b"/info\0\0\0,b\0\0" + bytes(4)
    for at, turn_deg in enumerate((-45.0, -90.0)):
        euler = encode("/riot/v3/0/absoluteorientation/euler", 0.0, 0.0, turn_deg, at)
        assert intake.receive(encode_bundle(blob, euler), 0.01 * at) == 1
    assert intake.rings.left.turn == 1.0
    assert intake.refused == {"unknown type tag": 2}


def test_the_three_messages_of_old_riot_firmware_make_one_ring() -> None:
    intake = Intake()
    counts = [3085, 1, 0, 0, 4096, 1000, 0, 0, 250, 0, 0, 25]
    assert intake.receive(encode("/3/raw", *counts), 0.0) == 1
    assert intake.rings.left.acc == pytest.approx(1.0)
    half = math.sqrt(0.5)
    assert intake.receive(encode("/3/quat", half, -half, 0.0, 0.0), 0.01) == 1
    assert intake.rings.left.turn == pytest.approx(1.0)
    assert intake.receive(encode("/3/euler", 10.0, 20.0, -45.0, 30.0), 0.02) == 1
    assert intake.rings.left.turn == pytest.approx(0.5)
    assert (intake.rings.ids, intake.refused, intake.osc) == (("3",), {}, {})


def test_refusals_are_counted_by_reason_and_change_nothing() -> None:
    rings = Rings()
    intake = Intake(rings)
    before = rings.summary()
    assert intake.receive(b"junk", 0.0) == 0
    assert intake.receive(b"junk", 0.0) == 0
    assert intake.receive(encode("/0/raw", *range(13)), 0.0) == 0
    assert intake.receive(encode("/0/raw", float("nan")), 0.0) == 0
    assert intake.refused == {
        "neither a message nor a bundle": 2,
        "not this sensor's number of arguments": 1,
        "not a finite number": 1,
    }
    assert rings.summary() == before
    assert intake.osc == {}


def test_other_addresses_are_kept_with_their_last_arguments() -> None:
    intake = Intake()
    for value in (0.25, 0.5):
        assert intake.receive(encode("/1/fader", value, "a"), 0.0) == 1
    assert intake.osc == {"/1/fader": (0.5, "a")}


def test_the_kept_addresses_are_bounded_and_known_ones_still_move() -> None:
    intake = Intake()
    for i in range(MAX_ADDRESSES + 10):
        intake.receive(encode(f"/fader/{i}", i), 0.0)
    assert len(intake.osc) == MAX_ADDRESSES
    assert intake.refused == {"too many addresses": 10}
    intake.receive(encode("/fader/3", 99), 0.0)
    assert intake.osc["/fader/3"] == (99,)


def test_an_address_that_is_read_is_kept_before_any_junk() -> None:
    intake = Intake()
    for i in range(2 * MAX_ADDRESSES):
        intake.receive(encode(f"/junk/{i}", i), 0.0)
    assert intake.receive(encode("/slider/1", 0.5), 0.0) == 0
    intake.want("/slider/1")
    assert intake.receive(encode("/slider/1", 0.5), 0.0) == 1
    assert intake.receive(encode("/junk/new", 0.5), 0.0) == 0
    assert intake.osc["/slider/1"] == (0.5,)
    assert len(intake.osc) == MAX_ADDRESSES
    for i in range(2 * MAX_ADDRESSES):  # as code does that makes addresses up
        intake.want(f"/mine/{i}")
        intake.receive(encode(f"/mine/{i}", i), 0.0)
    assert intake.osc["/mine/0"] == (0,)
    assert not any(address.startswith("/junk/") for address in intake.osc)


def test_junk_does_not_starve_a_slider_that_a_control_names(session: Session) -> None:
    for i in range(MAX_ADDRESSES):
        session.receive_osc(encode(f"/junk/{i}", i))
    session.eval('level = lambda osc: osc["/slider/1"]\nego = agent(space("additive"))')
    session.eval("ego.level = level")
    session.advance(0.1)
    session.receive_osc(encode("/slider/1", 0.5))
    session.advance(0.1)
    assert session.performance.signals["osc"]["/slider/1"] == 0.5
    session.receive_osc(encode("/slider/1", 0.0))
    assert np.abs(session.advance(0.5)[-4800:]).max() == 0.0


def test_a_fault_of_our_own_is_counted_and_the_next_packet_heard() -> None:
    class Broken(Rings):
        def receive(self, reading: object, time_s: float) -> None:
            raise ZeroDivisionError

    intake = Intake(Broken())
    assert intake.receive(riot_packet("0", 0.0), 0.0) == 0
    assert intake.refused == {"unexpected ZeroDivisionError": 1}
    assert intake.receive(encode("/a", 1), 0.0) == 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from([riot_packet("0", 10.0, version=1), riot_packet("1", 10.0),
                     encode_bundle(encode("/riot/v3/0/gravity", 1.0, 2.0, 3.0, 4))]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20),
)  # fmt: skip
def test_damaged_sensor_packets_never_surprise_it(
    packet: bytes, flips: list[tuple[int, int]]
) -> None:
    damaged = bytearray(packet)
    for position, byte in flips:
        damaged[position % len(damaged)] = byte
    intake = Intake()
    intake.receive(bytes(damaged), 0.0)
    assert not any(reason.startswith("unexpected") for reason in intake.refused)
    assert -1.0 <= intake.rings.twist <= 1.0


def test_the_same_packets_give_the_same_rings() -> None:
    def played() -> list[float]:
        intake, hands = Intake(), Hands(np.random.default_rng(3))
        heard = []
        for i in range(400):
            for packet in hands.packets(i * PERIOD_S):
                intake.receive(packet, i * PERIOD_S)
            heard += [intake.rings.twist, intake.rings.left.energy]
        return heard

    assert played() == played()


def test_what_takes_packets_in_imports_without_torch_numba_or_numpy() -> None:
    modules = ["frames", "intake", "osc", "rings", "sensors", "simulate", "udp"]
    code = f"""
import sys
for module in {modules!r}:
    __import__("livecode.signals." + module)
print(sorted({{"torch", "numba", "numpy"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
