"""The rings as performers read them: turn, energy, age, and the effect of silence."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.errors import LivecodeError
from livecode.signals import osc, sensors
from livecode.signals.rings import ALIVE_S, MAX_AGE_S, READABLE, Ring, Rings
from livecode.signals.sensors import SensorReading
from livecode.signals.simulate import riot_packet, turned_packets

Vector = tuple[float, float, float]


def send(rings: Rings, packet: bytes, time_s: float) -> None:
    for message in osc.decode(packet):
        reading = sensors.read(message)
        assert reading is not None
        rings.receive(reading, time_s)


def turned(left: float, right: float) -> Rings:
    rings = Rings()
    for packet in turned_packets(left, right):
        send(rings, packet, 1.0)
    return rings


def acc_reading(x: float, y: float, z: float, id: str = "0") -> SensorReading:
    return SensorReading("test", id, {"acc_x": x, "acc_y": y, "acc_z": z})


def shaken(motion: Callable[[float], Vector], seconds: float = 2.0) -> Ring:
    rings = Rings()
    for i in range(int(seconds * 200)):
        rings.receive(acc_reading(*motion(i / 200)), i / 200)
    return rings.left


def numbers(ring: Ring) -> list[float]:
    return [float(getattr(ring, name)) for name in READABLE]


def test_before_any_packet_everything_is_neutral_and_finite() -> None:
    rings = Rings()
    rings.advance(10.0)
    assert rings.twist == rings.left.turn == rings.left.energy == 0.0
    assert not rings.left.alive
    assert all(math.isfinite(number) for number in numbers(rings.left))
    assert rings.summary() == "L -- · R --"


def test_the_first_id_heard_is_the_left_hand_and_the_second_the_right() -> None:
    rings = Rings()
    send(rings, riot_packet("9", 10.0), 0.0)
    send(rings, riot_packet("3", 20.0), 0.0)
    send(rings, riot_packet("5", 30.0), 0.0)
    assert (rings.left.roll, rings.right.roll) == pytest.approx((10.0, 20.0))
    assert rings.ids == ("9", "3", "5")


def test_assigned_ids_stay_on_their_hands() -> None:
    rings = Rings()
    rings.assign(left="1", right=0)
    send(rings, riot_packet("0", 20.0), 0.0)
    assert rings.right.roll == pytest.approx(20.0)
    assert not rings.left.alive


def test_assigning_one_hand_frees_the_id_from_the_other() -> None:
    rings = turned(0.1, 0.2)
    rings.assign(left="1")  # it was on the right
    assert not rings.left.alive
    assert not rings.right.alive
    send(rings, riot_packet("0", 45.0), 1.0)
    send(rings, riot_packet("1", 45.0), 1.0)
    assert (rings.left.turn, rings.right.turn) == pytest.approx((-0.5, 0.5))
    rings.assign(right="0")
    assert rings.right.alive, "assigning what is so already changes nothing"


def test_one_id_cannot_be_on_both_hands() -> None:
    with pytest.raises(LivecodeError, match="both hands"):
        Rings().assign(left="1", right=1)


@pytest.mark.parametrize("turn", [-1.0, -0.5, 0.0, 0.25, 1.0])
def test_turning_either_hand_to_the_front_is_positive_on_both(turn: float) -> None:
    rings = turned(turn, turn)
    assert (rings.left.turn, rings.right.turn) == pytest.approx((turn, turn), abs=1e-6)
    assert rings.twist == pytest.approx(turn, abs=1e-6)
    assert rings.left.roll == pytest.approx(-rings.right.roll, abs=1e-4)


def test_twist_is_the_mean_of_the_rings_that_are_alive() -> None:
    assert turned(1.0, 0.0).twist == pytest.approx(0.5, abs=1e-6)
    assert turned(1.0, -1.0).twist == pytest.approx(0.0, abs=1e-6)
    one = Rings()
    send(one, turned_packets(0.5, 0.0)[0], 0.0)
    assert one.twist == pytest.approx(0.5, abs=1e-6)


def test_turn_is_clipped_beyond_ninety_degrees() -> None:
    rings = Rings()
    rings.assign(right="0")
    send(rings, riot_packet("0", 140.0), 0.0)
    assert rings.right.turn == 1.0


def test_neutral_makes_the_present_rotation_the_zero_even_across_the_seam() -> None:
    rings = Rings()
    rings.assign(right="0")
    send(rings, riot_packet("0", 170.0), 0.0)
    rings.neutral()
    assert rings.right.turn == rings.twist == 0.0
    send(rings, riot_packet("0", -145.0), 0.005)  # 45 degrees further on
    assert rings.right.turn == pytest.approx(0.5, abs=1e-5)


def test_a_ring_silent_for_half_a_second_is_neutral_and_says_so() -> None:
    rings = turned(1.0, 0.5)
    rings.advance(1.0 + ALIVE_S - 0.001)
    assert rings.left.alive
    assert rings.left.age == pytest.approx(ALIVE_S - 0.001)
    send(rings, turned_packets(1.0, 0.5)[1], 1.4)
    rings.advance(1.0 + ALIVE_S)
    assert not rings.left.alive
    assert rings.left.turn == rings.left.roll == rings.left.acc == rings.left.energy == 0.0
    assert rings.twist == pytest.approx(0.5, abs=1e-6), "the other hand alone"
    rings.advance(4.0)
    assert rings.twist == 0.0
    assert rings.summary() == "L silent 3s · R silent 3s"


def test_a_ring_that_comes_back_is_alive_at_once_with_its_neutral_kept() -> None:
    rings = turned(0.0, 0.5)
    rings.neutral()
    rings.advance(5.0)
    send(rings, turned_packets(0.0, 1.0)[1], 6.0)
    assert rings.right.alive
    assert rings.right.turn == pytest.approx(0.5, abs=1e-6)


def test_an_age_is_never_negative_and_never_endless() -> None:
    rings = turned(0.0, 0.0)
    rings.advance(0.9)  # a tick begun before the packet came
    assert rings.left.age == 0.0
    assert rings.left.alive
    rings.advance(1e9)
    assert rings.left.age == MAX_AGE_S


def test_a_packet_stamped_long_ago_leaves_its_ring_neutral() -> None:
    rings = Rings()
    rings.advance(10.0)
    send(rings, riot_packet("0", -90.0), 1.0)
    assert rings.left.turn == rings.twist == 0.0
    assert not rings.left.alive


def test_summary_gives_the_age_of_each_ring() -> None:
    rings = Rings()
    send(rings, riot_packet("0", 0.0), 2.0)
    rings.advance(2.004)
    assert rings.summary() == "L ok 4ms · R --"


def test_acceleration_is_one_g_at_rest_and_energy_none() -> None:
    ring = shaken(lambda t: (0.0, 0.6, 0.8))
    assert ring.acc == pytest.approx(1.0)
    assert (ring.acc_x, ring.acc_y, ring.acc_z) == (0.0, 0.6, 0.8)
    assert ring.energy == 0.0


def test_a_pause_is_not_a_jerk() -> None:
    rings = Rings()
    rings.receive(acc_reading(0.0, 0.0, 1.0), 0.0)
    rings.receive(acc_reading(0.0, 0.0, -1.0), 5.0)  # with no tick in between
    assert rings.left.energy == 0.0


def test_the_noise_of_a_sensor_at_rest_is_hardly_energy() -> None:
    assert shaken(lambda t: (0.01 * math.sin(999 * t), 0.02, 1.03)).energy < 0.02


def test_a_hard_shake_has_energy_two_and_dies_away_at_rest() -> None:
    def shake_then_rest(t: float) -> Vector:
        return (3.0 * math.sin(math.tau * 4 * t) if t < 2 else 0.0, 0.0, 1.0)

    assert 2.0 <= shaken(shake_then_rest, 2.0).energy < 2.6
    assert shaken(shake_then_rest, 5.0).energy < 0.05


def test_energy_hardly_depends_on_the_packet_rate() -> None:
    def at(rate_hz: int) -> float:
        rings, peak = Rings(), 0.0
        for i in range(2 * rate_hz):
            acc = acc_reading(2.0 * math.sin(math.tau * 3 * i / rate_hz), 0.0, 1.0)
            rings.receive(acc, i / rate_hz)
            peak = max(peak, rings.left.energy)
        return peak

    assert at(50) == pytest.approx(at(400), rel=0.15)


def test_linear_acceleration_is_added_to_gravity() -> None:
    rings = Rings()
    for name, vector in (("gravity", (-0.5, 0.25, -1.0)), ("accel", (-1.0, 0.5, -2.0))):
        send(rings, osc.encode(f"/phone/{name}", *vector), 0.0)
    ring = rings.left
    assert (ring.acc_x, ring.acc_y, ring.acc_z) == (-0.75, -1.5, 3.0)
    assert ring.acc == pytest.approx(math.hypot(0.75, 1.5, 3.0))


def test_roll_comes_from_gravity_when_no_angles_are_sent() -> None:
    rings = Rings()
    send(rings, osc.encode("/comote/v3/0/gravity", -9.80665, 0.0, 0.0, 1, 100.0), 0.0)
    assert rings.left.roll == pytest.approx(90.0)
    assert rings.left.turn == pytest.approx(-1.0)


def test_roll_comes_from_acceleration_alone_when_that_is_all_there_is() -> None:
    rings = Rings()
    send(rings, osc.encode("/accxyz", 0.5, 0.0, -0.5), 0.0)
    assert rings.left.roll == pytest.approx(45.0)


@pytest.mark.parametrize(("up_g", "tilt"), [(1.0, 1.0), (0.0, 0.0), (-1.0, -1.0), (0.7071, 0.5)])
def test_fingers_that_point_up_read_as_tilt(up_g: float, tilt: float) -> None:
    ring = Rings().left
    level = math.sqrt(max(1 - up_g**2, 0.0))
    ring.receive({"acc_x": up_g, "acc_y": 0.0, "acc_z": level}, 0.0)
    assert ring.tilt == pytest.approx(tilt, abs=1e-3)
    ring.set_time(1.0)
    assert ring.tilt == 0.0


def test_roll_comes_from_a_quaternion_before_gravity_and_from_angles_before_both() -> None:
    rings = Rings()
    half = math.radians(15)
    quaternion = osc.encode(
        "/riot/v3/0/absoluteorientation/quaternion", math.sin(half), 0.0, 0.0, math.cos(half), 1
    )
    gravity = osc.encode("/riot/v3/0/gravity", -9.80665, 0.0, 0.0, 1)
    angles = osc.encode("/riot/v3/0/absoluteorientation/euler", 0.0, 0.0, 20.0, 1)
    rolls = []
    for packet in (gravity, quaternion, gravity, angles, quaternion, gravity):
        send(rings, packet, 0.0)
        rolls.append(rings.left.roll)
    assert rolls == pytest.approx([90, 30, 30, 20, 20, 20], abs=1e-3)
    for time_s in (0.2, 0.4, 0.6):  # the angles have stopped, gravity goes on
        send(rings, gravity, time_s)
    assert rings.left.roll == pytest.approx(90.0, abs=1e-3)


def test_free_fall_and_a_quaternion_of_zeros_do_not_turn_the_hand() -> None:
    rings = Rings()
    send(rings, osc.encode("/accxyz", 0.5, 0.0, -0.5), 0.0)
    send(rings, osc.encode("/accxyz", 0.0, 0.0, 0.0), 0.0)
    zeros = dict.fromkeys(("quat_w", "quat_x", "quat_y", "quat_z"), 0.0)
    rings.receive(SensorReading("test", "touchosc", zeros), 0.0)
    assert rings.left.roll == pytest.approx(45.0)


def test_a_misspelt_name_is_an_error_with_the_nearest_one() -> None:
    rings = Rings()
    with pytest.raises(AttributeError, match="'trun'; did you mean turn"):
        _ = rings.left.trun
    with pytest.raises(AttributeError, match="'twits'; did you mean twist"):
        _ = rings.twits
    with pytest.raises(AttributeError, match="there are turn, tilt"):
        _ = rings.left.zzz


axis = st.floats(-sensors.MAX_VALUE, sensors.MAX_VALUE)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("01"), st.sampled_from(["acc_", "grav_", "lin_", "quat_", "euler"]),
            axis, axis, axis, axis, st.floats(0, 1e6),
        ),
        max_size=20,
    )
)  # fmt: skip
def test_whatever_arrives_the_values_stay_finite_and_in_range(
    arrivals: list[tuple[str, str, float, float, float, float, float]],
) -> None:
    rings = Rings()
    for id, kind, a, b, c, d, time_s in arrivals:
        names = ["yaw", "pitch", "roll"] if kind == "euler" else [kind + axis for axis in "xyzw"]
        rings.receive(
            SensorReading("test", id, dict(zip(names, (a, b, c, d), strict=False))), time_s
        )
        for ring in (rings.left, rings.right):
            assert all(math.isfinite(number) for number in numbers(ring))
            assert -1.0 <= ring.turn <= 1.0
        assert -1.0 <= rings.twist <= 1.0
