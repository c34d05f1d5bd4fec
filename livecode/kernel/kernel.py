"""The mind as a Jupyter kernel, which any client of that protocol can play."""

import logging
import os
import threading
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from ipykernel._version import kernel_protocol_version
from ipykernel.kernelbase import Kernel

from livecode.evaluation.blocks import BlockRunner
from livecode.help.completion import Scope, complete
from livecode.help.explanation import inspect
from livecode.performance.silencer import Silencer
from livecode.performance.sound_words import HUSH_S
from livecode.performance.token_times import TokenTeller
from livecode.playing.event_log import EventLog
from livecode.sets.cues import Cues
from livecode.sets.set_player import SetPlayer
from livecode.transport.events import Event

_log = logging.getLogger(__name__)
#: So many events are told again to a client that comes later.
TOLD_AGAIN = 100
#: A mind that is told to end is killed after this long, in seconds.
END_WITHIN_S = 1.0


class LivecodeKernel(Kernel):
    """Evaluates blocks in the performance that the process was started with."""

    implementation = "livecode"
    implementation_version = version("livecode")
    language_info = {  # noqa: RUF012
        "name": "python",
        "mimetype": "text/x-python",
        "file_extension": ".py",
        "pygments_lexer": "python3",
    }
    banner = "livecode: evaluate a block and hear it"

    #: Both are answered even while a block is running: `hush_request` fades everything out, and
    #: `tokens_request` is answered with the times of the tokens that sound.
    control_msg_types = [  # noqa: RUF012
        *Kernel.control_msg_types, "hush_request", "tokens_request",
    ]  # fmt: skip

    # parts of the performance, set before the kernel is launched
    blocks: ClassVar[BlockRunner]
    silencer: ClassVar[Silencer]
    scope: ClassVar[Scope]
    events: ClassVar[EventLog]
    set_player: ClassVar[SetPlayer]
    cues: ClassVar[Cues]
    tokens: ClassVar[TokenTeller]

    def __init__(self, **options: Any):
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._told: deque[dict[str, Any]] = deque(maxlen=TOLD_AGAIN)
        self._telling = threading.Lock()
        self._answering: int | None = None  # the thread in which a block is being evaluated
        self.events.on_event = self._tell

    @property
    def kernel_info(self) -> dict[str, Any]:
        """What a client is told when it connects; `livecode` holds the events that it missed.

        The list of supported features is left out: finding it out imports a debugger.
        """
        with self._telling:
            told = list(self._told)
        return {
            "protocol_version": kernel_protocol_version,
            "implementation": self.implementation,
            "implementation_version": self.implementation_version,
            "language_info": self.language_info,
            "banner": self.banner,
            "livecode": {"told": told},
        }

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: dict[str, Any] | None = None,
        cell_id: str | None = None,
    ) -> dict[str, Any]:
        """Evaluate one block and answer with its result.

        The terminal's metadata may hold the text as it is typed, and the set that the block is from.
        """
        self.set_player.typed = (cell_meta or {}).get("livecode_typed", "")
        if (page := (cell_meta or {}).get("livecode_set")) is not None:
            self.set_player.offer(page["text"], Path(page["path"]))
            self.cues.run()
        self._answering = threading.get_ident()
        try:
            result = self.blocks.evaluate(code)
        finally:
            self._answering = None
        self.blocks.run_after()
        if not silent and result.value is not None:
            self.send_response(  # type: ignore[no-untyped-call]
                self.iopub_socket,
                "execute_result",
                {
                    "execution_count": self.execution_count,
                    "data": {"text/plain": result.value},
                    "metadata": {"names": list(result.names)},
                },
            )
        answer = {
            "execution_count": self.execution_count,
            "livecode": {
                "names": list(result.names),
                "lines": [each.line for each in result.problems if each.line is not None],
            },
        }
        if result.ok:
            return {"status": "ok", "payload": [], "user_expressions": {}, **answer}
        error = {
            "ename": "livecode",
            "evalue": result.error,
            "traceback": [*(result.traceback or "").splitlines(), str(result.error)],
        }
        if not silent:
            self.send_response(self.iopub_socket, "error", error)  # type: ignore[no-untyped-call]
        return {"status": "error", **answer, **error}

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Answer with the names that could stand at the cursor."""
        matches, start = complete(self.scope, code, cursor_pos)
        return {
            "matches": matches,
            "cursor_start": start,
            "cursor_end": cursor_pos,
            "metadata": {},
            "status": "ok",
        }

    async def do_inspect(
        self,
        code: str,
        cursor_pos: int,
        detail_level: int = 0,
        omit_sections: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Answer with help on the word at the cursor."""
        text = inspect(self.scope, code, cursor_pos)
        return {
            "status": "ok",
            "found": text is not None,
            "data": {} if text is None else {"text/plain": text},
            "metadata": {},
        }

    async def do_is_complete(self, code: str) -> dict[str, str]:
        """Answer that the block is complete: the performer decides that."""
        return {"status": "complete"}

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """End the process, even if a socket or a thread of the performer's keeps it busy."""
        end = threading.Timer(END_WITHIN_S, os._exit, (0,))
        end.daemon = True
        end.start()
        return {"status": "ok", "restart": restart}

    async def hush_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Fade out everything; the request comes on the control channel, in a thread of its own."""
        self.silencer.hush_aside(HUSH_S)
        assert self.session is not None
        self.session.send(stream, "hush_reply", {"status": "ok"}, parent, ident)

    async def tokens_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Answer with the `TokenTimes` of what plays; the request comes on the control channel."""
        try:
            answer = {"status": "ok", "told": msgspec.to_builtins(self.tokens.tell())}
        except Exception:  # a bug of ours: it is in the log, and the sound goes on
            _log.exception("the times of tokens cannot be told")
            answer = {"status": "error"}
        assert self.session is not None
        self.session.send(stream, "tokens_reply", answer, parent, ident)

    def _tell(self, event: Event) -> None:
        """Events that no evaluation answers go out as output of their own, numbered."""
        trace = "" if event.traceback is None else f"\n{event.traceback.rstrip()}"
        _log.log(
            logging.WARNING if event.wrong else logging.INFO, "%s: %s%s", event.kind, event, trace
        )
        if event.kind in ("error", "swap") and self._answering == threading.get_ident():
            return
        with self._telling:
            number = self._told[-1]["number"] + 1 if self._told else 0
            metadata = {"number": number, "event": msgspec.to_builtins(event)}
            self._told.append(metadata)
            content = {"data": {"text/plain": str(event)}, "metadata": metadata}
            assert self.session is not None
            self.session.send(self.iopub_socket, "display_data", content, ident=b"livecode")
