"""Decodes an untrusted UDP payload into OSC messages, and encodes them; knows no addresses.

The decoder expects a hostile sender (OSC 1.0, opensoundcontrol.org/spec-1_0). It checks every size
before using it, limits the nesting, matches no patterns and ignores time tags. So no packet can
hang, exhaust or delay the performance.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

MAX_PACKET_BYTES = 4096  # the largest known packet, an R-IoT v3 bundle, has about 800
MAX_DEPTH = 4  # of bundles within bundles; sensors send one level
IMMEDIATELY = 1  # the time tag that means "now"

_BUNDLE_TAG = b"#bundle\0"
_BUNDLE_HEADER_BYTES = len(_BUNDLE_TAG) + 8  # the tag and a time tag
_RESERVED = frozenset(" #*,?[]{}")  # OSC 1.0 reserves these for patterns and separators
_NUMBERS = {"i": struct.Struct(">i"), "f": struct.Struct(">f"),
            "h": struct.Struct(">q"), "d": struct.Struct(">d")}  # fmt: skip
_BOOLEANS = {"T": True, "F": False}
_SIZE = _NUMBERS["i"]

Argument = float | int | str | bool


@dataclass(frozen=True, slots=True)
class OscMessage:
    """An address without wildcards, and its arguments; every float is finite."""

    address: str
    args: tuple[Argument, ...] = ()


class PacketError(Exception):
    """A packet was refused.

    `reason` is one of a few fixed phrases, so that refusals can be counted.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def decode(data: bytes, skip: Callable[[str], None] = lambda reason: None) -> list[OscMessage]:
    """Return the messages of one packet, in order.

    A message in a bundle that is faulty, or has an argument of a type that no sensor sends, is left
    out, and `skip` is given the reason. Raises `PacketError` if the packet is a message of that kind,
    or if its own sizes or nesting are faulty.
    """
    if len(data) > MAX_PACKET_BYTES:
        raise PacketError("packet too large")
    _check_size(len(data))
    if not data.startswith(_BUNDLE_TAG):
        return [_decode_message(data, 0, len(data))]
    messages: list[OscMessage] = []
    _decode_bundle(data, 0, len(data), 1, messages, skip)
    return messages


def encode(address: str, *args: Argument) -> bytes:
    """Encode one message. Ints become `i` (`h` if they need more than 32 bits), floats `f`."""
    tags, body = ",", b""
    for arg in args:
        if isinstance(arg, bool):
            tags += "T" if arg else "F"
        elif isinstance(arg, str):
            tags += "s"
            body += _padded(arg)
        else:
            tag = "f" if isinstance(arg, float) else "i" if -(2**31) <= arg < 2**31 else "h"
            tags += tag
            body += _NUMBERS[tag].pack(arg)
    return _padded(address) + _padded(tags) + body


def encode_bundle(*elements: bytes, time_tag: int = IMMEDIATELY) -> bytes:
    """Encode a bundle of encoded messages or bundles. R-IoT v3 sends time tag 0."""
    body = b"".join(_SIZE.pack(len(element)) + element for element in elements)
    return _BUNDLE_TAG + struct.pack(">Q", time_tag) + body


def _check_size(size: int) -> None:
    if size == 0 or size % 4:
        raise PacketError("size not a positive multiple of 4")


def _decode_bundle(
    data: bytes,
    start: int,
    end: int,
    depth: int,
    messages: list[OscMessage],
    skip: Callable[[str], None],
) -> None:
    if depth > MAX_DEPTH:
        raise PacketError("bundles nested too deep")
    position = start + _BUNDLE_HEADER_BYTES
    if position > end:
        raise PacketError("bundle shorter than its header")
    while position < end:
        # within bounds, since all sizes are multiples of 4
        (size,) = _SIZE.unpack_from(data, position)
        position += _SIZE.size
        if not 0 < size <= end - position:
            raise PacketError("element size out of bounds")
        _check_size(size)
        if data.startswith(_BUNDLE_TAG, position, position + size):
            _decode_bundle(data, position, position + size, depth + 1, messages, skip)
        else:
            try:
                messages.append(_decode_message(data, position, position + size))
            except PacketError as error:
                skip(error.reason)
        position += size


def _decode_message(data: bytes, start: int, end: int) -> OscMessage:
    if not data.startswith(b"/", start, end):
        raise PacketError("neither a message nor a bundle")
    address, position = _decode_string(data, start, end)
    if not (address.isascii() and address.isprintable()):
        raise PacketError("address not printable ASCII")
    if not _RESERVED.isdisjoint(address):
        raise PacketError("wildcard in address")
    tags, position = _decode_string(data, position, end)
    if not tags.startswith(","):
        raise PacketError("no type tags")
    args: list[Argument] = []
    arg: Argument
    for tag in tags[1:]:
        if tag in _NUMBERS:
            number = _NUMBERS[tag]
            if position + number.size > end:
                raise PacketError("fewer bytes than arguments")
            (value,) = number.unpack_from(data, position)
            if not math.isfinite(value):
                raise PacketError("not a finite number")
            arg = value
            position += number.size
        elif tag in _BOOLEANS:
            arg = _BOOLEANS[tag]
        elif tag == "s":
            arg, position = _decode_string(data, position, end)
        else:
            raise PacketError("unknown type tag")
        args.append(arg)
    if position != end:
        raise PacketError("more bytes than arguments")
    return OscMessage(address, tuple(args))


def _decode_string(data: bytes, start: int, end: int) -> tuple[str, int]:
    """Return (the text at `start`, the position after its padding)."""
    terminator = data.find(b"\0", start, end)
    if terminator < 0:
        raise PacketError("string without an end")
    try:
        text = data[start:terminator].decode("utf-8")
    except UnicodeDecodeError:
        raise PacketError("text not UTF-8") from None
    # `start` and `end` are multiples of 4, so the padding never passes `end`.
    return text, terminator + 4 - terminator % 4


def _padded(text: str) -> bytes:
    raw = text.encode("utf-8")
    return raw + bytes(4 - len(raw) % 4)
