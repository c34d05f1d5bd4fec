"""How long the sound takes from the block that is computed to the loudspeaker, as the device says."""

import contextlib
import ctypes
import logging
from collections.abc import Iterator

from livecode.engine.pyo_quiet import pyo

_log = logging.getLogger(__name__)
#: JACK's constants: start no server; ports that take sound, and are those of the card.
_NO_START_SERVER, _IS_INPUT, _IS_PHYSICAL = 0x01, 0x1, 0x4
_PLAYBACK = 1
_AUDIO_TYPE = b"32 bit float mono audio"
_LATENCY_CLIENT = b"livecode-latency"
#: The outputs of JACK's dummy driver have another name that begins so; a name has at most so many bytes.
_DUMMY, _ALIAS_BYTES = b"dummy_pcm:", 512


class _Range(ctypes.Structure):
    """`jack_latency_range_t`, in frames."""

    _fields_ = (("min", ctypes.c_uint32), ("max", ctypes.c_uint32))


class _DeviceInfo(ctypes.Structure):
    """`PaDeviceInfo`; pyo opens devices at their high latency, and tells only the low one."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("host_api", ctypes.c_int),
        ("inputs", ctypes.c_int),
        ("outputs", ctypes.c_int),
        ("low_input_s", ctypes.c_double),
        ("low_output_s", ctypes.c_double),
        ("high_input_s", ctypes.c_double),
        ("high_output_s", ctypes.c_double),
        ("rate", ctypes.c_double),
    )


def output_latency_s(backend: str, device: int, block: int, sample_rate: int) -> float:
    """Return the latency of an output in seconds; a block, where the system does not tell.

    `device` is the number of a PortAudio device. A clock without a device has none.
    """
    if backend == "headless":
        return 0.0
    try:
        if backend == "jack":
            return _jack_frames() / sample_rate
        return _portaudio_s(device)
    except (OSError, AttributeError, ValueError) as error:
        _log.info("the output does not tell its latency: %s", error)
        return block / sample_rate


def _library(function: str, otherwise: str) -> ctypes.CDLL:
    """Return the library that has a function: the one that pyo is linked with, or the system's."""
    linked = ctypes.CDLL(pyo._pyo.__file__)
    with contextlib.suppress(AttributeError):
        getattr(linked, function)
        return linked
    return ctypes.CDLL(otherwise)


def _portaudio_s(device: int) -> float:
    library = _library("Pa_GetDeviceInfo", "libportaudio.so.2")
    library.Pa_GetDeviceInfo.restype = ctypes.POINTER(_DeviceInfo)
    info = library.Pa_GetDeviceInfo(ctypes.c_int(device))
    if not info:
        raise ValueError(f"PortAudio has no device {device}")
    return float(info.contents.high_output_s)


def is_dummy_card() -> bool:
    """Return whether the outputs of the JACK server lead nowhere; False if it does not tell."""
    try:
        with _jack_output() as (library, port):
            names = [ctypes.create_string_buffer(_ALIAS_BYTES) for _ in range(2)]
            aliases = (ctypes.c_void_p * 2)(*(ctypes.addressof(each) for each in names))
            count = library.jack_port_get_aliases(port, aliases)
            return any(each.value.startswith(_DUMMY) for each in names[:count])
    except (OSError, AttributeError, ValueError):
        return False


def _jack_frames() -> int:
    with _jack_output() as (library, port):
        found = _Range()
        library.jack_port_get_latency_range(port, _PLAYBACK, ctypes.byref(found))
        return int(found.max)


@contextlib.contextmanager
def _jack_output() -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p]]:
    """Yield JACK's library, and the first output of its server's card; raises ValueError without one."""
    library = _library("jack_client_open", "libjack.so.0")
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_get_ports.restype = ctypes.POINTER(ctypes.c_char_p)
    library.jack_get_ports.argtypes = (
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong
    )  # fmt: skip
    library.jack_port_by_name.restype = ctypes.c_void_p
    library.jack_port_by_name.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.jack_port_get_latency_range.argtypes = (
        ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Range)
    )  # fmt: skip
    library.jack_port_get_aliases.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
    library.jack_client_close.argtypes = (ctypes.c_void_p,)
    library.jack_free.argtypes = (ctypes.c_void_p,)
    client = library.jack_client_open(_LATENCY_CLIENT, _NO_START_SERVER, None)
    if not client:
        raise ValueError("no JACK server answered")
    try:
        names = library.jack_get_ports(client, None, _AUDIO_TYPE, _IS_INPUT | _IS_PHYSICAL)
        if not names or names[0] is None:
            raise ValueError("JACK has no outputs")
        port = library.jack_port_by_name(client, names[0])
        library.jack_free(names)
        yield library, port
    finally:
        library.jack_client_close(client)
