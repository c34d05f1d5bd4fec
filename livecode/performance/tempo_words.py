"""The words `tempo` and `metre`: how fast the beat goes, how long bars are, and how it grooves."""

from collections.abc import Callable, Mapping
from typing import Any

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.deferred import Deferred
from livecode.language.curves import Ramp
from livecode.language.signal_words import SignalWord
from livecode.language.sources import MOST_NUDGE_S, swing_of
from livecode.language.units import Span, is_number, span
from livecode.language.values import Value
from livecode.performance.tempo_control import TempoControl
from livecode.signals.tempo import MAX_BPM, MIN_BPM

#: A ramp of the tempo takes at most so many seconds at 120 beats a minute.
LONGEST_RAMP_S = 3600.0
#: Notes that a metre can count: quarters, eighths …
NOTES = (1, 2, 4, 8, 16, 32)


class TempoWord(SignalWord):
    """The tempo: `tempo(132)` sets it, `tempo.tap()` taps it; as a signal it is beats a minute.

    `tempo(ramp(100, 140, over=8*bars))` goes there in a line. `tempo.swing = 1/3` lets all names swing
    that have no swing of their own; `tempo.offset = 10*ms` plays so much later against other players.
    """

    def __init__(self, signals: Mapping[str, Any], control: TempoControl, deferred: Deferred):
        super().__init__(("tempo",), signals)
        self._control, self._deferred = control, deferred

    def __call__(self, bpm: float | Value | None = None, over: Span | float | None = None) -> float:
        """Set the tempo, in beats a minute; returns it. The beat goes on from where it is."""
        control = self._control
        if bpm is None:
            return control.bpm
        if isinstance(bpm, Value) and isinstance(bpm.node, Ramp):
            points, length = bpm.node.heights, bpm.node.length
        elif is_number(bpm):
            points, length = (float(bpm),), Span() if over is None else span(over)
        else:
            raise LivecodeError(
                f"the tempo goes from {MIN_BPM:g} to {MAX_BPM:g} beats a minute, not {bpm!r}; "
                "a ramp changes it, as in tempo(ramp(100, 140, over=8*bars))"
            )
        for point in points:
            if not MIN_BPM <= point <= MAX_BPM:
                raise LivecodeError(
                    f"the tempo goes from {MIN_BPM:g} to {MAX_BPM:g} beats a minute, not {point:g}"
                )
        if not 0 <= length.plain_s <= LONGEST_RAMP_S:
            raise LivecodeError(
                f"a ramp of the tempo takes up to {LONGEST_RAMP_S:g}*s, not {length}"
            )
        if len(points) == 1 and length == Span():
            self._deferred.when_done(lambda: control.set(points[0]))
        elif len(points) == 1:
            self._deferred.when_done(lambda: control.ramp((control.now, points[0]), length))
        else:
            self._deferred.when_done(lambda: control.ramp(points, length))
        return points[-1]

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif name == "swing":
            try:
                swing = swing_of(0 if value is None else value)
            except LivecodeError as error:
                raise LivecodeError(f"tempo.swing {error}") from None
            assert swing is not None
            self._deferred.when_done(lambda: self._control.set_swing(swing.share, swing.pair))
        elif name == "offset":
            later = span(value)
            if abs(later.plain_s) > 4 * MOST_NUDGE_S:
                raise LivecodeError(
                    f"tempo.offset takes −{4 * MOST_NUDGE_S:g}*s to {4 * MOST_NUDGE_S:g}*s, not {later}"
                )
            self._deferred.when_done(lambda: self._control.set_offset(later))
        else:
            raise LivecodeError(
                f"tempo has nothing called {name!r} to set{did_you_mean(name, ('swing', 'offset'))}"
            )

    @property
    def swing(self) -> float:
        """How late the second of two eighths is, for names that have no swing of their own."""
        return self._control.tempo.swing[0]

    @property
    def offset(self) -> Span:
        """How much later than the beat all names play, against other players."""
        return Span(self._control.tempo.offset / self._control.tempo.sample_rate)

    def half(self) -> None:
        """Half-time: beats take twice as long from the next bar line on: `tempo.half()`."""
        self._deferred.when_done(lambda: self._control.set_pace(self._control.tempo.pace / 2))

    def double(self) -> None:
        """Double time: beats take half as long from the next bar line on: `tempo.double()`."""
        self._deferred.when_done(lambda: self._control.set_pace(self._control.tempo.pace * 2))

    def tap(self) -> None:
        """Tap along: after three taps the tempo and the beat follow."""
        self._control.tap()

    def link(self, on: bool = True) -> None:
        """Share the beat with other programs by Ableton Link: `tempo.link()`; `False` leaves."""
        if on:
            self._control.join_link()
        else:
            self._control.leave_link()


def metre_word(control: TempoControl, deferred: Deferred) -> Callable[..., float]:
    """Make the word `metre`."""

    def metre(notes: float | None = None, of: int = 4) -> float:
        """Let bars have so many beats from the next bar line on: `metre(3)`; `metre(7, 8)` is 7/8.

        It returns the length of a bar in beats.
        """
        if notes is None:
            return control.tempo.beats_per_bar
        if of not in NOTES or not is_number(notes) or not 0 < notes * 4 / of <= 64:
            raise LivecodeError(
                f"a metre is so many notes, as metre(3) or metre(7, 8), not {notes!r}, {of!r}"
            )
        beats = float(notes) * 4 / of
        deferred.when_done(lambda: control.set_meter(beats))
        return beats

    return metre
