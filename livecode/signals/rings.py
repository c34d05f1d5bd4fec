"""The two motion rings that the performer reads as `rings`; takes sensor readings, knows no packets."""

import math

from livecode.errors import LivecodeError
from livecode.signals.attributes import unknown
from livecode.signals.sensors import SensorReading

ALIVE_S = 0.5  # a ring that is silent for longer reads as neutral
MAX_AGE_S = 3600.0  # the age before the first packet, so that ages stay finite
FULL_TURN_DEG = 90.0  # the rotation of the forearm at which turn is 1
UPRIGHT_DEG = 90.0  # the pitch at which tilt is -1
ENERGY_REST_S = 0.5  # time constant of the resting acceleration
ENERGY_SMOOTH_S = 0.15  # time constant of the energy
MAX_IDS = 16  # ids kept in `Rings.ids`

READABLE = (
    "turn", "tilt", "roll", "pitch", "yaw", "acc", "acc_x", "acc_y", "acc_z", "energy", "age", "alive",
)  # fmt: skip
RINGS_READABLE = ("left", "right", "twist", "ids", "assign", "neutral", "summary")

# Sources of the roll, worst first. A worse source is ignored while a better one sends.
_FROM_ACCELERATION, _FROM_GRAVITY, _FROM_QUATERNION, _FROM_EULER = range(4)
_MIN_GRAVITY_G = 0.1  # below it the hand is in free fall and has no "down"
_MIN_QUATERNION = 0.5  # a unit quaternion has norm 1; a sensor that is still starting sends zeros


