"""Running the blocks of a performance: each is in the journal before it runs, and its result is told."""

from collections.abc import Callable

from livecode.deadlines import Watchdog
from livecode.errors import Problem, in_words, traced
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.evaluator import Evaluator, Result
from livecode.evaluation.loops import apart_from_loops
from livecode.journal.recorder import JournalRecorder
from livecode.playing.event_log import EventLog
from livecode.playing.sounds import Sounds


class BlockRunner:
    """Has blocks evaluated, one after the other.

    `after_each` is given a block's code when the block has ended, before the journal says so.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        recorder: JournalRecorder,
        lock: BlockLock,
        watchdog: Watchdog,
        sounds: Sounds,
        log: EventLog,
        after_each: Callable[[str], None],
    ):
        self._evaluator, self._recorder, self._lock = evaluator, recorder, lock
        self._watchdog, self._sounds, self._log = watchdog, sounds, log
        self._after_each = after_each
        self.number = 0  # of the newest block
        self.evaluating = False
        self._rerunning = False  # a former mind's block: what it did was told then
        #: Called with the number and the code of each block that has ended, and whether all took effect.
        self.on_ended: Callable[[int, str, bool], None] = lambda number, code, ok: None

    def evaluate(
        self,
        code: str,
        name: str | None = None,
        limit_s: float | None = None,
        quietly: bool = False,
        undoable: bool = True,
        first: Callable[[], None] | None = None,
    ) -> Result:
        """Run a block: what can be played of it is played, the rest is put back, and both are told.

        `name` names the block in errors, for a scene of a set; with `limit_s` it is interrupted
        after so many seconds of the wall clock; `quietly`: only problems are told; `undoable`: `undo`
        takes it back; `first` is done when its code has run, before anything of it is played.
        """
        self.number += 1
        self._recorder.block_begins(self.number, code, name, undoable)
        self.evaluating, outermost = True, not self._lock.held
        try:
            limit = None if limit_s is None else self._watchdog.limit(limit_s)
            within = self._recorder.trying(limit)
            with apart_from_loops():
                result = self._evaluator.evaluate(code, name, within, undoable, first)
        except Exception as error:  # a bug of ours; the performer's own end up in the result
            trace = traced(error)
            sentence = f"livecode itself failed here ({in_words(error)}); F2 shows where"
            result = Result((Problem(sentence, traceback=trace),), changed=False)
        finally:
            if outermost:
                self._lock.clear()
            self.evaluating = False
            self._sounds.end_entry()
        self._after_each(code)
        self._recorder.block_ended(self.number, result.ok, result.names, result.changed)
        self.on_ended(self.number, code, result.ok)
        if result.names and not quietly:
            self._log.say("swap", names=result.names)
        for note in result.notes:
            self._log.say("note", note)
        for problem in result.problems:
            self._log.say_problem("error", problem)
        return result

    def run_after(self) -> None:
        """Do what the block before has asked for, such as going to another scene."""
        with apart_from_loops():
            errors = self._evaluator.deferred.run_after()
        for error in errors:
            self._log.say("error", error.text, line=error.line)

    def rerun(self, number: int, code: str, name: str | None, undoable: bool) -> None:
        """Run a former mind's block again: nothing is noted, and nothing told."""
        self.number, self._rerunning = number, True
        try:
            with apart_from_loops():
                self._evaluator.evaluate(code, name, undoable=undoable)
                self._evaluator.deferred.run_after()
        finally:
            self._rerunning = False

    def undo(self, name: str | None) -> None:
        """Take back the last block, or the last change of one name."""
        undone = self._evaluator.undo(name)
        if not self._rerunning:
            self._log.say("resound" if undone.silenced else "undo", names=undone.names)

    def redo(self) -> None:
        """Do again what `undo` took back last."""
        names = self._evaluator.redo()
        if not self._rerunning:
            self._log.say("redo", names=names)
