"""One table of the OSC messages of motion sensors, and the decoder that reads it.

All readings have the same units. Where the sensor's axes are known, readings are in the frame of
the hand that wears it: x points along the forearm towards the fingers, y to the left, z out of the
back of the hand. A phone lies on the hand, screen up, with its top edge towards the fingers.
Acceleration is what an accelerometer measures: a hand at rest, palm down, reads z = +1 g.

Sources: ircam-riot-firmware 1.5 to 1.8 and bitalino-riot-firmware 2.1 (v1, v2), riot-v3 (`riot.cpp`,
`motion.cpp`), the data sheet of the LSM9DS0, the CoMo "v3" format, the NGIMU user manual,
Sensors2OSC, and the pages on motion data of ZIG SIM and GyrOSC.
"""

import math
import struct
from dataclasses import dataclass

from livecode.signals.osc import Argument, OscMessage, PacketError

MAX_VALUE = 1e6  # in any unit below; no sensor here measures more

# Names of the values. A minus inverts an axis; `_` is an argument that is not read.
ACC = "acc_x acc_y acc_z"  # g, gravity included
PHONE_ACC = "-acc_y acc_x acc_z"
PHONE_LIN = "-lin_y lin_x lin_z"  # g, without gravity
PHONE_GRAV = "-grav_y grav_x grav_z"  # g, gravity alone
GYRO = "gyro_x gyro_y gyro_z"  # degrees/s
PHONE_GYRO = "-gyro_y gyro_x gyro_z"
MAG = "mag_x mag_y mag_z"  # µT
PHONE_MAG = "-mag_y mag_x mag_z"
QUATERNION = "quat_w quat_x quat_y quat_z"
EULER = "yaw pitch roll"  # degrees; zero and order of rotation depend on the sensor

G_PER_MS2 = 1 / 9.80665  # standard gravity, as in riot-v3 and CoMo.te
IOS_G = -1.0  # Core Motion counts gravity downwards: at rest, screen up, z = -1
DEGREES = math.degrees(1.0)
MICROTESLA_PER_GAUSS = 100.0
V1_VOLTS_PER_COUNT = 1 / 801.5  # R-IoT v1 firmware: battery divider and 12-bit converter
# What a count of the LSM9DS0 means in the ranges that firmware before 1.8 sets, by its data sheet.
V1_G_PER_COUNT = 8 / 32768
V1_DPS_PER_COUNT = 0.07
V1_MICROTESLA_PER_COUNT = 0.008


class SensorError(PacketError):
    """A sensor's message was refused, although its packet was well-formed."""


@dataclass(frozen=True, slots=True)
class SensorReading:
    """What one message of one sensor says: `values` by name, in the units of the table."""

    sensor: str
    id: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """One kind of message of one sensor: its address, and the meaning of each argument."""

    sensor: str
    # `{id}` stands for the sensor's id, and `{number}` for an id of digits; without either, the id is
    # the sensor's name
    address: str
    # (name, scale); an argument with the name "" is not read
    arguments: tuple[tuple[str, float], ...]
    extra: int = 0  # the number of arguments that may follow: time stamps, rates


def _read(names: str, scale: float = 1.0) -> tuple[tuple[str, float], ...]:
    return tuple(
        ("", 1.0) if name == "_" else (name.lstrip("-"), -scale if name[0] == "-" else scale)
        for name in names.split()
    )