class Ring:
    """The ring on one hand, as plain numbers that are always finite; all are 0 while it is silent.

      turn    rotation about the forearm, -1 to 1 for -90 to 90 degrees, positive to the front
      tilt    how far the fingers point up, -1 to 1 for -90 to 90 degrees: the negative pitch
      roll, pitch, yaw    degrees, as the sensor gives them
      acc     length of the acceleration in g (about 1 at rest); acc_x, acc_y, acc_z its parts
      energy  how hard the hand moves, in g: 0 at rest, 2 and more when shaken hard
      age     seconds since the last packet, at most 3600
      alive   whether the age is below 0.5 s

    The energy measures the distance between the acceleration and its running mean over about 0.5 s:
    it is the root of that distance's mean square over about 0.15 s. Shaking with 3 g gives 2.1.
    Nothing else is smoothed.
    """

    __slots__ = (
        *READABLE,
        "_forwards", "_zero_deg", "_heard_s", "_source", "_source_s", "_gravity", "_acc_s",
        "_rest", "_power",
    )  # fmt: skip

    def __init__(self, forwards: float):
        """Make a silent ring.

        `forwards` is +1 if a positive roll turns the hand to the front, else -1.
        """
        self._forwards = forwards
        self.forget()

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown("a ring", name, READABLE))

    def __dir__(self) -> tuple[str, ...]:
        return READABLE

    def __repr__(self) -> str:
        if not self.alive:
            return "silent"
        return f"turn {self.turn:+.2f}, energy {self.energy:.2f} g, {self.state()}"

    def state(self) -> str:
        """Return a few words for the status bar: `--`, `ok 4ms` or `silent 3s`."""
        if self._heard_s is None:
            return "--"
        return f"ok {self.age * 1000:.0f}ms" if self.alive else f"silent {self.age:.0f}s"

    def forget(self) -> None:
        """Return to the state before the first packet."""
        self._heard_s: float | None = None
        self.age = MAX_AGE_S
        self._zero_deg = 0.0
        self._fall_silent()

    def _fall_silent(self) -> None:
        self.alive = False
        self.turn = self.tilt = self.roll = self.pitch = self.yaw = 0.0
        self.acc = self.acc_x = self.acc_y = self.acc_z = self.energy = 0.0
        self._source, self._source_s = _FROM_ACCELERATION, -math.inf
        self._gravity = (0.0, 0.0, 0.0)
        self._acc_s: float | None = None
        self._rest = (0.0, 0.0, 0.0)
        self._power = 0.0

    def set_time(self, time_s: float) -> None:
        """Set the time from which the age is measured; after ALIVE_S of silence, read neutral."""
        if self._heard_s is None:
            return
        self.age = min(max(time_s - self._heard_s, 0.0), MAX_AGE_S)
        if self.age < ALIVE_S:
            self.alive = True
        elif self.alive:
            self._fall_silent()

    def receive(self, values: dict[str, float], time_s: float) -> None:
        """Take the values of one reading, named as in `sensors`, that arrived at `time_s`."""
        if self._heard_s is not None and time_s - self._heard_s >= ALIVE_S:
            self._fall_silent()  # the pause may have passed without a tick
        self._heard_s = max(time_s, self._heard_s or time_s)
        self.alive = True  # until `_set_time` finds otherwise
        if "grav_x" in values:
            self._gravity = values["grav_x"], values["grav_y"], values["grav_z"]
            self._tilt(_FROM_GRAVITY, *self._gravity, time_s)
        if "acc_x" in values:
            acc = values["acc_x"], values["acc_y"], values["acc_z"]
            self._accelerate(*acc, time_s)
            self._tilt(_FROM_ACCELERATION, *acc, time_s)
        elif "lin_x" in values:
            x, y, z = self._gravity
            self._accelerate(x + values["lin_x"], y + values["lin_y"], z + values["lin_z"], time_s)
        if "roll" in values:
            self._orient(_FROM_EULER, values["roll"], values["pitch"], values["yaw"], time_s)
        elif "quat_w" in values:
            w, x, y, z = (values[f"quat_{part}"] for part in "wxyz")
            if math.hypot(w, x, y, z) >= _MIN_QUATERNION:
                self._orient(_FROM_QUATERNION, *euler_deg(w, x, y, z), time_s)

    def _tilt(self, source: int, x: float, y: float, z: float, time_s: float) -> None:
        if math.hypot(x, y, z) >= _MIN_GRAVITY_G:
            roll = math.degrees(math.atan2(y, z))
            pitch = math.degrees(math.atan2(-x, math.hypot(y, z)))
            self._orient(source, roll, pitch, 0.0, time_s)

    def _orient(self, source: int, roll: float, pitch: float, yaw: float, time_s: float) -> None:
        if source < self._source and time_s - self._source_s < ALIVE_S:
            return
        self._source, self._source_s = source, time_s
        self.roll, self.pitch, self.yaw = roll, pitch, yaw
        self.tilt = min(max(-pitch / UPRIGHT_DEG, -1.0), 1.0) + 0.0
        self._turn()

    def make_neutral(self) -> None:
        """Take the present rotation as turn = 0."""
        self._zero_deg = self.roll
        self._turn()

    def _turn(self) -> None:
        away_deg = math.remainder(self.roll - self._zero_deg, 360.0)
        turn = self._forwards * away_deg / FULL_TURN_DEG
        self.turn = min(max(turn, -1.0), 1.0) + 0.0  # + 0.0 turns -0.0 into 0.0

    def _accelerate(self, x: float, y: float, z: float, time_s: float) -> None:
        self.acc_x, self.acc_y, self.acc_z = x, y, z
        self.acc = math.hypot(x, y, z)
        if self._acc_s is None:
            self._acc_s, self._rest = time_s, (x, y, z)
            return
        elapsed_s = max(time_s - self._acc_s, 0.0)
        self._acc_s = max(time_s, self._acc_s)
        rest_x, rest_y, rest_z = self._rest
        dx, dy, dz = x - rest_x, y - rest_y, z - rest_z
        square = dx * dx + dy * dy + dz * dz
        self._power += _share(elapsed_s, ENERGY_SMOOTH_S) * (square - self._power)
        self.energy = math.sqrt(self._power)
        share = _share(elapsed_s, ENERGY_REST_S)
        self._rest = rest_x + share * dx, rest_y + share * dy, rest_z + share * dz


