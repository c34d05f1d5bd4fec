"""One table of motion sensors' OSC messages and the one decoder that reads it.

Every reading comes out in the same units and, where the sensor's own axes are known, in the
frame of a hand that wears it: x along the forearm towards the fingers, y to the left, z out
of the back of the hand. A phone lies on the hand, screen up, top edge towards the fingers.
Acceleration is what an accelerometer feels: a hand at rest, palm down, reads z = +1 g.

Sources: ircam-riot-firmware 1.8 and bitalino-riot-firmware 2.1 (v1, v2), riot-v3 (`riot.cpp`,
`motion.cpp`), the CoMo "v3" format, the NGIMU user manual, Sensors2OSC, and the pages on motion
data of ZIG SIM and GyrOSC.
"""

import math
import struct
from dataclasses import dataclass

from livecode.signals.osc import Argument, OscMessage, PacketError

MAX_VALUE = 1e6  # no sensor here measures more, in any of the units below

# names of the common values; a minus turns an axis round, `_` is an argument that is not read
ACC = "acc_x acc_y acc_z"  # g, gravity included
PHONE_ACC = "-acc_y acc_x acc_z"
PHONE_LIN = "-lin_y lin_x lin_z"  # g, gravity taken off
PHONE_GRAV = "-grav_y grav_x grav_z"  # g, gravity alone
GYRO = "gyro_x gyro_y gyro_z"  # degrees/s
PHONE_GYRO = "-gyro_y gyro_x gyro_z"
MAG = "mag_x mag_y mag_z"  # µT
PHONE_MAG = "-mag_y mag_x mag_z"
QUATERNION = "quat_w quat_x quat_y quat_z"
EULER = "yaw pitch roll"  # degrees, each sensor's own zero and order of rotation

G_PER_MS2 = 1 / 9.80665  # standard gravity, as riot-v3 and CoMo.te have it
IOS_G = -1.0  # Core Motion counts gravity downwards: at rest, screen up, z = -1
DEGREES = math.degrees(1.0)
MICROTESLA_PER_GAUSS = 100.0
V1_VOLTS_PER_COUNT = 1 / 801.5  # R-IoT v1 firmware, battery divider and 12-bit converter


