"""The table of motion sensors: each sensor's messages become values in common units and axes."""

import math
import struct

import pytest

from livecode.signals import sensors
from livecode.signals.osc import OscMessage, decode, encode
from livecode.signals.rings import euler_deg
from livecode.signals.sensors import SensorError, SensorReading, read

G = 9.80665


def reading(address: str, *args: float | int | str | bool) -> SensorReading:
    """Encode, decode and read a message, as if it had arrived."""
    (message,) = decode(encode(address, *args))
    found = read(message)
    assert found is not None, address
    return found


def test_riot_v1_is_told_by_its_twenty_arguments() -> None:
    args = [3085.0, 1, 0.1, 0.2, 0.9, 0.5, 0.6, 0.7, 0.25, 0.3, 0.4, 25, 1, 0, 0, 0, 10, 20, 30, 40]
    got = reading("/0/raw", *args)
    assert (got.sensor, got.id) == ("riot-v1", "0")
    assert got.values["battery_v"] == pytest.approx(3085 / 801.5)
    assert got.values["switch1"] == 1.0
    assert got.values["acc_z"] == pytest.approx(0.9)
    assert got.values["gyro_x"] == pytest.approx(500.0)
    assert got.values["mag_x"] == pytest.approx(25.0)
    assert [got.values[name] for name in ("quat_w", "quat_x")] == [1.0, 0.0]
    assert [got.values[n] for n in ("yaw", "pitch", "roll", "heading")] == [10, 20, 30, 40]


def test_riot_v2_is_told_by_its_twenty_two_arguments() -> None:
    args = [0.1, 0.2, 0.9, 0.5, 0.6, 0.7, 0.25, 0.3, 0.4, 31.5, 0, 1, 100, 200,
            1, 0, 0, 0, 10, 20, 30, 40]  # fmt: skip
    got = reading("/7/raw", *args)
    assert (got.sensor, got.id) == ("riot-v2", "7")
    assert got.values["acc_x"] == pytest.approx(0.1)
    assert got.values["gyro_z"] == pytest.approx(700.0)
    assert got.values["temperature_c"] == 31.5
    assert (got.values["switch1"], got.values["switch2"], got.values["analog2"]) == (0, 1, 200)
    assert [got.values[n] for n in ("yaw", "pitch", "roll", "heading")] == [10, 20, 30, 40]


def test_every_value_is_a_float_whatever_the_type_tag() -> None:
    got = reading("/0/raw", *range(22))
    assert all(type(value) is float for value in got.values.values())
    assert reading("/comote/9/buttonA", True).values == {"switch1": 1.0}


def test_the_twelve_counts_of_old_riot_firmware_become_the_common_units() -> None:
    counts = [3085, 0, -4096, 8192, 4096, 1000, -1000, 0, 250, -250, 0, 25]
    got = reading("/0/raw", *counts)
    assert (got.sensor, got.id) == ("riot-v1", "0")
    assert got.values["battery_v"] == pytest.approx(3.849, abs=1e-3)
    assert [got.values[f"acc_{x}"] for x in "xyz"] == [-1.0, 2.0, 1.0]
    assert [got.values[f"gyro_{x}"] for x in "xyz"] == pytest.approx([70.0, -70.0, 0.0])
    assert [got.values[f"mag_{x}"] for x in "xyz"] == pytest.approx([2.0, -2.0, 0.0])


def test_old_riot_firmware_sends_its_angles_in_messages_of_their_own() -> None:
    quaternion = reading("/12/quat", 1.0, 0.0, 0.0, 0.0)
    assert (quaternion.sensor, quaternion.id, quaternion.values["quat_w"]) == ("riot-v1", "12", 1.0)
    euler = reading("/12/euler", 10.0, 20.0, 30.0, 40.0).values
    assert euler == {"yaw": 10.0, "pitch": 20.0, "roll": 30.0, "heading": 40.0}
    # whatever else is called so is no ring: those are numbered
    assert read(OscMessage("/wand/quat", (1.0, 0.0, 0.0, 0.0))) is None
    assert read(OscMessage("/wand/euler", (1.0, 0.0, 0.0))) is None


