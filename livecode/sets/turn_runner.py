"""Runs the turns of `@every`: each as a block, with a limit, so that a bad one is lost and no more."""

from livecode.evaluation.blocks import BlockRunner
from livecode.journal.inheritance import TURN
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.playing.turns import Turn, TurnTable

#: A turn that takes longer, in seconds, is interrupted.
TURN_LIMIT_S = 0.25
#: So many turns in a row may fail before a function rests.
MOST_FAILED = 3


class TurnRunner:
    """Runs turns in the thread in which blocks are evaluated."""

    def __init__(
        self, turns: TurnTable, blocks: BlockRunner, clock: PerformanceClock, log: EventLog
    ):
        self._turns, self._blocks, self._clock, self._log = turns, blocks, clock, log

    def run(self, turn: Turn) -> None:
        """Run a turn, unless it comes too late for its line."""
        player = self._turns.player(turn.name)
        if player is None or player.failed >= MOST_FAILED:
            return
        if self._clock.frame + self._turns.lead > player.line(turn.number):
            text = "it came too late for its line and lost that turn"
            self._log.say("fallback", text, (turn.name,))
            return
        code = f"{turn.name}.turn({turn.number})"
        name = f"{TURN}{turn.name}"
        result = self._blocks.evaluate(code, name, TURN_LIMIT_S, quietly=True, undoable=False)
        self._blocks.run_after()
        if result.ok:
            player.failed = 0
            return
        player.failed += 1
        if player.worked not in (None, player.thing.settings["function"]):
            self._blocks.evaluate(f"{turn.name}.fall_back()", name, quietly=True, undoable=False)
            self._log.say("fallback", "still playing the previous version", (turn.name,))
        elif player.failed >= MOST_FAILED:
            text = (
                f"it has failed {MOST_FAILED} times in a row and rests until it is evaluated again"
            )
            self._log.say("fallback", text, (turn.name,))
