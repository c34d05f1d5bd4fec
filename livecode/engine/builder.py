"""Builds graphs and effects away from the audio thread; a graph is on probation for its first blocks."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from livecode.deadlines import Watchdog
from livecode.engine.graph import Graph
from livecode.errors import LivecodeError
from livecode.transport import Arena, ControlBlock
from livecode.transport.messages import PlayGraph

_log = logging.getLogger(__name__)
#: How often the builder checks whether a graph's probation is over.
_LOOK_S = 0.005
_REMEMBERED = 256
#: An effect comes in so many blocks after it was first wanted, live and offline alike: by then, it has
#: usually been built.
READY_BLOCKS = 4
#: In the place of the number of a change: it was no control that came late, but an effect.
_EFFECT = -1


@dataclass(frozen=True)
class Refused:
    """A graph that could not be built; `why` is a sentence."""

    message: PlayGraph
    why: LivecodeError


T = TypeVar("T")


@dataclass(eq=False)
class Made(Generic[T]):
    """Something that is ordered; `result` is None until it has been made."""

    result: T | None = None

    def take(self, name: str, due: int, frame: int, controls: ControlBlock) -> T | None:
        """Return an effect of that name at sample time `frame`, if it is due and has been made.

        One that is late is told like a change of a control that is late, so that a replay has it then.
        """
        change = (0, name, _EFFECT, due)
        if self.result is None or frame < controls.postponed.get(change, due):
            return None
        if frame > due and change not in controls.postponed:
            controls.on_late(change, frame)
        return self.result


class Builder:
    """Builds a graph for each message, in order.

    Until `start_thread` is called, the builder builds at once, in the caller's thread: an offline
    performance has no device that would have to wait. While a graph is built, and for its first
    blocks, the header holds its generation. So if the engine crashes, the mind knows which graph
    did it.
    """

    def __init__(self, arena: Arena, server: Any):
        self._header, self._server = arena.header, server
        self._block, self._controls = arena.header.block, arena.controls
        # the generation that was on probation when the last engine died
        self._header.suspect = self._header.probation
        self._header.probation = 0
        self._watchdog: Watchdog | None = None
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._done: deque[Graph | Refused] = deque()
        self.threaded = False  # whether graphs are built in a thread of their own
        #: Held while a graph is built: it is made on pyo's present server.
        self.making = threading.Lock()
        self._known: deque[int] = deque(maxlen=_REMEMBERED)
        self._young: Graph | None = None
        self.waiting = 0  # ordered graphs that `take` has not returned yet

    def knows(self, generation: int) -> bool:
        """Whether that generation has been ordered before."""
        return generation in self._known

    def build(self, message: PlayGraph, inputs: Mapping[str, Any]) -> None:
        """Order a graph. `take` returns it, or why it could not be built, when it is done."""
        self._known.append(message.generation)
        self.waiting += 1
        self._order(partial(self._build, message, inputs))

    def make(self, work: Callable[[], T]) -> Made[T]:
        """Order something that `work()` makes; it is in `made` when it is done."""
        made: Made[T] = Made()
        self._order(partial(self._make, work, made))
        return made

    def _order(self, job: Callable[[], None]) -> None:
        if self.threaded:
            self._orders.put(job)
        else:
            job()

    def take(
        self, due: Callable[[PlayGraph], bool] = lambda message: True
    ) -> list[Graph | Refused]:
        """Return what has been built since the last call and is due."""
        if self._young is not None and not self._young.on_probation:
            self._young = None
            self._header.probation = 0
        taken = []
        for done in list(self._done):
            if due(done.message):
                self._done.remove(done)
                taken.append(done)
                self.waiting -= 1
        return taken

    def start_thread(self) -> None:
        """Build in a thread of the builder's own from now on."""
        self.threaded = True
        threading.Thread(target=self._work, name="builder", daemon=True).start()

    def close(self) -> None:
        """End the watchdog's thread."""
        if self._watchdog is not None:
            self._watchdog.close()

    def _work(self) -> None:
        while True:
            job = self._orders.get()
            job()
            # A reference held here would keep the graph's inputs computing after their strip is
            # gone, and pyo would read freed tables.
            del job

    def _make(self, work: Callable[[], T], made: Made[T]) -> None:
        try:
            with self.making:
                made.result = work()
        except Exception:
            _log.exception("an effect could not be built")

    def _build(self, message: PlayGraph, inputs: Mapping[str, Any]) -> None:
        while self.threaded and self._young is not None:
            time.sleep(_LOOK_S)
        self._header.probation = message.generation
        if self._watchdog is None:
            self._watchdog = Watchdog()
        try:
            with self.making:
                graph = Graph(
                    message, inputs, self._server, self._block, self._watchdog, self._controls
                )
        except LivecodeError as error:
            self._header.probation = 0
            self._done.append(Refused(message, error))
        else:
            self._young = graph
            self._done.append(graph)
