"""Visitors for measuring, who come from a process of their own."""

import struct

from livecode.bench.stage_crowd import VIEWERS, Crowd
from livecode.bench.stage_visitors import _Messages
from tests.stage.conftest import Served


def test_viewers_come_read_what_they_get_and_leave(served: Served) -> None:
    crowd = Crowd(VIEWERS, served.audience.address, 3)
    served.until(lambda: served.audience.viewers == 3)
    assert crowd.leave() > 0
    served.until(lambda: not served.audience.viewers)


def test_messages_are_counted_in_pieces_that_end_anywhere() -> None:
    sent = b"".join(
        (b"\x81\x05hello", b"\x82\x7e" + struct.pack("!H", 300) + bytes(300), b"\x81\x00", b"\x89\x00",
         b"\x82\x7f" + struct.pack("!Q", 70_000) + bytes(70_000), b"\x88\x02\x03\xe8")
    )  # fmt: skip
    for length in (1, 7, 1000, len(sent)):
        messages = _Messages()
        for first in range(0, len(sent), length):
            messages.take(sent[first : first + length])
        assert messages.count == 4, "texts and binaries, but no ping and no close"
