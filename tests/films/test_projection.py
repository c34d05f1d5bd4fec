"""A past performance on a page: it begins when somebody watches, goes on in time, and is heard."""

import asyncio
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from livecode.films.projection import FPS, Projection
from livecode.offline.replay import replay
from livecode.stage.sound import PIECE
from livecode.transport.stage import StageOrder
from tests.films.conftest import RATE

TOKEN = "a-token-that-nobody-guesses-1234"


class Room:
    """One who watches and listens, in a thread of its own."""

    def __init__(self) -> None:
        self.documents: list[tuple[float, dict[str, object]]] = []
        self.pieces: list[bytes] = []
        self._threads: list[threading.Thread] = []

    def come(self, address: str) -> None:
        thread = threading.Thread(target=lambda: asyncio.run(self._look(address)), daemon=True)
        thread.start()
        self._threads.append(thread)

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(20)

    async def _look(self, address: str) -> None:
        parts = urlsplit(address)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        heard, seen = [
            await websocket_connect(
                HTTPRequest(f"ws://{parts.netloc}{parts.path}{name}", headers=headers)
            )
            for name in ("sound", "events")
        ]

        async def listen() -> None:
            while isinstance(piece := await heard.read_message(), bytes):
                self.pieces.append(piece)

        listening = asyncio.create_task(listen())
        while (told := await seen.read_message()) is not None:
            if isinstance(told, str):
                self.documents.append((time.monotonic(), json.loads(told)))
        await asyncio.wait_for(listening, 10)


def test_a_performance_is_seen_in_time_and_heard_to_the_sample(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.films.projection.LAST_S", 0.3)
    room = Room()
    projection = Projection(journal, StageOrder(token=TOKEN, audio=True), room.come)
    replayed = projection.run()
    room.leave()
    assert replayed is not None
    assert replayed.differs_at_s is None
    assert projection.shown == int(replayed.seconds * FPS) + 1

    first, agent = (
        room.documents[0],
        next((at, told) for at, told in room.documents if told.get("agents")),
    )
    assert first[1]["stage"]["audio"] is True  # type: ignore[index]
    assert agent[0] - first[0] > 1.0, "an agent that began after 1.3 s is not seen sooner"

    replay(journal, tmp_path / "again.wav")
    again, _ = soundfile.read(tmp_path / "again.wav", dtype="float32")
    heads = [PIECE.unpack(piece[: PIECE.size]) for piece in room.pieces]
    heard = np.concatenate(
        [np.frombuffer(piece[PIECE.size :], "<i2").reshape(-1, 2) for piece in room.pieces]
    )
    begin, ends = int(heads[0][3]), [int(head[3]) + head[2] for head in heads]
    assert [int(head[3]) for head in heads[1:]] == ends[:-1], "nothing is left out"
    assert ends[-1] == len(again)
    assert all(head[5] == RATE for head in heads)
    played = np.rint(again[max(begin, 0) :] * 32767)
    np.testing.assert_array_equal(heard[max(-begin, 0) :], played)
    assert not heard[: max(-begin, 0)].any(), "before the beginning there is silence"


def test_nothing_begins_before_somebody_watches_and_it_can_be_stopped(journal: Path) -> None:
    projection = Projection(journal, StageOrder(token=TOKEN), lambda address: None)
    threading.Timer(0.5, projection.stop).start()
    projection.run()
    assert projection.shown == 0
