"""A reel: what the stage page shows at each picture of a replay, and the sound up to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livecode.offline.timeline_player import TimelinePlayer
from livecode.performance.performance import Performance
from livecode.performance.watching import Watching
from livecode.stage.showing import Document, Showing
from livecode.transport.stage import StageOrder, encode_stage

Heard = Callable[[NDArray[np.float32]], None]


@dataclass(frozen=True)
class ReelPicture:
    """What the page shows at one moment."""

    number: int  # from 0
    position: int  # frames of the replay's sound before it
    frame: float  # the sample time of the performance that is heard then
    documents: Mapping[str, Document] = field(default_factory=dict)
    sound: bytes = b""


class Reel:
    """Looks at a replay `fps` times a second of its sound, as the stage process looks at a performance.

    `heard` gets all sound in pieces, float32 (frames, 2), and `shown` each picture in turn, after the sound
    before it. Nothing depends on how long either takes.
    """

    def __init__(
        self,
        sample_rate: int,
        fps: float,
        heard: Heard,
        shown: Callable[[ReelPicture], None],
        offers: bool = False,
    ):
        """`offers`: the page is to offer the sound as well."""
        self._rate, self._fps, self._heard, self._shown = sample_rate, fps, heard, shown
        self._offers = offers
        self._frames = 0  # of sound
        self._number = 0  # of the next picture
        self._player: TimelinePlayer | None = None
        self._now = 0.0  # sample time

    def open(self, player: TimelinePlayer | None) -> None:
        """Look at a timeline that is about to be played; None: at nothing, until there is another."""
        self._player = player
        if player is None:
            return
        player.arena.header.viewers = 1  # else the mind tells nothing
        player.arena.stage.post(encode_stage(StageOrder(audio=self._offers)))
        # the same pictures come again, however slow the disk is
        self._showing = Showing(player.arena, self._now_ns, waits=True)
        self._follow(player.performance)

    def hear(self, audio: NDArray[np.float32]) -> None:
        """Take in a piece of sound that has been played, and look at what is due in it."""
        before, self._frames = self._frames, self._frames + len(audio)
        taken = 0
        while (due := round(self._number * self._rate / self._fps)) <= self._frames:
            self._pass_on(audio[taken : due - before])
            taken = due - before
            self._shown(self._picture(due))
            self._number += 1
        self._pass_on(audio[taken:])

    def _pass_on(self, audio: NDArray[np.float32]) -> None:
        if len(audio):
            self._heard(audio)

    def _picture(self, position: int) -> ReelPicture:
        player = self._player
        if player is None:
            return ReelPicture(self._number, position, float(position))
        if player.performance is not self._performance:  # another mind has taken over
            self._follow(player.performance)
        self._now = position - self._frames + player.frame
        self._watching.look()
        self._showing.look()
        showing = self._showing
        return ReelPicture(self._number, position, self._now, showing.documents, showing.sound)

    def _now_ns(self) -> int:
        return round(self._now / self._rate * 1e9)

    def _follow(self, performance: Performance) -> None:
        assert self._player is not None
        self._performance = performance
        self._watching = Watching(self._player.arena, performance.tokens, performance.clock)
        performance.blocks.on_ended = self._watching.note
