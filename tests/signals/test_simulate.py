"""The simulated rings: packets like the firmware's, and hands that move like hands."""

import itertools
import math

import numpy as np
import pytest

from livecode.signals import osc, sensors
from livecode.signals.intake import Intake
from livecode.signals.rings import euler_deg
from livecode.signals.simulate import PERIOD_S, Hand, Hands, riot_packet, turned_packets


def values(packet: bytes) -> dict[str, float]:
    (message,) = osc.decode(packet)
    reading = sensors.read(message)
    assert reading is not None
    return reading.values


@pytest.mark.parametrize(("version", "count", "size"), [(1, 20, 112), (2, 22, 120)])
def test_a_packet_has_the_floats_of_its_firmware(version: int, count: int, size: int) -> None:
    packet = riot_packet("0", 30.0, version=version)
    assert packet.startswith(b"/0/raw\0\0," + b"f" * count + b"\0")
    assert len(packet) == size


@pytest.mark.parametrize("version", [1, 2])
def test_angles_quaternion_and_gravity_of_a_packet_agree(version: int) -> None:
    for roll, pitch, yaw in itertools.product((-120, 0, 60), (-45, 0, 30), (-100, 0, 80)):
        got = values(riot_packet("0", roll, pitch, yaw, version=version))
        assert [got[n] for n in ("roll", "pitch", "yaw")] == pytest.approx([roll, pitch, yaw])
        quaternion = (got[f"quat_{part}"] for part in "wxyz")
        assert euler_deg(*quaternion) == pytest.approx((roll, pitch, yaw), abs=1e-3)
        x, y, z = (got[f"acc_{axis}"] for axis in "xyz")
        assert math.hypot(x, y, z) == pytest.approx(1.0, abs=1e-5)
        assert math.degrees(math.atan2(y, z)) == pytest.approx(roll, abs=1e-3)


def test_the_switch_and_the_battery_are_where_the_firmware_has_them() -> None:
    first = values(riot_packet("0", 0.0, version=1, switch=True))
    assert first["battery_v"] == pytest.approx(3.8, abs=0.001)
    assert first["switch1"] == 1.0
    second = values(riot_packet("0", 0.0, switch=True))
    assert (second["switch1"], second["switch2"]) == (1.0, 0.0)


def test_an_unknown_version_is_an_error() -> None:
    with pytest.raises(ValueError, match="choose 1 or 2"):
        riot_packet("0", 0.0, version=3)


@pytest.mark.parametrize("version", [1, 2])
def test_given_turns_arrive_as_those_turns(version: int) -> None:
    intake = Intake()
    for packet in turned_packets(-0.25, 0.75, version):
        intake.receive(packet, 0.0)
    turns = (intake.rings.left.turn, intake.rings.right.turn)
    assert turns == pytest.approx((-0.25, 0.75), abs=1e-6)


def test_a_wandering_hand_is_slow_smooth_and_uses_its_range() -> None:
    for seed in range(10):
        hand = Hand(np.random.default_rng(seed))
        turns = np.array([hand.turn(i * PERIOD_S) for i in range(int(120 / PERIOD_S))])
        speed = np.abs(np.diff(turns)) / PERIOD_S
        assert np.abs(turns).max() < 1.0
        assert np.ptp(turns) > 0.9
        assert speed.max() < 8.0  # full turns a second; a wrist manages about ten


def test_the_same_seed_moves_the_same_way_and_another_does_not() -> None:
    def packets(seed: int) -> list[tuple[bytes, bytes]]:
        hands = Hands(np.random.default_rng(seed))
        return [hands.packets(i * PERIOD_S) for i in range(20)]

    assert packets(1) == packets(1)
    assert packets(1) != packets(2)


def test_the_gyroscope_tells_how_fast_the_roll_changes() -> None:
    hands = Hands(np.random.default_rng(5))
    before, now = (values(hands.packets(t)[1]) for t in (1.0, 1.0 + PERIOD_S))
    rate = (now["roll"] - before["roll"]) / PERIOD_S
    assert now["gyro_x"] == pytest.approx(rate, abs=0.01)
