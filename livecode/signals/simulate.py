"""Two simulated R-IoT rings: their packets, and hands that move slowly at random."""

import math
from typing import TYPE_CHECKING

from livecode.signals import osc
from livecode.signals.rings import FULL_TURN_DEG
from livecode.signals.sensors import MICROTESLA_PER_GAUSS, V1_VOLTS_PER_COUNT

if TYPE_CHECKING:
    from numpy.random import Generator

PERIOD_S = 0.005  # the firmware's default period
LEFT_ID, RIGHT_ID = "0", "1"

_BATTERY_V = 3.8
_FIELD_UT = (20.0, 0.0, -44.0)  # (north, west, up): roughly the Earth's field in Paris
_WAVES = 5  # sines that add up to one hand's motion
_SLOWEST_HZ, _FASTEST_HZ = 0.03, 0.4  # from a gesture of half a minute to one of two seconds


def riot_packet(
    id: str,
    roll_deg: float,
    pitch_deg: float = 0.0,
    yaw_deg: float = 0.0,
    *,
    version: int = 2,
    gyro_dps: tuple[float, float, float] = (0.0, 0.0, 0.0),
    acc_g: tuple[float, float, float] | None = None,
    switch: bool = False,
) -> bytes:
    """Return the payload that an R-IoT ring of firmware `version` 1 or 2 sends in that orientation.

    `acc_g` is gravity alone if not given. Raises `ValueError` for another version.
    """
    quaternion = _quaternion(roll_deg, pitch_deg, yaw_deg)
    motion = (
        *(acc_g or _in_hand((0.0, 0.0, 1.0), quaternion)),
        *(rate / 1000 for rate in gyro_dps),
        *(part / MICROTESLA_PER_GAUSS for part in _in_hand(_FIELD_UT, quaternion)),
    )
    angles = (yaw_deg, pitch_deg, roll_deg, -yaw_deg)
    if version == 1:
        battery = round(_BATTERY_V / V1_VOLTS_PER_COUNT)
        args = (battery, switch, *motion, 25.0, *quaternion, *angles)
    elif version == 2:
        args = (*motion, 25.0, switch, 0.0, 0.0, 0.0, *quaternion, *angles)
    else:
        raise ValueError(f"there is no simulated R-IoT version {version}: choose 1 or 2")
    return osc.encode(f"/{id}/raw", *map(float, args))


def turned_packets(left: float, right: float, version: int = 2) -> tuple[bytes, bytes]:
    """Return one packet of each ring, turned to `left` and `right`, each -1 to 1."""
    return (
        riot_packet(LEFT_ID, -left * FULL_TURN_DEG, version=version),
        riot_packet(RIGHT_ID, right * FULL_TURN_DEG, version=version),
    )


class Hand:
    """A hand that wanders: its turn is smooth, repeats late, and depends on time alone."""

    def __init__(self, rng: "Generator"):
        self._waves = [
            (math.exp(rng.uniform(math.log(_SLOWEST_HZ), math.log(_FASTEST_HZ))) * math.tau,
             rng.uniform(0.0, math.tau))
            for _ in range(_WAVES)
        ]  # fmt: skip
        slowest = min(omega for omega, _ in self._waves)
        self._gains = [math.sqrt(slowest / omega) for omega, _ in self._waves]

    def turn(self, time_s: float) -> float:
        """Return the turn at `time_s`, between -1 and 1."""
        return math.tanh(
            sum(
                gain * math.sin(omega * time_s + phase)
                for gain, (omega, phase) in zip(self._gains, self._waves, strict=True)
            )
        )


class Hands:
    """Both simulated rings, on hands that wander independently."""

    def __init__(self, rng: "Generator", version: int = 2):
        self.left, self.right = Hand(rng), Hand(rng)
        self.version = version

    def packets(self, time_s: float) -> tuple[bytes, bytes]:
        """Return the packets that the two rings send at `time_s`; call it every `PERIOD_S`."""
        return (
            self._packet(LEFT_ID, self.left, -FULL_TURN_DEG, time_s),
            self._packet(RIGHT_ID, self.right, FULL_TURN_DEG, time_s),
        )

    def _packet(self, id: str, hand: Hand, scale_deg: float, time_s: float) -> bytes:
        roll_deg = scale_deg * hand.turn(time_s)
        rate_dps = (roll_deg - scale_deg * hand.turn(time_s - PERIOD_S)) / PERIOD_S
        return riot_packet(id, roll_deg, gyro_dps=(rate_dps, 0.0, 0.0), version=self.version)


def _quaternion(
    roll_deg: float, pitch_deg: float, yaw_deg: float
) -> tuple[float, float, float, float]:
    """Return the quaternion (w, x, y, z) of a rotation by yaw, then pitch, then roll."""
    r, p, y = (math.radians(angle) / 2 for angle in (roll_deg, pitch_deg, yaw_deg))
    cr, sr, cp, sp, cy, sy = (f(half) for half in (r, p, y) for f in (math.cos, math.sin))
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )


def _in_hand(
    vector: tuple[float, float, float], quaternion: tuple[float, float, float, float]
) -> tuple[float, float, float]:
    """Return a vector of the room (north, west, up) in the frame of a hand with that orientation."""
    a, b, c = vector
    w, x, y, z = quaternion
    return (
        a * (1 - 2 * (y * y + z * z)) + b * 2 * (x * y + w * z) + c * 2 * (x * z - w * y),
        a * 2 * (x * y - w * z) + b * (1 - 2 * (x * x + z * z)) + c * 2 * (y * z + w * x),
        a * 2 * (x * z + w * y) + b * 2 * (y * z - w * x) + c * (1 - 2 * (x * x + y * y)),
    )