def _v3(source: str) -> tuple[MessageFormat, ...]:
    """Return the formats that R-IoT v3 and CoMo.te 3 share. Each ends with ms, then perhaps Hz."""
    at = f"/{source}/v3/{{id}}"
    sensor = f"{source}-v3"
    return (
        MessageFormat(sensor, f"{at}/accelerometer", _read(PHONE_ACC, G_PER_MS2), extra=2),
        MessageFormat(sensor, f"{at}/gyroscope", _read(PHONE_GYRO, DEGREES), extra=2),
        MessageFormat(sensor, f"{at}/gravity", _read(PHONE_GRAV, G_PER_MS2), extra=2),
        MessageFormat(sensor, f"{at}/magnetometer", _read(PHONE_MAG), extra=2),
        # The sensor's fusion runs on (y, -x, z), so its quaternion is in the hand's frame already.
        MessageFormat(sensor, f"{at}/absoluteorientation/quaternion",
            _read("quat_x quat_y quat_z quat_w"), extra=2),
        MessageFormat(sensor, f"{at}/absoluteorientation/euler", _read(EULER), extra=2),
        MessageFormat(sensor, f"{at}/heading", _read("heading _ _"), extra=2),
        MessageFormat(sensor, f"{at}/battery", _read("battery charging"), extra=4),
        MessageFormat(sensor, f"{at}/barometer", _read("pressure_hpa _"), extra=2),
    )  # fmt: skip


TABLE: tuple[MessageFormat, ...] = (
    MessageFormat("riot-v1", "/{id}/raw",
        _read("battery_v", V1_VOLTS_PER_COUNT) + _read("switch1") + _read(ACC)
        + _read(GYRO, 1000.0) + _read(MAG, MICROTESLA_PER_GAUSS) + _read("_")
        + _read(QUATERNION) + _read(EULER) + _read("heading")),
    MessageFormat("riot-v2", "/{id}/raw",
        _read(ACC) + _read(GYRO, 1000.0) + _read(MAG, MICROTESLA_PER_GAUSS)
        + _read("temperature_c switch1 switch2 analog1 analog2")
        + _read(QUATERNION) + _read(EULER) + _read("heading")),
    # Firmware before 1.8 sends the counts of its sensors, and the angles in messages of their own.
    MessageFormat("riot-v1", "/{id}/raw",
        _read("battery_v", V1_VOLTS_PER_COUNT) + _read("switch1") + _read(ACC, V1_G_PER_COUNT)
        + _read(GYRO, V1_DPS_PER_COUNT) + _read(MAG, V1_MICROTESLA_PER_COUNT) + _read("_")),
    MessageFormat("riot-v1", "/{number}/quat", _read(QUATERNION)),
    MessageFormat("riot-v1", "/{number}/euler", _read(EULER) + _read("heading")),
    *_v3("riot"),
    MessageFormat("riot-v3", "/riot/v3/{id}/control/key", _read("switch1 switch2"), extra=1),
    MessageFormat("riot-v3", "/riot/v3/{id}/temperature", _read("temperature_c _ _"), extra=1),
    MessageFormat("riot-v3", "/riot/v3/{id}/analog", _read("battery_v analog1 analog2"), extra=1),
    # Some boards have a second fusion chip with its own axes. The board's own fusion is enough.
    MessageFormat("riot-v3", "/riot/v3/{id}/bno055/euler", _read("_ _ _"), extra=1),
    MessageFormat("riot-v3", "/riot/v3/{id}/bno055/quaternion", _read("_ _ _ _"), extra=1),
    *_v3("comote"),
    MessageFormat("comote-v3", "/comote/v3/{id}/control/buttonA", _read("switch1"), extra=1),
    MessageFormat("comote-v3", "/comote/v3/{id}/control/buttonB", _read("switch2"), extra=1),
    MessageFormat("comote-v2", "/comote/{id}/devicemotion",
        _read("_") + _read(PHONE_ACC, G_PER_MS2) + _read("gyro_z -gyro_y gyro_x")),
    MessageFormat("comote-v2", "/comote/{id}/buttonA", _read("switch1")),
    MessageFormat("comote-v2", "/comote/{id}/buttonB", _read("switch2")),
    MessageFormat("ngimu", "/sensors", _read(GYRO) + _read(ACC) + _read(MAG) + _read("pressure_hpa")),
    MessageFormat("ngimu", "/quaternion", _read(QUATERNION)),
    MessageFormat("ngimu", "/euler", _read("roll pitch yaw")),
    MessageFormat("sensors2osc", "/accelerometer", _read(PHONE_ACC, G_PER_MS2)),
    MessageFormat("sensors2osc", "/linearacceleration", _read(PHONE_LIN, G_PER_MS2)),
    MessageFormat("sensors2osc", "/gravity", _read(PHONE_GRAV, G_PER_MS2)),
    MessageFormat("sensors2osc", "/gyroscope", _read(PHONE_GYRO, DEGREES)),
    MessageFormat("sensors2osc", "/magneticfield", _read(PHONE_MAG)),
    MessageFormat("sensors2osc", "/rotationvector", _read("-quat_y quat_x quat_z quat_w"), extra=1),
    MessageFormat("zigsim", "/{id}/accel", _read(PHONE_LIN, IOS_G)),
    MessageFormat("zigsim", "/{id}/gravity", _read(PHONE_GRAV, IOS_G)),
    MessageFormat("zigsim", "/{id}/gyro", _read(PHONE_GYRO, DEGREES)),
    MessageFormat("zigsim", "/{id}/quaternion", _read("-quat_y quat_x quat_z quat_w")),
    MessageFormat("touchosc", "/accxyz", _read(PHONE_ACC, IOS_G)),
    MessageFormat("gyrosc", "/gyrosc/accel", _read(PHONE_LIN, IOS_G)),
    MessageFormat("gyrosc", "/gyrosc/grav", _read(PHONE_GRAV, IOS_G)),
    MessageFormat("gyrosc", "/gyrosc/rrate", _read(PHONE_GYRO, DEGREES)),
    # The argument order of these two varies between versions of the app. `grav` gives the roll.
    MessageFormat("gyrosc", "/gyrosc/gyro", _read("_ _ _")),
    MessageFormat("gyrosc", "/gyrosc/quat", _read("_ _ _ _")),
)  # fmt: skip


