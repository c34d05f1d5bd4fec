"""The terminal's side of its talk with the mind: one block at a time, and everything the mind tells."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from livecode.transport.events import Event

if TYPE_CHECKING:
    from jupyter_client import AsyncKernelClient

#: Completion is worth waiting for this long, help this long.
COMPLETE_WITHIN_S = 0.3
INSPECT_WITHIN_S = 1.5
#: How long output may trail behind the reply it belongs to.
TRAILING_S = 0.5
DIED = "the mind died during this block; it is not run again"


@dataclass(frozen=True)
class Printed:
    """What code printed, or the value of a block that another editor sent."""

    kind: Literal["stdout", "stderr", "result"]
    text: str


#: What the mind tells: events of the performance, and what code printed.
Told = Event | Printed


@dataclass(frozen=True)
class BlockAnswer:
    """What became of a block; `error` is one sentence, or None."""

    error: str | None = None
    names: tuple[str, ...] = ()
    value: str | None = None
    traceback: str | None = None


@dataclass(frozen=True)
class Completions:
    """Names that could stand at a place, and how many characters each replaces."""

    names: tuple[str, ...]
    replaces: int


@dataclass(eq=False)
class _Request:
    code: str
    answer: "asyncio.Future[BlockAnswer]"
    sent_s: float = 0.0
    value: str | None = None
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class MindClient:
    """Talks to whichever mind listens at the connection; it may die and come back.

    Blocks wait here until the one before is answered, so that a block which was not begun when
    the mind died is run by the next mind, and none is run twice.
    """

    def __init__(self, connection: Path, tell: Callable[[Told], None], now_s: Callable[[], float]):
        self._connection, self._tell, self._now_s = connection, tell, now_s
        self._client: AsyncKernelClient | None = None
        self._tasks: list[asyncio.Task] = []
        self._waiting: deque[_Request] = deque()
        self._running: tuple[str, _Request] | None = None  # with the id of its message
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._asked: dict[str, str] = {}  # id of the newest question of each kind
        self._idle: dict[str, asyncio.Event] = {}
        self._told = -1  # number of the newest event that was told
        self._early: dict[int, Event] = {}  # what came before what was told earlier, by number
        self.ready = False

    @property
    def running_for_s(self) -> float:
        """How long the present block has been running; 0 when none is."""
        return self._now_s() - self._running[1].sent_s if self._running else 0.0

    @property
    def waiting(self) -> int:
        """How many blocks wait for their turn."""
        return len(self._waiting)

    @property
    def running(self) -> bool:
        """Whether the mind has been given a block that it has not answered yet."""
        return self._running is not None

    @property
    def busy(self) -> bool:
        """Whether a block is running or about to."""
        return self._running is not None or bool(self._waiting)

    def connect(self) -> None:
        """Begin to listen; returns at once, whether or not a mind is there yet."""
        self._tasks = [asyncio.create_task(self._connect())]

    def close(self) -> None:
        """Listen no more."""
        for task in self._tasks:
            task.cancel()
        if self._client is not None:
            self._client.stop_channels()
        self._client, self._tasks, self.ready = None, [], False

    def reconnect(self) -> None:
        """A new mind is there: what the old one was running is lost, what waits is for the new."""
        self.close()
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result({})
        self._replies.clear()
        self._idle.clear()
        if self._running is not None:
            _, request = self._running
            self._running = None
            _settle(request, BlockAnswer(error=DIED))
        self.connect()

    def evaluate(self, code: str) -> "asyncio.Future[BlockAnswer]":
        """Have a block evaluated, after those before it."""
        request = _Request(code, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._send_next()
        return request.answer

    async def complete(self, code: str, cursor: int) -> Completions | None:
        """Names that could stand at `cursor`; None if the mind does not say so in time."""
        content = {"code": code, "cursor_pos": cursor}
        reply = await self._ask("complete_request", content, COMPLETE_WITHIN_S)
        if reply is None or reply.get("status") != "ok":
            return None
        return Completions(tuple(reply["matches"]), reply["cursor_end"] - reply["cursor_start"])

    async def inspect(self, code: str, cursor: int) -> str | None:
        """Help on the word at `cursor`; empty if there is none, None if no answer comes."""
        content = {"code": code, "cursor_pos": cursor, "detail_level": 0}
        reply = await self._ask("inspect_request", content, INSPECT_WITHIN_S)
        return None if reply is None else reply.get("data", {}).get("text/plain", "")

    def hush(self) -> bool:
        """Fade everything out although a block is running; False if no mind is there to do it."""
        if self._client is None or not self.ready:
            return False
        self._client.control_channel.send(self._client.session.msg("hush_request"))
        return True

    def _send_next(self) -> None:
        if not self.ready or self._running is not None or not self._waiting:
            return
        assert self._client is not None
        request = self._waiting.popleft()
        request.sent_s = self._now_s()
        content = {"code": request.code, "silent": False, "stop_on_error": False}
        message = self._client.session.msg("execute_request", content)
        self._running = message["header"]["msg_id"], request
        self._client.shell_channel.send(message)

    async def _connect(self) -> None:
        client = await asyncio.to_thread(_new_client, self._connection)
        client.start_channels(hb=False, stdin=False)
        self._client, self._told = client, -1
        self._early.clear()
        self._tasks += [
            asyncio.create_task(task)
            for task in (
                self._listen(client.shell_channel, self.take_reply),
                self._listen(client.control_channel, self.take_reply),
                self._listen(client.iopub_channel, self.take_output),
                self._greet(),
            )
        ]

    async def _greet(self) -> None:
        """Wait until the mind answers and its output arrives; hear what it told before that."""
        client, arrives = self._client, False
        assert client is not None
        while not self.ready:
            message = client.session.msg("kernel_info_request")
            identity = message["header"]["msg_id"]
            self._idle[identity] = idle = asyncio.Event()
            self._replies[identity] = asyncio.get_running_loop().create_future()
            client.shell_channel.send(message)
            reply = await self._replies[identity]
            for event in reply.get("livecode", {}).get("told", []):
                self._hear(event["number"], _event(event))
            if arrives:  # so nothing was told unheard between that answer and this
                self.ready = True
            else:
                try:
                    await asyncio.wait_for(idle.wait(), 0.2)
                    arrives = True
                except TimeoutError:
                    pass  # its output does not reach us yet
            del self._idle[identity]
        for number, told in sorted(self._early.items()):
            self._hear(number, told)
        self._early.clear()
        self._send_next()

    async def _ask(self, kind: str, content: dict, within_s: float) -> dict[str, Any] | None:
        """A question on the control channel, which is answered while a block is running."""
        if self._client is None or not self.ready or self._asked.get(kind) in self._replies:
            return None  # one question of a kind at a time: late answers must not pile up
        message = self._client.session.msg(kind, content)
        self._asked[kind] = identity = message["header"]["msg_id"]
        self._replies[identity] = reply = asyncio.get_running_loop().create_future()
        self._client.control_channel.send(message)
        try:
            return await asyncio.wait_for(asyncio.shield(reply), within_s) or None
        except TimeoutError:
            return None  # it stays in `_replies` until it is answered after all

    async def _listen(self, channel: Any, handle: Callable[[dict[str, Any]], None]) -> None:
        while True:
            message = await channel.get_msg(timeout=None)
            handle(message)

    def take_reply(self, message: dict[str, Any]) -> None:
        """Take in an answer to a question, or to the block that runs."""
        identity = message["parent_header"].get("msg_id", "")
        if (reply := self._replies.pop(identity, None)) is not None and not reply.done():
            reply.set_result(message["content"])
        elif self._running is not None and identity == self._running[0]:
            self._tasks = [task for task in self._tasks if not task.done()]
            self._tasks.append(asyncio.create_task(self._finish(message["content"])))

    async def _finish(self, content: dict[str, Any]) -> None:
        """Settle the running block when its output has arrived as well."""
        assert self._running is not None
        _, request = self._running
        try:
            await asyncio.wait_for(request.idle.wait(), TRAILING_S)
        except TimeoutError:
            pass
        names = tuple(content.get("livecode", {}).get("names", ()))
        if content.get("status") == "ok":
            answer = BlockAnswer(names=names, value=request.value)
        else:
            error = content.get("evalue") or "the mind did not run this block"
            trace = "\n".join(content.get("traceback", ()))
            answer = BlockAnswer(error, names, request.value, trace)
        self._running = None
        _settle(request, answer)
        self._send_next()

    def take_output(self, message: dict[str, Any]) -> None:
        """Take in what the mind tells everybody: events, what code prints, values."""
        kind, content = message["msg_type"], message["content"]
        parent = message["parent_header"].get("msg_id", "")
        own = self._running is not None and parent == self._running[0]
        if kind == "status" and content["execution_state"] == "idle":
            if own and self._running is not None:
                self._running[1].idle.set()
            elif parent in self._idle:
                self._idle[parent].set()
        elif kind == "stream":
            self._tell(Printed(content["name"], content["text"]))
        elif kind == "execute_result":
            text = content["data"].get("text/plain", "")
            if own and self._running is not None:
                self._running[1].value = text
            else:
                self._tell(Printed("result", text))
        elif kind == "error" and not own:  # a block of another editor that plays with us
            trace = "\n".join(content["traceback"])
            self._tell(Event(0, "error", text=content["evalue"], traceback=trace))
        elif kind == "display_data" and "event" in content["metadata"]:
            self._on_event(content["metadata"])
        elif kind == "display_data":  # another kernel's own
            self._tell(Printed("result", content["data"].get("text/plain", "")))

    def _on_event(self, told_as: dict[str, Any]) -> None:
        """Events are heard once, and in the order in which they were told."""
        number, told = told_as["number"], _event(told_as)
        if self.ready or number == self._told + 1:
            self._hear(number, told)
        else:  # those before it are in the answer to the greeting
            self._early[number] = told

    def _hear(self, number: int, told: Event) -> None:
        if number > self._told:
            self._told = number
            self._tell(told)


def _event(told_as: dict[str, Any]) -> Event:
    return msgspec.convert(told_as["event"], Event)


def _new_client(connection: Path) -> "AsyncKernelClient":
    """A client that is not yet connected; importing it takes longer than opening the screen."""
    from jupyter_client import AsyncKernelClient

    client = AsyncKernelClient(connection_file=str(connection))
    client.load_connection_file()
    return client


def _settle(request: _Request, answer: BlockAnswer) -> None:
    if not request.answer.done():
        request.answer.set_result(answer)