class Rings:
    """Both rings: `left`, `right`, and `twist`, the mean turn of those that are alive, -1 to 1.

    The first sensor id received is the left hand and the second the right hand, until `assign`
    decides otherwise. Times are seconds on the caller's clock.
    """

    def __init__(self) -> None:
        # Both rings are worn alike, with x towards the fingers, so a positive roll lifts the left
        # edge of the hand. On the right hand that edge is the thumb, and the palm turns to the
        # front. On the left hand it is the little finger, and the palm turns back.
        self.left = Ring(forwards=-1.0)
        self.right = Ring(forwards=1.0)
        self.twist = 0.0
        self.ids: tuple[str, ...] = ()  # of all sensors received, in order
        self._assigned: dict[str, str | None] = {"left": None, "right": None}
        self._time_s = 0.0

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown("rings", name, RINGS_READABLE))

    def __dir__(self) -> tuple[str, ...]:
        return RINGS_READABLE

    def __repr__(self) -> str:
        return f"twist {self.twist:+.2f} · left: {self.left!r} · right: {self.right!r}"

    def assign(self, left: str | int | None = None, right: str | int | None = None) -> None:
        """Fix which sensor id is on which hand. A hand that is not given keeps its sensor.

        If that sensor now belongs to the other hand, the hand takes the next free id that sends.
        Raises `LivecodeError` if both hands get the same id.
        """
        if left is not None and str(left) == str(right):
            raise LivecodeError(f"sensor {left} cannot be on both hands: name two different ids")
        wanted = {"left": left, "right": right}
        taken = {str(id) for id in wanted.values() if id is not None}
        for hand, ring in (("left", self.left), ("right", self.right)):
            id = self._assigned[hand]
            if wanted[hand] is not None:
                id = str(wanted[hand])
            elif id in taken:
                id = None
            if id != self._assigned[hand]:
                self._assigned[hand] = id
                ring.forget()
        self._set_time(self._time_s)

    def neutral(self) -> None:
        """Make the present rotation of each live ring its zero, so that its turn is 0."""
        for ring in (self.left, self.right):
            if ring.alive:
                ring.make_neutral()
        self._set_time(self._time_s)

    def receive(self, reading: SensorReading, time_s: float) -> None:
        """Apply a reading that arrived at `time_s` to the hand that wears the sensor."""
        if reading.id not in self.ids and len(self.ids) < MAX_IDS:
            self.ids += (reading.id,)
        ring = self._ring(reading.id)
        if ring is not None:
            ring.receive(reading.values, time_s)
        self._set_time(max(time_s, self._time_s))

    def advance(self, time_s: float) -> None:
        """Set the time from which ages are measured.

        A ring that is silent for too long turns neutral.
        """
        self._set_time(time_s)

    def summary(self) -> str:
        """Return a few words for the status bar, such as `L ok 4ms · R --`."""
        return f"L {self.left.state()} · R {self.right.state()}"

    def _ring(self, id: str) -> Ring | None:
        for hand, assigned in self._assigned.items():
            if assigned == id:
                return self.left if hand == "left" else self.right
        for hand, assigned in self._assigned.items():
            if assigned is None:
                self._assigned[hand] = id
                return self.left if hand == "left" else self.right
        return None

    def _set_time(self, time_s: float) -> None:
        self._time_s = time_s
        left, right = self.left, self.right
        left.set_time(time_s)
        right.set_time(time_s)
        if left.alive and right.alive:
            self.twist = 0.5 * (left.turn + right.turn)
        else:
            self.twist = left.turn + right.turn  # the turn of a silent ring is 0


def euler_deg(w: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return (roll, pitch, yaw) in degrees of a quaternion of any length, in the order Z-Y-X."""
    roll = math.atan2(2 * (w * x + y * z), w * w - x * x - y * y + z * z)
    sine = 2 * (w * y - x * z) / (w * w + x * x + y * y + z * z)
    pitch = math.asin(min(max(sine, -1.0), 1.0))
    yaw = math.atan2(2 * (x * y + w * z), w * w + x * x - y * y - z * z)
    return math.degrees(roll), math.degrees(pitch), math.degrees(yaw)


def _share(elapsed_s: float, time_constant_s: float) -> float:
    """Return the part of the way to its input that a one-pole smoother covers in `elapsed_s`."""
    return 1.0 - math.exp(-elapsed_s / time_constant_s)
