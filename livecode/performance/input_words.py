"""The words `tempo`, `mic` and `midi`: signals that can be told something, too."""

from collections.abc import Mapping
from typing import Any

from livecode.errors import LivecodeError
from livecode.evaluation.deferred import Deferred
from livecode.language.signal_words import SignalWord
from livecode.language.streams import Mic, mic
from livecode.language.units import Span, beats, is_number, span
from livecode.language.values import Value
from livecode.performance.tempo_control import TempoControl
from livecode.playing.clock import PerformanceClock
from livecode.signals.midi_out import MidiOut
from livecode.signals.tempo import MAX_BPM, MIN_BPM, Tempo


class TempoWord(SignalWord):
    """The tempo: `tempo(132)` sets it, `tempo.tap()` taps it; as a signal it is beats a minute."""

    def __init__(self, signals: Mapping[str, Any], control: TempoControl, deferred: Deferred):
        super().__init__(("tempo",), signals)
        self._control, self._deferred = control, deferred

    def __call__(self, bpm: float | None = None) -> float:
        """Set the tempo, in beats a minute; returns it. The beat goes on from where it is."""
        if bpm is None:
            return self._control.bpm
        if not is_number(bpm) or not MIN_BPM <= bpm <= MAX_BPM:
            raise LivecodeError(
                f"the tempo goes from {MIN_BPM:g} to {MAX_BPM:g} beats a minute, not {bpm!r}"
            )
        self._deferred.when_done(lambda: self._control.set(bpm))
        return bpm

    def tap(self) -> None:
        """Tap along: after three taps the tempo and the beat follow."""
        self._control.tap()

    def link(self, on: bool = True) -> None:
        """Share the beat with other programs by Ableton Link: `tempo.link()`; `False` leaves."""
        if on:
            self._control.join_link()
        else:
            self._control.leave_link()


class MicWord(SignalWord):
    """The microphone: `voice = mic(level=0.5)` opens it as a sound, silent where there is no input.

    What comes in is read as `mic.rms`, `mic.pitch`, `mic.onset`, opened or not.
    """

    def __init__(self, signals: Mapping[str, Any]):
        super().__init__(("mic",), signals)

    def __call__(
        self,
        *,
        level: float | Value | None = None,
        pan: float | Value | None = None,
        fade: Span | str | None = None,
    ) -> Mic:
        """Open the microphone: `voice = mic(level=0.5)`. Without an input it is silent."""
        return mic(level=level, pan=pan, fade=fade)


#: What `midi` is called for; all else of it is what comes in.
MIDI_CALLS = ("play", "send", "clock")


class MidiWord(SignalWord):
    """MIDI: what comes in is read as `midi.note`, `midi.cc[74]` …; notes and a clock go out."""

    def __init__(
        self, signals: Mapping[str, Any], out: MidiOut, tempo: Tempo, clock: PerformanceClock
    ):
        super().__init__(("midi",), signals)
        self._out, self._tempo, self._clock = out, tempo, clock

    def play(self, note: int, velocity: float = 0.8, length: Span | float = 1 * beats) -> None:
        """Send a note to every MIDI output: `midi.play(60)`, `midi.play(48, 1.0, 2*bars)`."""
        length_s = span(length).at(self._tempo.bpm)
        self._out.note(note, velocity, length_s, self._clock.frame)

    def send(self, controller: int, value: float) -> None:
        """Move a controller, 0 to 1, on every MIDI output: `midi.send(74, 0.5)`."""
        self._out.cc(controller, value)

    def clock(self, on: bool = True) -> None:
        """Send the beat as MIDI clock: `midi.clock()`; `midi.clock(False)` stops it."""
        if on:
            self._out.start_clock(self._tempo, self._clock.frame)
        else:
            self._out.stop_clock()
