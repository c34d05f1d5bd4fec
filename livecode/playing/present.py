"""The present moment: the point in time at which signals, curves and the performer's functions are read."""

from collections.abc import Callable

from livecode.deadlines import TookTooLong
from livecode.journal.recorder import JournalRecorder
from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.event_log import EventLog
from livecode.playing.function_player import player_of
from livecode.playing.listening import Signals
from livecode.signals.tempo import Tempo


class PresentMoment:
    """Holds the present moment; each tick moves it on.

    `wall_s` is a clock in seconds that shows which functions are slow; None offline.
    """

    def __init__(
        self,
        tempo: Tempo,
        signals: Signals,
        recorder: JournalRecorder,
        log: EventLog,
        wall_s: Callable[[], float] | None,
    ):
        self._tempo, self._signals, self._recorder = tempo, signals, recorder
        self._log, self._wall_s = log, wall_s
        self.move_to(0)

    def move_to(self, frame: int) -> None:
        """Let everything be read as of that sample time."""
        seconds, beat = frame / self._tempo.sample_rate, self._tempo.beat_at(frame)
        self._signals.always.update(
            t=seconds,
            beat=beat,
            bar=self._tempo.bar_at(frame),
            tempo=self._tempo.bpm_at(frame),
        )
        self.moment = Moment(seconds, beat, self._signals, self._call, self._tempo, frame)

    def _call(self, value: Value) -> float:
        """Call a value's function through its guard; a fallback is logged and noted."""
        player = player_of(value)
        if self._recorder.ticking and (why := self._recorder.slow_call()) is not None:
            player.fall_back(TookTooLong(why))
        try:
            return player.call(self._wall_s)
        finally:
            if player.slow is not None:
                self._recorder.fell_back(player.slow)
                player.slow = None
            if (failure := player.failure) is not None:
                player.failure = None
                self._log.say_problem("fallback", failure)
