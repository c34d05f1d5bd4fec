"""Talks to the mind as a Jupyter client: sends one block at a time, and hears all that the mind tells."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from livecode.transport.events import Event
from livecode.transport.token_times import TokenTimes

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from jupyter_client.channels import AsyncZMQSocketChannel

#: How long to wait for completions, for help, and for what sounds when.
COMPLETE_WITHIN_S = 0.3
INSPECT_WITHIN_S = 1.5
TOKENS_WITHIN_S = 1.0
#: A question is asked again although it was not answered, if that was so long ago.
LOST_S = 5.0
#: How long output may arrive after the reply that it belongs to.
TRAILING_S = 0.5
DIED = "the mind died during this block; it is not run again"


@dataclass(frozen=True)
class Printed:
    """Text that code printed, or the value of a block that another editor sent."""

    kind: Literal["stdout", "stderr", "result"]
    text: str


#: What the mind tells: events of the performance, and what code printed.
Told = Event | Printed


@dataclass(frozen=True)
class BlockAnswer:
    """The mind's answer to a block; `error` is one sentence, or None if all went well."""

    error: str | None = None
    names: tuple[str, ...] = ()
    value: str | None = None
    traceback: str | None = None
    lines: tuple[int, ...] = ()  # of what went wrong, from 1


@dataclass(frozen=True)
class Page:
    """The text of a set as it stands in the editor, and its file."""

    text: str
    path: Path


@dataclass(frozen=True)
class Completions:
    """Names that fit at the cursor, and how many characters before it they replace."""

    names: tuple[str, ...]
    replaces: int


