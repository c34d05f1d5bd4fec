"""The decoder of untrusted packets: what it reads, and which hostile packets it refuses."""

import math
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livecode.signals import osc
from livecode.signals.osc import OscMessage, PacketError, decode, encode, encode_bundle

V3 = encode_bundle(
    encode("/riot/v3/0/accelerometer", 0.1, 0.2, 9.8, 1234),
    encode("/riot/v3/0/battery", 1.0, 0, 1234),
    time_tag=0,
)


def refusal(packet: bytes) -> str:
    with pytest.raises(PacketError) as refused:
        decode(packet)
    return refused.value.reason


def nested(depth: int) -> bytes:
    packet = encode("/a", 1)
    for _ in range(depth):
        packet = encode_bundle(packet)
    return packet


def raw_message(address: bytes, tags: bytes, body: bytes = b"") -> bytes:
    return b"".join(part + bytes(4 - len(part) % 4) for part in (address, tags)) + body


def test_a_message_comes_back_as_it_was_sent() -> None:
    packet = encode("/a/b", 1, -2.5, "gliss\u00e9", True, False, 2**40)
    assert decode(packet) == [OscMessage("/a/b", (1, -2.5, "glissé", True, False, 2**40))]


def test_doubles_are_read() -> None:
    assert decode(raw_message(b"/d", b",d", struct.pack(">d", 0.1)))[0].args == (0.1,)


def test_a_bundle_gives_its_messages_in_order_whatever_its_time_tag() -> None:
    for time_tag in (0, 1, 2**63):  # immediately, and a date in 2036 that nobody waits for
        packet = encode_bundle(encode("/a", 1), encode("/b", 2), time_tag=time_tag)
        assert [message.address for message in decode(packet)] == ["/a", "/b"]


def test_bundles_may_be_nested_as_deep_as_the_limit() -> None:
    assert decode(nested(osc.MAX_DEPTH)) == [OscMessage("/a", (1,))]
    assert refusal(nested(osc.MAX_DEPTH + 1)) == "bundles nested too deep"


def test_four_hundred_nested_bundles_are_refused() -> None:
    packet = encode("/a")
    while len(packet) <= osc.MAX_PACKET_BYTES - 20:
        packet = encode_bundle(packet)
    assert refusal(packet) == "bundles nested too deep"
    assert refusal(nested(400)) == "packet too large"


def test_a_bundle_with_a_negative_element_size_is_refused() -> None:
    packet = b"#bundle\0" + struct.pack(">Qi", 1, -4)
    assert len(packet) == 20
    assert refusal(packet) == "element size out of bounds"


@pytest.mark.parametrize("size", [0, -1, -(2**31), 8, 12, 2**31 - 1])
def test_an_element_size_that_leaves_the_bundle_is_refused(size: int) -> None:
    packet = b"#bundle\0" + struct.pack(">Qi", 1, size) + b"/\0\0\0"
    assert refusal(packet) == "element size out of bounds"


def test_an_element_size_that_is_not_a_multiple_of_four_is_refused() -> None:
    packet = b"#bundle\0" + struct.pack(">Qi", 1, 6) + encode("/abc")
    assert refusal(packet) == "size not a positive multiple of 4"


def test_a_bundle_without_a_whole_header_is_refused() -> None:
    assert refusal(b"#bundle\0\0\0\0\0") == "bundle shorter than its header"


def test_a_packet_over_the_limit_is_refused_and_one_at_the_limit_is_read() -> None:
    text = "x" * (osc.MAX_PACKET_BYTES - len("/a\0\0,s\0\0") - 1)
    assert decode(encode("/a", text))[0].args == (text,)
    assert refusal(encode("/a", text + "x")) == "packet too large"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 4095])
def test_a_packet_of_odd_size_is_refused(size: int) -> None:
    assert refusal(b"/" * size) == "size not a positive multiple of 4"


def test_text_that_is_neither_message_nor_bundle_is_refused() -> None:
    assert refusal(b"GET / HTTP/1") == "neither a message nor a bundle"


def test_invalid_utf8_is_refused_in_the_address_and_in_an_argument() -> None:
    assert refusal(raw_message(b"/\xff\xfe", b",")) == "text not UTF-8"
    assert refusal(raw_message(b"/a", b",s", b"\xff\xfe\0\0")) == "text not UTF-8"


@pytest.mark.parametrize("address", ["/é", "/a\nb", "/a\x7f", "/a\x1b[2J"])
def test_an_address_outside_printable_ascii_is_refused(address: str) -> None:
    assert refusal(encode(address)) == "address not printable ASCII"


