"""The two motion rings as the performer reads them; packets and sockets are not known here."""

import math

from livecode.errors import LivecodeError
from livecode.signals.attributes import unknown
from livecode.signals.sensors import Reading

ALIVE_S = 0.5  # a ring silent for longer counts as neutral
MAX_AGE_S = 3600.0  # the age of a ring that was never heard: ages stay finite
FULL_TURN_DEG = 90.0  # the rotation of the forearm that makes turn = 1
UPRIGHT_DEG = 90.0  # the pitch that makes tilt = -1
ENERGY_REST_S = 0.5  # how fast the resting acceleration follows
ENERGY_SMOOTH_S = 0.15  # how fast the energy rises and falls
MAX_IDS = 16  # ids remembered for `Rings.ids`

READABLE = (
    "turn", "tilt", "roll", "pitch", "yaw", "acc", "acc_x", "acc_y", "acc_z", "energy", "age", "alive",
)  # fmt: skip
_RINGS_READABLE = ("left", "right", "twist", "ids", "assign", "neutral", "summary")

# Where the roll is from, best last: a worse source is not believed while a better one speaks.
_FROM_ACCELERATION, _FROM_GRAVITY, _FROM_QUATERNION, _FROM_EULER = range(4)
_MIN_GRAVITY_G = 0.1  # below it the hand is in free fall and has no "down"
_MIN_QUATERNION = 0.5  # a unit quaternion has norm 1; a sensor still waking up sends zeros


class Ring:
    """One hand's ring, as plain numbers that are always finite; all 0 while it is silent.

      turn    rotation about the forearm, -1 to 1 for -90 to 90 degrees, positive to the front
      tilt    how far the fingers point up, -1 to 1 for -90 to 90 degrees: the pitch, turned round
      roll, pitch, yaw    degrees, as the sensor gives them
      acc     length of the acceleration in g (about 1 at rest); acc_x, acc_y, acc_z its parts
      energy  how hard the hand moves, in g: 0 at rest, 2 and more when shaken hard
      age     seconds since its last packet, at most 3600
      alive   whether that is less than 0.5

    The energy is the root of the mean square, over about 0.15 s, of the distance between the
    acceleration and its own running mean over about 0.5 s; a shake of 3 g to and fro gives 2.1.
    Nothing else is smoothed.
    """

    __slots__ = (
        *READABLE,
        "_forwards", "_zero_deg", "_heard_s", "_source", "_source_s", "_gravity", "_acc_s",
        "_rest", "_power",
    )  # fmt: skip

    def __init__(self, forwards: float):
        """`forwards`: +1 where a positive roll turns the hand to the front, else -1."""
        self._forwards = forwards
        self._forget()

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown("a ring", name, READABLE))

    def __dir__(self) -> tuple[str, ...]:
        return READABLE

    def __repr__(self) -> str:
        if not self.alive:
            return "silent"
        return f"turn {self.turn:+.2f}, energy {self.energy:.2f} g, {_state(self)}"

    def _forget(self) -> None:
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

    def _set_time(self, time_s: float) -> None:
        if self._heard_s is None:
            return
        self.age = min(max(time_s - self._heard_s, 0.0), MAX_AGE_S)
        if self.age < ALIVE_S:
            self.alive = True
        elif self.alive:
            self._fall_silent()

    def _receive(self, values: dict[str, float], time_s: float) -> None:
        if self._heard_s is not None and time_s - self._heard_s >= ALIVE_S:
            self._fall_silent()  # the pause may have passed without a tick
        self._heard_s = max(time_s, self._heard_s or time_s)
        self.alive = True  # until its age is found to say otherwise
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

    def _turn(self) -> None:
        away_deg = math.remainder(self.roll - self._zero_deg, 360.0)
        turn = self._forwards * away_deg / FULL_TURN_DEG
        self.turn = min(max(turn, -1.0), 1.0) + 0.0  # never -0.0

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
    """Both hands: `left`, `right`, and `twist`, the mean turn of those that are alive, -1 to 1.

    The first sensor id heard is the left hand and the second the right one, until `assign`
    says otherwise.
    """

    def __init__(self) -> None:
        # Times are seconds on the caller's clock.
        # Worn alike, with x towards the fingers, a positive roll lifts the left edge of the hand.
        # On the right hand that is the thumb, and the palm turns to the front; on the left
        # hand it is the little finger, and the palm turns back.
        self.left = Ring(forwards=-1.0)
        self.right = Ring(forwards=1.0)
        self.twist = 0.0
        self.ids: tuple[str, ...] = ()  # of all sensors heard, in order
        self._assigned: dict[str, str | None] = {"left": None, "right": None}
        self._time_s = 0.0

    def __getattr__(self, name: str) -> float:
        raise AttributeError(unknown("rings", name, _RINGS_READABLE))

    def __dir__(self) -> tuple[str, ...]:
        return _RINGS_READABLE

    def __repr__(self) -> str:
        return f"twist {self.twist:+.2f} · left: {self.left!r} · right: {self.right!r}"

    def assign(self, left: str | int | None = None, right: str | int | None = None) -> None:
        """Fix which sensor id is on which hand; a hand not named keeps its own.

        If its own went to the other hand, it takes the next id heard that is free.
        """
        if left is not None and str(left) == str(right):
            raise LivecodeError(f"Sensor {left} cannot be on both hands: name two different ids.")
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
                ring._forget()
        self._set_time(self._time_s)

    def neutral(self) -> None:
        """Take the present rotation of each ring that is alive as turn = 0."""
        for ring in (self.left, self.right):
            if ring.alive:
                ring._zero_deg = ring.roll
                ring._turn()
        self._set_time(self._time_s)

    def receive(self, reading: Reading, time_s: float) -> None:
        """Let a sensor's reading, arrived at `time_s`, move the hand that wears it."""
        if reading.id not in self.ids and len(self.ids) < MAX_IDS:
            self.ids += (reading.id,)
        ring = self._ring(reading.id)
        if ring is not None:
            ring._receive(reading.values, time_s)
        self._set_time(max(time_s, self._time_s))

    def advance(self, time_s: float) -> None:
        """Set the time that ages are measured against; a ring silent for too long goes neutral."""
        self._set_time(time_s)

    def summary(self) -> str:
        """A few words for the status bar, such as `L ok 4ms · R --`."""
        return f"L {_state(self.left)} · R {_state(self.right)}"

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
        left._set_time(time_s)
        right._set_time(time_s)
        if left.alive and right.alive:
            self.twist = 0.5 * (left.turn + right.turn)
        else:
            self.twist = left.turn + right.turn  # a silent ring's turn is 0


def euler_deg(w: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Roll, pitch and yaw in degrees of a quaternion of any length, in the order Z-Y-X."""
    roll = math.atan2(2 * (w * x + y * z), w * w - x * x - y * y + z * z)
    sine = 2 * (w * y - x * z) / (w * w + x * x + y * y + z * z)
    pitch = math.asin(min(max(sine, -1.0), 1.0))
    yaw = math.atan2(2 * (x * y + w * z), w * w + x * x - y * y - z * z)
    return math.degrees(roll), math.degrees(pitch), math.degrees(yaw)


def _share(elapsed_s: float, time_constant_s: float) -> float:
    """How much of the way to its input a one-pole smoother goes in that time."""
    return 1.0 - math.exp(-elapsed_s / time_constant_s)


def _state(ring: Ring) -> str:
    if ring._heard_s is None:
        return "--"
    if ring.alive:
        return f"ok {ring.age * 1000:.0f}ms"
    return f"silent {ring.age:.0f}s"
