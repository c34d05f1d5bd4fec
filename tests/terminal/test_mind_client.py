"""The terminal's talk with a real mind."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from livecode.terminal.mind_client import LOST_S, MindClient, Told
from livecode.transport.events import Event

from .conftest import supervisor


class SlowToHearAnswers(MindClient):
    """A client whose answers arrive after what the mind tells by itself, as they may."""

    def __init__(self, connection: Path, tell: Any, now_s: Any):
        super().__init__(connection, tell, now_s)
        self.told_by_itself = asyncio.Event()

    def take_reply(self, message: dict[str, Any]) -> None:
        async def later() -> None:
            await self.told_by_itself.wait()
            MindClient.take_reply(self, message)

        self._tasks.append(asyncio.create_task(later()))

    def take_output(self, message: dict[str, Any]) -> None:
        super().take_output(message)
        if message["msg_type"] == "display_data":
            self.told_by_itself.set()


def test_what_was_told_first_is_heard_first_even_if_it_arrives_last(tmp_path: Path) -> None:
    path = tmp_path / "piece.py"
    path.write_text("# %% one\na = 1\n\n# %% two\na = 2\n")
    opened = supervisor(path)
    opened.start()

    async def evening() -> None:
        at_home: list[Told] = []
        here = MindClient(opened.paths.connection, at_home.append, lambda: 0.0)
        here.connect()
        await _until(lambda: here.ready and _scenes(at_home) == ["one"])
        told: list[Told] = []
        late = SlowToHearAnswers(opened.paths.connection, told.append, lambda: 0.0)
        late.connect()
        for _ in range(100):  # until it hears what is told, which is nobody's to say
            await here.evaluate("print('.')")
            await asyncio.sleep(0.02)
            if told:
                break
        await here.evaluate("go(+1)")
        await _until(lambda: _scenes(at_home) == ["one", "two"])
        await _until(lambda: late.ready)
        assert _scenes(told) == ["one", "two"]
        here.close()
        late.close()

    try:
        asyncio.run(evening())
    finally:
        opened.stop()


class _DeafMind:
    """A connection on which questions are never answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.session = self.control_channel = self

    def msg(self, kind: str, content: Any) -> dict[str, Any]:
        return {"header": {"msg_id": f"{kind} {len(self.asked)}"}}

    def send(self, message: dict[str, Any]) -> None:
        self.asked.append(message["header"]["msg_id"])


def test_a_question_whose_answer_is_lost_is_asked_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("livecode.terminal.mind_client.TOKENS_WITHIN_S", 0.001)
    now_s, mind = 100.0, _DeafMind()
    client = MindClient(Path(), lambda told: None, lambda: now_s)
    client._client, client.ready = mind, True  # type: ignore[assignment]

    async def evening() -> None:
        nonlocal now_s
        assert await client.tokens() is None
        assert await client.tokens() is None
        assert len(mind.asked) == 1, "late answers do not pile up"
        now_s += LOST_S
        assert await client.tokens() is None
        assert len(mind.asked) == 2

    asyncio.run(evening())


def _scenes(told: list[Told]) -> list[str]:
    return [each.names[0] for each in told if isinstance(each, Event) and each.kind == "scene"]


async def _until(condition: Any, within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)