@dataclass(eq=False)
class _Request:
    """A block that waits for its turn or runs."""

    code: str
    answer: "asyncio.Future[BlockAnswer]"
    page: Page | None = None
    typed: str = ""
    sent_s: float = 0.0
    value: str | None = None
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class MindClient:
    """A client of whichever mind listens at a connection; the mind may die and another take over.

    Each block waits here until the one before it is answered. So the next mind runs a block that was
    not begun when a mind died, and no block is run twice.
    """

    def __init__(self, connection: Path, tell: Callable[[Told], None], now_s: Callable[[], float]):
        """`tell` is given events and printed text as they arrive; `now_s` is a clock in seconds."""
        self._connection, self._tell, self._now_s = connection, tell, now_s
        self._client: AsyncKernelClient | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: deque[_Request] = deque()
        self._running: tuple[str, _Request] | None = None  # with the id of its message
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        #: The newest question of each kind: its id, and when it was asked.
        self._asked: dict[str, tuple[str, float]] = {}
        self._idle: dict[str, asyncio.Event] = {}
        self._told = -1  # number of the newest event that was told
        self._early: dict[int, Event] = {}  # events that arrived before older ones, by number
        self.ready = False

    @property
    def running_for_s(self) -> float:
        """Seconds for which the present block has been running; 0 if none is."""
        return self._now_s() - self._running[1].sent_s if self._running else 0.0

    @property
    def waiting(self) -> int:
        """Number of blocks that wait for their turn."""
        return len(self._waiting)

    @property
    def running(self) -> bool:
        """Whether the mind has a block that it has not answered yet."""
        return self._running is not None

    @property
    def busy(self) -> bool:
        """Whether a block is running or waiting."""
        return self._running is not None or bool(self._waiting)

    def connect(self) -> None:
        """Begin to connect, and return at once, whether or not a mind is there yet."""
        self._tasks = [asyncio.create_task(self._connect())]

    def close(self) -> None:
        """Disconnect from the mind."""
        for task in self._tasks:
            task.cancel()
        if self._client is not None:
            self._client.stop_channels()
        self._client, self._tasks, self.ready = None, [], False

    def reconnect(self) -> None:
        """Connect to a new mind.

        The block that the old mind was running gets an error as its answer. Waiting blocks go to the
        new mind.
        """
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

    def evaluate(
        self, code: str, page: Page | None = None, typed: str = ""
    ) -> "asyncio.Future[BlockAnswer]":
        """Evaluate a block after those before it; the future gets the answer.

        The mind takes in the scenes of the page before. It looks for the lines that define names in
        `typed`, the text as it stands in the editor.
        """
        request = _Request(code, asyncio.get_running_loop().create_future(), page, typed)
        self._waiting.append(request)
        self._send_next()
        return request.answer

    async def complete(self, code: str, cursor: int) -> Completions | None:
        """Return the names that fit at `cursor`; None if the mind does not answer in time."""
        content = {"code": code, "cursor_pos": cursor}
        reply = await self._ask("complete_request", content, COMPLETE_WITHIN_S)
        if reply is None or reply.get("status") != "ok":
            return None
        return Completions(tuple(reply["matches"]), reply["cursor_end"] - reply["cursor_start"])

    async def inspect(self, code: str, cursor: int) -> str | None:
        """Return help on the word at `cursor`; "" if there is none, None if no answer comes in time."""
        content = {"code": code, "cursor_pos": cursor, "detail_level": 0}
        reply = await self._ask("inspect_request", content, INSPECT_WITHIN_S)
        return None if reply is None else reply.get("data", {}).get("text/plain", "")

    async def tokens(self) -> TokenTimes | None:
        """Return which tokens of patterns sound when; None if the mind does not answer in time."""
        reply = await self._ask("tokens_request", {}, TOKENS_WITHIN_S)
        if reply is None or reply.get("status") != "ok":
            return None
        return msgspec.convert(reply["told"], TokenTimes)

    def hush(self) -> bool:
        """Fade out everything although a block is running; return False if no mind is connected."""
        if self._client is None or not self.ready:
            return False
        self._client.control_channel.send(self._client.session.msg("hush_request"))
        return True

    def _send_next(self) -> None:
        """Send the next waiting block, if the mind is ready for it."""
        if not self.ready or self._running is not None or not self._waiting:
            return
        assert self._client is not None
        request = self._waiting.popleft()
        request.sent_s = self._now_s()
        content = {"code": request.code, "silent": False, "stop_on_error": False}
        page = request.page
        metadata: dict[str, object] = {"livecode_typed": request.typed}
        if page is not None:
            metadata["livecode_set"] = {"text": page.text, "path": str(page.path)}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._running = message["header"]["msg_id"], request
        self._client.shell_channel.send(message)

    async def _connect(self) -> None:
        """Open the channels, and start the tasks that listen on them."""
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
        """Ask for the mind's state until its answers and its output arrive.

        The answers hold the events of before, so that none is missed.
        """
        client, arrives = self._client, False
        assert client is not None
        while not self.ready and self._client is client:
            message = client.session.msg("kernel_info_request")
            identity = message["header"]["msg_id"]
            self._idle[identity] = idle = asyncio.Event()
            self._replies[identity] = asyncio.get_running_loop().create_future()
            client.shell_channel.send(message)
            reply = await self._replies[identity]
            for event in reply.get("livecode", {}).get("told", []):
                self._hear(event["number"], _event(event))
            if arrives:  # so no event was missed between this answer and the one before
                self.ready = True
            else:
                with suppress(TimeoutError):  # if the mind's output does not arrive yet
                    async with asyncio.timeout(0.2):
                        await idle.wait()
                    arrives = True
            del self._idle[identity]
        for number, told in sorted(self._early.items()):
            self._hear(number, told)
        self._early.clear()
        self._send_next()

    async def _ask(
        self, kind: str, content: dict[str, object], within_s: float
    ) -> dict[str, Any] | None:
        """Ask on the control channel, which is answered even while a block runs; None if too late."""
        asked, asked_s = self._asked.get(kind, ("", float("-inf")))
        waits = asked in self._replies and self._now_s() - asked_s < LOST_S
        if self._client is None or not self.ready or waits:
            return None  # one question of a kind at a time, so that late answers do not pile up
        self._replies.pop(asked, None)
        message = self._client.session.msg(kind, content)
        identity = message["header"]["msg_id"]
        self._asked[kind] = identity, self._now_s()
        self._replies[identity] = reply = asyncio.get_running_loop().create_future()
        self._client.control_channel.send(message)
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(reply) or None
        except TimeoutError:
            return None  # the question stays in `_replies` until its late answer comes

    async def _listen(
        self, channel: "AsyncZMQSocketChannel", handle: Callable[[dict[str, Any]], None]
    ) -> None:
        """Hand each message of a channel to `handle`."""
        while True:
            message = await channel.get_msg(timeout=None)
            handle(message)

    def take_reply(self, message: dict[str, Any]) -> None:
        """Handle the answer to a question, or to the running block."""
        identity = message["parent_header"].get("msg_id", "")
        if (reply := self._replies.pop(identity, None)) is not None and not reply.done():
            reply.set_result(message["content"])
        elif self._running is not None and identity == self._running[0]:
            self._tasks = [task for task in self._tasks if not task.done()]
            self._tasks.append(asyncio.create_task(self._finish(message["content"])))

    async def _finish(self, content: dict[str, Any]) -> None:
        """Answer the running block when its output has arrived as well."""
        assert self._running is not None
        _, request = self._running
        with suppress(TimeoutError):
            async with asyncio.timeout(TRAILING_S):
                await request.idle.wait()
        names = tuple(content.get("livecode", {}).get("names", ()))
        if content.get("status") == "ok":
            answer = BlockAnswer(names=names, value=request.value)
        else:
            error = content.get("evalue") or "the mind did not run this block"
            trace = "\n".join(content.get("traceback", ()))
            lines = tuple(content.get("livecode", {}).get("lines", ()))
            answer = BlockAnswer(error, names, request.value, trace, lines)
        self._running = None
        _settle(request, answer)
        self._send_next()

    def take_output(self, message: dict[str, Any]) -> None:
        """Handle output to all clients: events, printed text, values and errors."""
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
        elif kind == "error" and not own:  # of a block that another editor sent
            trace = "\n".join(content["traceback"])
            self._tell(Event(0, "error", text=content["evalue"], traceback=trace))
        elif kind == "display_data" and "event" in content["metadata"]:
            self._on_event(content["metadata"])
        elif kind == "display_data":  # displayed by the performer's code
            self._tell(Printed("result", content["data"].get("text/plain", "")))

    def _on_event(self, told_as: dict[str, Any]) -> None:
        """Tell an event once, and in the order of the numbers."""
        number, told = told_as["number"], _event(told_as)
        if self.ready or number == self._told + 1:
            self._hear(number, told)
        else:  # the greeting's answer holds those before it
            self._early[number] = told

    def _hear(self, number: int, told: Event) -> None:
        """Tell an event unless it has been told."""
        if number > self._told:
            self._told = number
            self._tell(told)


def _event(told_as: dict[str, Any]) -> Event:
    """Decode an event from the metadata of a message."""
    return msgspec.convert(told_as["event"], Event)


def _new_client(connection: Path) -> "AsyncKernelClient":
    """Return a client that is not yet connected.

    Importing it takes longer than opening the screen, so that happens here, in a thread.
    """
    from jupyter_client.asynchronous.client import AsyncKernelClient

    client = AsyncKernelClient(connection_file=str(connection))
    client.load_connection_file()
    return client


def _settle(request: _Request, answer: BlockAnswer) -> None:
    """Give a request its answer, unless it has one."""
    if not request.answer.done():
        request.answer.set_result(answer)
