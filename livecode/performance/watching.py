"""Tells the stage page which blocks were evaluated, and which tokens sound when, while somebody watches."""

import logging
import threading
from collections import deque

from livecode.performance.token_times import TokenTeller
from livecode.playing.clock import PerformanceClock
from livecode.transport import Arena
from livecode.transport.stage import Watched, WatchedBlock, encode_stage
from livecode.transport.token_times import TokenTimes

_log = logging.getLogger(__name__)
#: So many of the newest blocks are told, each up to so many characters.
MOST_BLOCKS, MOST_CHARACTERS = 6, 4000
#: How often it is looked whether there is anything to tell.
LOOK_S = 0.05
#: Tokens are told again when less than this is known, in seconds.
KNOWN_S = 1.0
#: They are told no more often than this, in seconds, however much changes.
TELL_EVERY_S = 0.15


class Watching:
    """Posts a `Watched` in the arena while the header counts viewers; costs nothing otherwise."""

    def __init__(self, arena: Arena, tokens: TokenTeller, clock: PerformanceClock):
        self._arena, self._teller, self._clock = arena, tokens, clock
        self._blocks: deque[WatchedBlock] = deque(maxlen=MOST_BLOCKS)
        self._tokens = TokenTimes()
        self._told = -(1 << 62)  # sample time
        self._posted: Watched | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def note(self, number: int, code: str, ok: bool) -> None:
        """Note a block that has ended."""
        cut = code.strip("\n")[:MOST_CHARACTERS]
        self._blocks.append(WatchedBlock(number, self._clock.frame, cut, ok))

    def look(self) -> None:
        """Post what has changed, if somebody watches."""
        if not self._arena.header.viewers:
            self._posted = None
            return
        frame, rate = self._clock.frame, self._clock.sample_rate
        version = self._teller.version
        late = version != self._tokens.version or self._tokens.until < frame + KNOWN_S * rate
        if late and abs(frame - self._told) >= TELL_EVERY_S * rate:
            self._told, self._tokens = frame, self._teller.tell()
        watched = Watched(tuple(self._blocks), self._tokens)
        if watched != self._posted:
            self._posted = watched
            self._arena.watched.post(encode_stage(watched))

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except Exception:  # a bug of ours: it is in the log, and the sound goes on
                _log.exception("the stage page cannot be told what plays")
                self._stop.wait(1.0)