@pytest.mark.parametrize("count", [0, 1, 11, 13, 19, 21, 23])
def test_other_argument_counts_are_refused(count: int) -> None:
    with pytest.raises(SensorError, match="number of arguments"):
        read(OscMessage("/0/raw", (0.0,) * count))


def test_riot_v3_units_become_the_common_ones() -> None:
    acc = reading("/riot/v3/4/accelerometer", 0.0, 0.0, G, 367050)
    assert (acc.sensor, acc.id) == ("riot-v3", "4")
    assert acc.values == pytest.approx({"acc_x": 0.0, "acc_y": 0.0, "acc_z": 1.0})
    assert reading("/riot/v3/4/gyroscope", 0.0, math.pi, 0.0, 1).values["gyro_x"] == pytest.approx(
        180.0
    )
    assert reading("/riot/v3/4/magnetometer", 1.0, 2.0, 3.0, 1).values["mag_x"] == 2.0
    assert reading("/riot/v3/4/battery", 0.5, 1, 1).values == {"battery": 0.5, "charging": 1.0}
    assert reading("/riot/v3/4/control/key", 1.0, 0.0, 1).values == {"switch1": 1, "switch2": 0}
    euler = reading("/riot/v3/4/absoluteorientation/euler", 10.0, 20.0, 30.0, 1).values
    assert euler == {"yaw": 10.0, "pitch": 20.0, "roll": 30.0}


@pytest.mark.parametrize("trailing", [(), (1234,), (1234, 100.0)])
def test_v3_messages_may_end_with_milliseconds_and_a_rate(trailing: tuple[float, ...]) -> None:
    assert len(reading("/riot/v3/0/gravity", 0.0, 0.0, G, *trailing).values) == 3


def test_quaternion_and_gravity_of_one_v3_board_tell_the_same_roll() -> None:
    # A hand rolled 40 degrees: riot-v3 computes gravity from its quaternion like this.
    half = math.radians(20)
    q1, q2, q3, q0 = math.sin(half), 0.0, 0.0, math.cos(half)
    gravity = (-2 * (q0 * q1 + q2 * q3) * G, 2 * (q1 * q3 - q0 * q2) * G,
               (2 * (q0 * q0 + q3 * q3) - 1) * G)  # fmt: skip
    quaternion = reading("/riot/v3/0/absoluteorientation/quaternion", q1, q2, q3, q0, 1).values
    roll, pitch, _ = euler_deg(*(quaternion[f"quat_{part}"] for part in "wxyz"))
    down = reading("/riot/v3/0/gravity", *gravity, 1).values
    assert roll == pytest.approx(40.0, abs=1e-4)
    assert math.degrees(math.atan2(down["grav_y"], down["grav_z"])) == pytest.approx(roll, abs=1e-4)
    assert pitch == pytest.approx(0.0, abs=1e-4)


def bits_as_int(value: float) -> int:
    return int(struct.unpack(">i", struct.pack(">f", value))[0])


def bits_as_float(value: int) -> float:
    return float(struct.unpack(">f", struct.pack(">i", value))[0])


@pytest.mark.parametrize("value", [1.0, -0.75, -0.0, 0.5, 120.0, -9.81])
def test_a_float_sent_under_an_int_tag_is_read_as_the_float(value: float) -> None:
    got = reading("/riot/v3/0/absoluteorientation/euler", bits_as_int(value), 0.0, 0.0, 5)
    assert got.values["yaw"] == pytest.approx(value)


def test_an_int_sent_under_a_float_tag_is_read_as_the_int() -> None:
    assert reading("/riot/v3/0/battery", 1.0, bits_as_float(1), 5).values["charging"] == 1.0


@pytest.mark.parametrize("arg", ["loud", 2e6, -2e6, 2**40])
def test_what_no_sensor_can_measure_is_refused(arg: float | str) -> None:
    with pytest.raises(SensorError):
        read(OscMessage("/0/raw", (arg,) * 22))


