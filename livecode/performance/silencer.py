"""Silencing a performance: hush and panic, so that `undo` brings back what sounded."""

from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.history import History
from livecode.journal.recorder import JournalRecorder
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.playing.sounds import Sounds
from livecode.transport import Header


class Silencer:
    """Fades everything out, or cuts it off within one block."""

    def __init__(
        self,
        sounds: Sounds,
        history: History,
        header: Header,
        clock: PerformanceClock,
        recorder: JournalRecorder,
        lock: BlockLock,
        log: EventLog,
    ):
        self._sounds, self._history, self._header = sounds, history, header
        self._clock, self._recorder, self._lock, self._log = clock, recorder, lock, log
        self._panics = header.panics

    def hush(self, fade_s: float, in_scene: bool = False) -> None:
        """Fade out everything that sounds; undo, or evaluating a thing again, brings it back.

        in_scene: within a scene that has a quant, the fade begins at the scene's line.
        """
        with self._lock:
            self._remember_what_sounds()
            self._sounds.hush(fade_s, self._sounds.scene_line() if in_scene else 0)

    def hush_aside(self, fade_s: float) -> None:
        """Hush while a block may be running, from another thread."""
        with self._lock.aside():
            self._recorder.hushed(fade_s)
            self.hush(fade_s)

    def panic(self) -> None:
        """Silence everything within one block of the engine."""
        if not self._clock.taking_over:
            self._header.mind_panics += 1
            self.notice_panic()

    def notice_panic(self) -> None:
        """Forget what sounded if there has been a panic, whoever gave it."""
        panics = self._header.panics
        if panics == self._panics:
            self._sounds.generations.take_silenced()
            return
        self._panics = panics
        if self._recorder.ticking:  # a block's own panic is noted with its block
            self._recorder.panicked()
        self._remember_what_sounds()
        self._sounds.hushed.hush()
        self._sounds.generations.drop_all()
        self._log.say("note", "panic: silent; undo or evaluate a block to sound again")

    def _remember_what_sounds(self) -> None:
        things = list(self._sounds)
        if not self._clock.taking_over:
            # nobody knows what sounded when a former mind's block first ran: then all things count
            sounding = set(self._sounds.generations.take_silenced())
            things = [thing for thing in things if str(thing) in sounding]
        self._history.remember(things)