class SensorError(PacketError):
    """Why a sensor's message was refused, though its packet was sound."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message of one sensor said: `values` by name, in the units of the table."""

    sensor: str
    id: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One message of one sensor: where it is sent, and what each argument is."""

    sensor: str
    address: str  # `{id}` stands for the sensor's id; without it the id is the sensor's name
    arguments: tuple[tuple[str, float], ...]  # name and scale; name "" is not read
    extra: int = 0  # that many more may follow: time stamps, rates
    refusal: str = ""  # a message that we know, and know not to use


def _read(names: str, scale: float = 1.0) -> tuple[tuple[str, float], ...]:
    return tuple(
        ("", 1.0) if name == "_" else (name.lstrip("-"), -scale if name[0] == "-" else scale)
        for name in names.split()
    )


def _v3(source: str) -> tuple[Row, ...]:
    """The format that R-IoT v3 and CoMo.te 3 share; each message ends with ms, then perhaps Hz."""
    at = f"/{source}/v3/{{id}}"
    sensor = f"{source}-v3"
    return (
        Row(sensor, f"{at}/accelerometer", _read(PHONE_ACC, G_PER_MS2), extra=2),
        Row(sensor, f"{at}/gyroscope", _read(PHONE_GYRO, DEGREES), extra=2),
        Row(sensor, f"{at}/gravity", _read(PHONE_GRAV, G_PER_MS2), extra=2),
        Row(sensor, f"{at}/magnetometer", _read(PHONE_MAG), extra=2),
        # The fusion runs on (y, -x, z), so its quaternion is in the hand's frame already.
        Row(sensor, f"{at}/absoluteorientation/quaternion",
            _read("quat_x quat_y quat_z quat_w"), extra=2),
        Row(sensor, f"{at}/absoluteorientation/euler", _read(EULER), extra=2),
        Row(sensor, f"{at}/heading", _read("heading _ _"), extra=2),
        Row(sensor, f"{at}/battery", _read("battery charging"), extra=4),
        Row(sensor, f"{at}/barometer", _read("pressure_hpa _"), extra=2),
    )  # fmt: skip


TABLE: tuple[Row, ...] = (
    Row("riot-v1", "/{id}/raw",
        _read("battery_v", V1_VOLTS_PER_COUNT) + _read("switch1") + _read(ACC)
        + _read(GYRO, 1000.0) + _read(MAG, MICROTESLA_PER_GAUSS) + _read("_")
        + _read(QUATERNION) + _read(EULER) + _read("heading")),
    Row("riot-v2", "/{id}/raw",
        _read(ACC) + _read(GYRO, 1000.0) + _read(MAG, MICROTESLA_PER_GAUSS)
        + _read("temperature_c switch1 switch2 analog1 analog2")
        + _read(QUATERNION) + _read(EULER) + _read("heading")),
    Row("riot-v1", "/{id}/raw", _read("_ " * 12),
        refusal="R-IoT firmware before 1.8 (12 raw counts): update the ring's firmware"),
    *_v3("riot"),
    Row("riot-v3", "/riot/v3/{id}/control/key", _read("switch1 switch2"), extra=1),
    Row("riot-v3", "/riot/v3/{id}/temperature", _read("temperature_c _ _"), extra=1),
    Row("riot-v3", "/riot/v3/{id}/analog", _read("battery_v analog1 analog2"), extra=1),
    # A second fusion chip, where fitted, in axes of its own: the board's fusion is enough.
    Row("riot-v3", "/riot/v3/{id}/bno055/euler", _read("_ _ _"), extra=1),
    Row("riot-v3", "/riot/v3/{id}/bno055/quaternion", _read("_ _ _ _"), extra=1),
    *_v3("comote"),
    Row("comote-v3", "/comote/v3/{id}/control/buttonA", _read("switch1"), extra=1),
    Row("comote-v3", "/comote/v3/{id}/control/buttonB", _read("switch2"), extra=1),
    Row("comote-v2", "/comote/{id}/devicemotion",
        _read("_") + _read(PHONE_ACC, G_PER_MS2) + _read("gyro_z -gyro_y gyro_x")),
    Row("comote-v2", "/comote/{id}/buttonA", _read("switch1")),
    Row("comote-v2", "/comote/{id}/buttonB", _read("switch2")),
    Row("ngimu", "/sensors", _read(GYRO) + _read(ACC) + _read(MAG) + _read("pressure_hpa")),
    Row("ngimu", "/quaternion", _read(QUATERNION)),
    Row("ngimu", "/euler", _read("roll pitch yaw")),
    Row("sensors2osc", "/accelerometer", _read(PHONE_ACC, G_PER_MS2)),
    Row("sensors2osc", "/linearacceleration", _read(PHONE_LIN, G_PER_MS2)),
    Row("sensors2osc", "/gravity", _read(PHONE_GRAV, G_PER_MS2)),
    Row("sensors2osc", "/gyroscope", _read(PHONE_GYRO, DEGREES)),
    Row("sensors2osc", "/magneticfield", _read(PHONE_MAG)),
    Row("sensors2osc", "/rotationvector", _read("-quat_y quat_x quat_z quat_w"), extra=1),
    Row("zigsim", "/{id}/accel", _read(PHONE_LIN, IOS_G)),
    Row("zigsim", "/{id}/gravity", _read(PHONE_GRAV, IOS_G)),
    Row("zigsim", "/{id}/gyro", _read(PHONE_GYRO, DEGREES)),
    Row("zigsim", "/{id}/quaternion", _read("-quat_y quat_x quat_z quat_w")),
    Row("touchosc", "/accxyz", _read(PHONE_ACC, IOS_G)),
    Row("gyrosc", "/gyrosc/accel", _read(PHONE_LIN, IOS_G)),
    Row("gyrosc", "/gyrosc/grav", _read(PHONE_GRAV, IOS_G)),
    Row("gyrosc", "/gyrosc/rrate", _read(PHONE_GYRO, DEGREES)),
    # The order of these two varies between versions of the app; `grav` gives the roll surely.
    Row("gyrosc", "/gyrosc/gyro", _read("_ _ _")),
    Row("gyrosc", "/gyrosc/quat", _read("_ _ _ _")),
)  # fmt: skip


def read(message: OscMessage) -> Reading | None:
    """The reading in a message; None if no sensor sends to that address.

    Raise `SensorError` if one does, but not with such arguments.
    """
    found = _find(message.address)
    if found is None:
        return None
    rows, id = found
    count = len(message.args)
    for row in rows:
        if 0 <= count - len(row.arguments) <= row.extra:
            break
    else:
        raise SensorError("not this sensor's number of arguments")
    if row.refusal:
        raise SensorError(row.refusal)
    values: dict[str, float] = {}
    for (name, scale), arg in zip(row.arguments, message.args, strict=False):
        if name:
            values[name] = _number(arg) * scale
            if not abs(values[name]) <= MAX_VALUE:
                raise SensorError("beyond any sensor's range")
    return Reading(row.sensor, id or row.sensor, values)


def _number(arg: Argument) -> float:
    """A float, whatever the type tag said: senders tag whole numbers, or wrongly, as ints.

    R-IoT v3 writes floats under the tag `i` and ints under `f`. The bits give it away: an int
    too large to be a reading is a float, and a subnormal float is a small int.
    """
    if isinstance(arg, str):
        raise SensorError("text where a number belongs")
    if isinstance(arg, int) and abs(arg) > MAX_VALUE and -(2**31) <= arg < 2**31:
        return float(struct.unpack(">f", struct.pack(">i", arg))[0])
    if isinstance(arg, float) and 0.0 < abs(arg) < 2.0**-126:
        return float(struct.unpack(">i", struct.pack(">f", arg))[0])
    return float(arg)


# Addresses are matched part by part, never as patterns: an index by (parts, place of the id).
_Parts = tuple[str, ...]
_INDEX: dict[_Parts, tuple[Row, ...]] = {}
for _row in TABLE:
    _key = tuple(_row.address.split("/")[1:])
    _INDEX[_key] = (*_INDEX.get(_key, ()), _row)
_ID_PLACES = sorted({key.index("{id}") for key in _INDEX if "{id}" in key}, reverse=True)


def _find(address: str) -> tuple[tuple[Row, ...], str] | None:
    parts = tuple(address.split("/")[1:])
    if parts in _INDEX:  # fixed addresses first: `/gyrosc/accel` is not a phone named "gyrosc"
        return _INDEX[parts], ""
    for place in _ID_PLACES:
        if place < len(parts) and parts[place]:
            rows = _INDEX.get((*parts[:place], "{id}", *parts[place + 1 :]))
            if rows:
                return rows, parts[place]
    return None