def test_a_huge_double_cannot_become_infinite() -> None:
    with pytest.raises(SensorError, match="range"):
        read(OscMessage("/riot/v3/0/gyroscope", (1.7e308, 0.0, 0.0, 1)))


@pytest.mark.parametrize(
    ("sensor", "id", "address", "args"),
    [
        ("comote-v3", "12", "/comote/v3/12/accelerometer", (0.0, 0.0, G, 50, 100)),
        ("comote-v2", "12", "/comote/12/devicemotion", (10, 0.0, 0.0, G, 0, 0, 0)),
        ("ngimu", "ngimu", "/sensors", (0, 0, 0, 0, 0, 1, 10, 20, 30, 1013)),
        ("sensors2osc", "sensors2osc", "/accelerometer", (0.0, 0.0, G)),
        ("touchosc", "touchosc", "/accxyz", (0.0, 0.0, -1.0)),
    ],
)
def test_a_level_sensor_at_rest_reads_one_g_upwards(
    sensor: str, id: str, address: str, args: tuple[float, ...]
) -> None:
    got = reading(address, *args)
    assert (got.sensor, got.id) == (sensor, id)
    acc = [got.values[f"acc_{axis}"] for axis in "xyz"]
    assert acc == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/comote/v3/1/gravity", (-G, 0.0, 0.0, 1, 100)),
        ("/riot/v3/1/gravity", (-G, 0.0, 0.0, 1)),
        ("/gravity", (-G, 0.0, 0.0)),
        ("/4f2a/gravity", (1.0, 0.0, 0.0)),
        ("/gyrosc/grav", (1.0, 0.0, 0.0)),
    ],
)
def test_a_sensor_on_its_right_edge_rolls_to_plus_ninety(
    address: str, args: tuple[float, ...]
) -> None:
    values = reading(address, *args).values
    assert math.degrees(math.atan2(values["grav_y"], values["grav_z"])) == pytest.approx(
        90, abs=0.1
    )


@pytest.mark.parametrize(
    ("address", "extra"), [("/4f2a/quaternion", ()), ("/rotationvector", (0.1,))]
)
def test_a_phones_quaternion_about_its_long_axis_is_a_roll_and_about_its_short_one_a_pitch(
    address: str, extra: tuple[float, ...]
) -> None:
    half = math.radians(30)
    values = reading(address, 0.0, math.sin(half), 0.0, math.cos(half), *extra).values
    roll, pitch, yaw = euler_deg(*(values[f"quat_{part}"] for part in "wxyz"))
    assert (roll, pitch, yaw) == pytest.approx((60.0, 0.0, 0.0), abs=1e-4)
    values = reading(address, math.sin(half), 0.0, 0.0, math.cos(half), *extra).values
    roll, pitch, yaw = euler_deg(*(values[f"quat_{part}"] for part in "wxyz"))
    assert (roll, pitch, yaw) == pytest.approx((0.0, -60.0, 0.0), abs=1e-4), "the top edge up"


def test_ngimu_orders_its_angles_roll_first() -> None:
    assert reading("/euler", 1.0, 2.0, 3.0).values == {"roll": 1, "pitch": 2, "yaw": 3}
    assert reading("/quaternion", 1.0, 0.0, 0.0, 0.0).values["quat_w"] == 1.0


def test_gyrosc_is_not_a_phone_called_gyrosc() -> None:
    assert reading("/gyrosc/accel", 0.0, 0.0, 0.5).sensor == "gyrosc"
    assert reading("/gyrosc/quat", 1.0, 0.0, 0.0, 0.0).values == {}


@pytest.mark.parametrize("address", ["/", "//raw", "/raw", "/1/fader", "/a/b/c/d/e/f", "/0/raw/x"])
def test_an_address_of_no_sensor_gives_no_reading(address: str) -> None:
    assert read(OscMessage(address, (1.0,))) is None


def test_no_two_rows_of_the_table_can_be_mistaken_for_each_other() -> None:
    claimed = set()
    for row in sensors.TABLE:
        for count in range(len(row.arguments), len(row.arguments) + row.extra + 1):
            assert (row.address, count) not in claimed
            claimed.add((row.address, count))