def read(message: OscMessage) -> SensorReading | None:
    """Return the reading in a message, or None if no sensor sends to that address.

    Raises `SensorError` if a sensor does, but with other arguments.
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
    values: dict[str, float] = {}
    for (name, scale), arg in zip(row.arguments, message.args, strict=False):
        if name:
            values[name] = _number(arg) * scale
            if not abs(values[name]) <= MAX_VALUE:
                raise SensorError("beyond any sensor's range")
    return SensorReading(row.sensor, id or row.sensor, values)


def _number(arg: Argument) -> float:
    """Return the number that was meant, whatever its type tag says.

    R-IoT v3 writes floats under the tag `i` and ints under `f`. The bits tell which: an int that is
    too large for a reading is a float, and a subnormal float is a small int.
    """
    if isinstance(arg, str):
        raise SensorError("text where a number belongs")
    if isinstance(arg, int) and abs(arg) > MAX_VALUE and -(2**31) <= arg < 2**31:
        return float(struct.unpack(">f", struct.pack(">i", arg))[0])
    if isinstance(arg, float) and 0.0 < abs(arg) < 2.0**-126:
        return float(struct.unpack(">i", struct.pack(">f", arg))[0])
    return float(arg)


# Addresses are matched part by part, never as patterns. The index maps an address's parts to its
# formats.
_Parts = tuple[str, ...]
_INDEX: dict[_Parts, tuple[MessageFormat, ...]] = {}
for _row in TABLE:
    _key = tuple(_row.address.split("/")[1:])
    _INDEX[_key] = (*_INDEX.get(_key, ()), _row)
_IDS = "{id}", "{number}"
_ID_PLACES = sorted({key.index(id) for key in _INDEX for id in _IDS if id in key}, reverse=True)


def _find(address: str) -> tuple[tuple[MessageFormat, ...], str] | None:
    parts = tuple(address.split("/")[1:])
    if parts in _INDEX:  # fixed addresses first: `/gyrosc/accel` is not a phone named "gyrosc"
        return _INDEX[parts], ""
    for place in _ID_PLACES:
        if place < len(parts) and parts[place]:
            for id in _IDS if parts[place].isdecimal() else _IDS[:1]:
                rows = _INDEX.get((*parts[:place], id, *parts[place + 1 :]))
                if rows:
                    return rows, parts[place]
    return None
