"""Plays a set: evaluates its preparation and its scenes, and follows changes of its file."""

import threading
from collections.abc import Callable
from pathlib import Path

from livecode.deadlines import Watchdog
from livecode.errors import LivecodeError
from livecode.evaluation.applying import Applier
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.blocks import BlockRunner
from livecode.evaluation.evaluator import Result
from livecode.files import path_text
from livecode.journal.recorder import JournalRecorder
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.sets.scenes import Scenes
from livecode.sets.set_file import Scene, SetFile, parse_set
from livecode.sets.set_watch import LOOK_EVERY_S

#: A cell that takes longer than this, in seconds, is interrupted.
CELL_LIMIT_S = 10.0
#: A cell that has taken this long is interrupted as soon as a scene or a cue is waiting.
PATIENCE_S = 0.5
#: A scene whose own code goes to another scene plays at least this long: circles leave time to play.
OWN_GO_S = 0.25


class SetPlayer:
    """Evaluates the cells of a set as blocks, in the thread in which blocks are evaluated."""

    def __init__(
        self,
        scenes: Scenes,
        blocks: BlockRunner,
        applier: Applier,
        watchdog: Watchdog,
        clock: PerformanceClock,
        recorder: JournalRecorder,
        lock: BlockLock,
        log: EventLog,
    ):
        self.scenes, self._blocks, self._applier = scenes, blocks, applier
        self._watchdog, self._clock, self._recorder = watchdog, clock, recorder
        self._lock, self._log = lock, log
        #: In which a block reads what the ticks move on.
        self.reading = lock.reading
        self.cell_limit_s = CELL_LIMIT_S
        #: True while a scene's code is being evaluated.
        self.in_cell = False
        self._since, self._thread = 0, 0  # when, in sample time, and in which thread that began
        self._look_due = 0
        self.typed = ""  # the text as it stands in the editor, saved or not
        self._prepared: str | None = None  # the preparation as it was evaluated last
        #: Puts beat 0 where what begins now can be heard; returns that sample time, or None.
        self.open_beat: Callable[[], int | None] = lambda: None
        #: Asks for `read_again` in the thread in which blocks are evaluated; None where nobody can.
        self.wake: Callable[[], None] | None = None

    # in the thread in which blocks are evaluated

    def open(self, set_file: SetFile, opening: bool = False) -> Result:
        """Evaluate a set's preparation, and log what is wrong in the file; no scene plays yet.

        `opening`: nothing has sounded yet. Beat 0 of a set without scenes is where it can first be heard.
        """
        self._recorder.set_read(path_text(set_file.path), set_file.text, opening=opening)
        self.scenes.set_file = set_file
        for fault in set_file.faults:
            self._log.say("error", fault.text, line=fault.line, file=set_file.path.name)
        return self._prepare(set_file, opening and not set_file.scenes)

    def offer(self, text: str, path: Path) -> None:
        """Keep the text of an editor, which `read_again` reads as the set in the file of that path."""
        if self.scenes.set_file is None:
            self.open(parse_set("", path))
        if self.scenes.watch is not None:
            self.scenes.watch.offer(text)

    def read_again(self) -> bool:
        """Take in scenes that are new in the file; returns whether the set has changed."""
        former = self._known_set()
        for sentence in self.scenes.take_in():
            self._log.say("note", sentence)
        return self._noted(former)

    def begin(self, index: int, opening: bool = False) -> Result:
        """Evaluate a scene that is due, and do what its code has deferred.

        `opening`: nothing has sounded yet, and beat 0 is where the scene can first be heard.
        """
        self._recorder.scene_begins(index, opening)
        result = self.play(index, opening)
        self._blocks.run_after()
        return result

    def begin_due(self, index: int) -> None:
        """Begin the scene that a tick returned, unless a cue has come first."""
        if self.scenes.handed:
            self.begin(index)

    def go(self, where: str | int | None, own: bool = False) -> None:
        """Follow a cue: that scene begins at once, or when its quant has come.

        `where`: a name, so many scenes on, or None for what comes next. `own`: a cell's code asks.
        """
        scenes = self.scenes
        try:
            index = scenes.find(where)
        except LivecodeError:
            if self.read_again():
                index = scenes.find(where)
            elif where is None and scenes.index is not None:
                self._log.say("note", "this is the last scene; go('name') goes to any")
                return
            else:
                raise
        with self._lock:
            frame = self._clock.frame
            earliest = frame + round(OWN_GO_S * self._clock.sample_rate) * own
            at_once = scenes.ask(index, frame, earliest)
            scenes.by_name = isinstance(where, str)
        if at_once:
            self.play(index)

    def play(self, index: int, opening: bool = False) -> Result:
        """Evaluate a scene; it is the present one even if part of it fails.

        Nothing happens while a former mind's blocks are run again: the scene's block is among them.
        """
        if self._clock.taking_over:
            return Result()
        scene, name = self._turn_to(index)
        self._since, self._thread = self._clock.frame, threading.get_ident()
        self.in_cell = True
        try:
            first = self._open if opening else None
            result = self._blocks.evaluate(scene.padded, name, self.cell_limit_s, first=first)
        finally:
            self.in_cell = False
        if scene.condition is not None:  # the cell may have defined it
            self._blocks.evaluate(scene.condition, name, self.cell_limit_s)
        return result

    def _open(self) -> None:
        """Let what is being evaluated begin with the beat."""
        if (line := self.open_beat()) is not None:
            self.scenes.begun = line

    def set_condition(self, value: Value | None) -> None:
        """Let the present scene end when the value is above 0; LivecodeError if it cannot be played."""
        if value is not None:
            self._applier.prepare(value)
        with self._lock:
            self.scenes.condition = value

    def _turn_to(self, index: int) -> tuple[Scene, str]:
        """Make a scene of the file as it is now the present one; returns (the scene, the file's name)."""
        scenes, former = self.scenes, self._known_set()
        index, told = scenes.refresh(index)
        for sentence in told:
            self._log.say("note", sentence)
        self._noted(former)
        set_file = scenes.set_file
        assert set_file is not None
        if set_file.preparation.code != self._prepared:
            self._prepare(set_file)
        with self._lock:
            scene = scenes.begin(index, self._clock.frame)
            self._recorder.scene_played(scene.name)
        self._log.say("scene", names=(scene.name,))
        return scene, set_file.path.name

    def _known_set(self) -> SetFile | None:
        """Return the set as it is before it is read again."""
        set_file = self.scenes.set_file
        if self._prepared is None and set_file is not None:  # a former mind has prepared it
            self._prepared = set_file.preparation.code
        return set_file

    def _noted(self, former: SetFile | None) -> bool:
        """Note in the journal that the set was read again, and return whether it was."""
        set_file = self.scenes.set_file
        if set_file is None or set_file is former:
            return False
        self._recorder.set_read(path_text(set_file.path), set_file.text, again=True)
        return True

    def _prepare(self, set_file: SetFile, opening: bool = False) -> Result:
        self._prepared = set_file.preparation.code
        code, name = set_file.preparation.padded, set_file.path.name
        first = self._open if opening else None
        return self._blocks.evaluate(code, name, self.cell_limit_s, undoable=False, first=first)

    # in the thread that ticks

    def hurry(self) -> None:
        """Interrupt a cell that has taken long, because a scene or a cue is waiting."""
        patience = PATIENCE_S * self._clock.sample_rate
        if self.in_cell and self._clock.frame - self._since > patience:
            self._watchdog.hurry(self._thread)

    def tick(self, frame: int, moment: Moment) -> None:
        """Sample the present scene's condition."""
        if (sentence := self.scenes.tick(frame, moment)) is not None:
            self._log.say("fallback", sentence, ("when",))

    def watch(self, frame: int) -> None:
        """Hurry a cell that keeps the next scene waiting, and look at the set's file."""
        if self.scenes.is_late(frame):
            self.hurry()
        if self.scenes.watch is not None and frame >= self._look_due:
            self._look_due = frame + round(LOOK_EVERY_S * self._clock.sample_rate)
            if (changed := self.scenes.watch.told()) is not None:
                if self.wake is not None:
                    self.wake()
                else:
                    self._log.say("note", changed)
