"""What the page is told of a performance that plays: how undecided a stream is, while it is watched."""

from pathlib import Path

import msgspec

from livecode import Session
from livecode.stage.showing import Showing
from tests.samplernn_model import write_samplernn


def test_the_entropy_of_a_stream_is_told_beside_its_temperature(
    tmp_path: Path, session: Session
) -> None:
    model = str(write_samplernn(tmp_path))
    arena = session.performance.arena
    showing = Showing(arena, lambda: arena.header.clock()[1])

    def values() -> dict[str, float]:
        showing.look()
        told: dict[str, float] = msgspec.json.decode(showing.documents["values"][2])
        return told

    assert session.eval(f"r7 = stream({model!r}, temperature=ramp(0.8, 1.2, over=4*s))").ok
    session.advance(0.6)
    assert values().keys() == {"r7.temperature"}, "nobody watches"
    arena.header.viewers = 1
    session.advance(0.6)
    told = values()
    assert told.keys() == {"r7.temperature", "r7.entropy"}
    assert 0 < told["r7.entropy"] <= 8, "bits of at most 256 levels"
