"""What the ticks of each name cost: measured only while somebody wants to know."""

import time
from collections.abc import Callable

from livecode.language.moments import Moment
from livecode.playing.sound_player import SoundPlayer

#: Share of the difference by which a known cost follows each new tick's.
FOLLOW = 0.05


class TickCosts:
    """Seconds that a tick of each player takes."""

    def __init__(self, work_s: Callable[[], float] = time.thread_time):
        """`work_s()` returns the seconds for which the present thread has computed."""
        self._work_s = work_s
        self.wanted = False
        self._known: dict[SoundPlayer, float] = {}

    def tick(self, player: SoundPlayer, frame: int, moment: Moment) -> None:
        """Let a player tick, and note what that costs if it is wanted."""
        if not self.wanted:
            player.tick(frame, moment)
            return
        began = self._work_s()
        player.tick(frame, moment)
        cost = self._work_s() - began
        known = self._known.setdefault(player, cost)
        self._known[player] = known + FOLLOW * (cost - known)

    def of(self, player: SoundPlayer) -> float:
        """Return what a tick of a player costs, in seconds; 0 if it was not measured."""
        return self._known.get(player, 0.0)

    def want(self, wanted: bool) -> None:
        """Measure from now on, or no more; what was known before is forgotten."""
        self.wanted, self._known = wanted, {}
