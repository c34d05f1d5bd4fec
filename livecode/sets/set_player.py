"""Playing a set: its preparation, its scenes as they come due or are cued, its file as it changes."""

import threading
from typing import TYPE_CHECKING

from livecode.evaluation.evaluator import Result
from livecode.language.values import Value
from livecode.sets.set_file import SetFile
from livecode.sets.set_watch import LOOK_EVERY_S

if TYPE_CHECKING:
    from livecode.performance.performance import Performance

#: A cell that takes longer is interrupted: the other scenes are waiting.
CELL_LIMIT_S = 10.0
#: One that has taken this long is interrupted as soon as another scene or a cue is waiting.
PATIENCE_S = 0.5
#: Where a scene's own code goes to another scene, it does so after this: circles leave time to play.
OWN_GO_S = 0.25


class SetPlayer:
    """Has a performance evaluate the cells of its set."""

    def __init__(self, performance: "Performance"):
        self._performance, self._scenes = performance, performance.scenes
        self.cell_limit_s = CELL_LIMIT_S
        self.in_cell = False  # a scene's code is being evaluated
        self._since, self._thread = 0, 0  # at this sample time, in this thread
        self._look_due = 0

    def open(self, set_file: SetFile) -> Result:
        """Prepare a set, and say what is wrong in it; no scene plays yet."""
        self._scenes.set_file = set_file
        for fault in set_file.faults:
            self._performance.say("error", fault.text, line=fault.line, file=set_file.path.name)
        return self._prepare(set_file)

    def play(self, index: int) -> Result:
        """Evaluate a scene; it is the present one even if part of it fails."""
        performance, scenes = self._performance, self._scenes
        former = scenes.set_file
        assert former is not None
        index, told = scenes.refresh(index)
        for sentence in told:
            performance.say("note", sentence)
        set_file = scenes.set_file
        assert set_file is not None
        if set_file is not former:
            performance.recorder.set_read(str(set_file.path), set_file.text, again=True)
        if set_file.preparation.code != former.preparation.code:
            self._prepare(set_file)
        with performance.lock:
            scene = scenes.begin(index, performance.frame)
            performance.recorder.scene_played(scene.name)
        performance.say("scene", names=(scene.name,))
        name = set_file.path.name
        self._since, self._thread, self.in_cell = performance.frame, threading.get_ident(), True
        try:
            result = performance.evaluate(scene.padded, name, self.cell_limit_s)
        finally:
            self.in_cell = False
        if scene.condition is not None:  # which may be one that the cell has defined
            performance.evaluate(scene.condition, name, self.cell_limit_s)
        return result

    def go(self, where: str | int | None, own: bool = False) -> None:
        """A cue: that scene begins at once, or when its quant has come. `own`: a cell's code asks."""
        performance, scenes = self._performance, self._scenes
        index = scenes.find(where)
        with performance.lock:
            frame = performance.frame
            earliest = frame + round(OWN_GO_S * performance.sample_rate) * own
            at_once = scenes.ask(index, frame, earliest)
            scenes.by_name = isinstance(where, str)
        if at_once:
            performance.play_scene(index)

    def hurry(self) -> None:
        """Something else is to come: a cell that has taken long already is interrupted."""
        performance = self._performance
        if self.in_cell and performance.frame - self._since > PATIENCE_S * performance.sample_rate:
            performance.watchdog.hurry(self._thread)

    def set_condition(self, value: Value | None) -> None:
        """What ends the present scene; LivecodeError if it cannot be played."""
        if value is not None:
            self._performance.applier.prepare(value)
        with self._performance.lock:
            self._scenes.condition = value

    def tick(self, frame: int, live: bool) -> None:
        """Look at the present scene's condition and, live, at the set's file."""
        performance, scenes = self._performance, self._scenes
        if (sentence := scenes.tick(frame, performance.moment)) is not None:
            performance.say("fallback", sentence, ("when",))
        performance.cues.tick()
        if live and scenes.is_late(frame):
            self.hurry()
        if live and scenes.watch is not None and frame >= self._look_due:
            self._look_due = frame + round(LOOK_EVERY_S * performance.sample_rate)
            if (changed := scenes.watch.told()) is not None:
                performance.say("note", changed)

    def _prepare(self, set_file: SetFile) -> Result:
        code, name = set_file.preparation.padded, set_file.path.name
        return self._performance.evaluate(code, name, self.cell_limit_s)
