"""What the page is told of a performance that plays: streams, and the code of terminal and other editors."""

from pathlib import Path

import msgspec

from livecode import Session
from livecode.stage.showing import TERMINAL_GONE_S, Showing
from livecode.transport import Arena, Layout
from livecode.transport.stage import (
    ShownText,
    StageStatus,
    Watched,
    WatchedBlock,
    encode_stage,
)
from livecode.transport.status import Status, encode
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


def test_the_code_is_told_when_it_changes_and_the_terminals_goes_first() -> None:
    arena = Arena.private(48000, 256, Layout(buffers=1))
    arena.board.post(encode(Status(stage=StageStatus(layers=("code",)))))
    now_ns = 10**12
    showing = Showing(arena, lambda: now_ns)

    def code() -> tuple[int, dict[str, object]]:
        showing.look()
        version, _, data = showing.documents["code"]
        return version, msgspec.json.decode(data)

    def evaluated(*texts: str) -> bytes:
        blocks = tuple(WatchedBlock(n, 0, text, True) for n, text in enumerate(texts))
        return encode_stage(Watched(blocks))

    arena.watched.post(evaluated("one"))
    first, told = code()
    assert [block["code"] for block in told["blocks"]] == ["one"]  # type: ignore[attr-defined,index]
    assert code()[0] == first
    arena.watched.post(evaluated("one", "two"))
    second, told = code()
    assert second > first
    assert len(told["blocks"]) == 2  # type: ignore[arg-type]
    arena.page.post(encode_stage(ShownText(lines=("typed",))))
    arena.header.terminal_beat_ns = now_ns
    assert code()[1]["page"]["lines"] == ["typed"]  # type: ignore[index,call-overload]
    now_ns += round(2 * TERMINAL_GONE_S * 1e9)
    assert "blocks" in code()[1], "the terminal is gone"
    arena.header.terminal_beat_ns = now_ns
    assert "page" in code()[1], "it is back, with the text of before"