@pytest.mark.parametrize("address", ["/" + "*" * 30, "/a?", "/[ab]", "/{a,b}", "/a b", "/#"])
def test_an_address_with_wildcards_is_refused(address: str) -> None:
    assert refusal(encode(address, 1.0)) == "wildcard in address"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_not_finite_is_refused(value: float) -> None:
    assert refusal(encode("/0/raw", value)) == "not a finite number"
    assert refusal(raw_message(b"/d", b",d", struct.pack(">d", value))) == "not a finite number"


@pytest.mark.parametrize("tag", [b"b", b"N", b"I", b"[", b"t", b"Z"])
def test_type_tags_that_no_sensor_sends_are_refused(tag: bytes) -> None:
    assert refusal(raw_message(b"/a", b"," + tag, bytes(8))) == "unknown type tag"


def test_a_message_without_type_tags_is_refused() -> None:
    assert refusal(raw_message(b"/a", b"ii", bytes(8))) == "no type tags"
    assert refusal(b"/abc/de\0") == "string without an end"


def test_strings_without_an_end_are_refused() -> None:
    assert refusal(b"/abc") == "string without an end"
    assert refusal(raw_message(b"/a", b",s", b"abcd")) == "string without an end"


def test_arguments_and_bytes_must_agree() -> None:
    assert refusal(raw_message(b"/a", b",ff", bytes(4))) == "fewer bytes than arguments"
    assert refusal(raw_message(b"/a", b",f", bytes(8))) == "more bytes than arguments"


RING = encode("/riot/v3/0/accelerometer", 0.1, 0.2, 9.8, 1234)
ODD = [
    ("unknown type tag", raw_message(b"/odd", b"," + tags, bytes(size)))
    for tags, size in [
        (b"b", 4), (b"b", 8), (b"N", 0), (b"I", 0), (b"S", 4), (b"c", 4), (b"t", 8), (b"r", 4), (b"m", 4),
        (b"[ff]", 8), (b"ifb", 16),
    ]
] + [
    ("not a finite number", encode("/odd", math.nan)),
    ("wildcard in address", encode("/odd*", 1.0)),
    ("no type tags", raw_message(b"/odd", b"f", bytes(4))),
    ("text not UTF-8", raw_message(b"/odd", b",s", b"\xff\xfe\0\0")),
    ("fewer bytes than arguments", raw_message(b"/odd", b",ff", bytes(4))),
    ("neither a message nor a bundle", b"odd\0"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "odd"), ODD)
def test_an_odd_message_is_left_out_and_its_bundle_kept(reason: str, odd: bytes) -> None:
    kept = ["/riot/v3/0/accelerometer", "/b"]
    for packet in (
        encode_bundle(odd, RING, odd, encode("/b", 1)),
        encode_bundle(encode_bundle(odd, RING), odd, encode("/b", 1)),
    ):
        skipped: list[str] = []
        assert [message.address for message in decode(packet, skipped.append)] == kept
        assert skipped == [reason, reason]
    assert refusal(odd) == reason


def messages_or_refusal(packet: bytes) -> list[OscMessage]:
    try:
        return decode(packet)
    except PacketError:
        return []


def is_safe(message: OscMessage) -> bool:
    return message.address.isascii() and all(
        math.isfinite(arg) for arg in message.args if not isinstance(arg, str)
    )


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda b: b"#bundle\0" + b)))
@example(b"#bundle\0" + struct.pack(">Qi", 1, -4))
def test_any_bytes_give_safe_messages_or_a_refusal(packet: bytes) -> None:
    assert all(is_safe(message) for message in messages_or_refusal(packet))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.sampled_from([V3, nested(4), encode("/0/raw", *(0.5,) * 22), encode("/a", "text", True)]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    st.integers(0, 12),
)
def test_a_damaged_packet_gives_safe_messages_or_a_refusal(
    packet: bytes, flips: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(packet)
    for position, byte in flips:
        damaged[position % len(damaged)] = byte
    packet = bytes(damaged[: len(damaged) - cut])
    assert all(is_safe(message) for message in messages_or_refusal(packet))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.integers(-(2**63), 2**63 - 1),
            st.floats(width=32, allow_nan=False, allow_infinity=False),
            st.booleans(),
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
        ),
        max_size=25,
    )
)
def test_every_message_survives_the_journey(args: list[osc.Argument]) -> None:
    assert decode(encode("/a/b", *args)) == [OscMessage("/a/b", tuple(args))]


def test_an_independent_library_reads_and_writes_the_same_packets() -> None:
    builder = pytest.importorskip("pythonosc.osc_message_builder", reason="python-osc not here")
    bundle = pytest.importorskip("pythonosc.osc_bundle")
    theirs = builder.OscMessageBuilder("/0/raw")
    for value in (0.25, 7, "north", True):
        theirs.add_arg(value)
    assert encode("/0/raw", 0.25, 7, "north", True) == theirs.build().dgram
    read = [message.address for message in bundle.OscBundle(V3)]
    assert read == [message.address for message in decode(V3)]
