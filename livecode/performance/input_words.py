"""The words `mic`, `midi` and `osc`: signals that can be told something, too."""

from collections.abc import Mapping
from typing import Any

from livecode.language.sent import midi_out, osc_send
from livecode.language.signal_words import SignalWord
from livecode.language.streams import Mic, mic
from livecode.language.units import Span, beats, span
from livecode.language.values import Value
from livecode.playing.clock import PerformanceClock
from livecode.playing.midi_out import MidiOut
from livecode.signals.tempo import Tempo


class MicWord(SignalWord):
    """The microphone: `voice = mic(level=0.5)` opens it as a sound, silent where there is no input.

    `guitar = mic(2)` is one input of the sound card, in the middle.

    What comes in is read as `mic.rms`, `mic.pitch`, `mic.onset`, opened or not.
    """

    def __init__(self, signals: Mapping[str, Any]):
        super().__init__(("mic",), signals)

    def __call__(
        self,
        input: int | None = None,
        *,
        level: float | Value | None = None,
        pan: float | Value | None = None,
        fade: Span | str | None = None,
    ) -> Mic:
        """Open the microphone: `voice = mic(level=0.5)`, or one input of the card: `guitar = mic(2)`."""
        return mic(input, level=level, pan=pan, fade=fade)


#: What `midi` is called for; all else of it is what comes in.
MIDI_CALLS = ("play", "send", "clock", "out")


class MidiWord(SignalWord):
    """MIDI: what comes in is read as `midi.note`, `midi.cc[74]` …; notes, controllers and a clock go out.

    `lead = midi.out("0 3 5*2", port="synth")` plays an instrument under a name, as `notes` does a synth.
    """

    def __init__(
        self, signals: Mapping[str, Any], out: MidiOut, tempo: Tempo, clock: PerformanceClock
    ):
        super().__init__(("midi",), signals)
        self._out, self._tempo, self._clock = out, tempo, clock

    out = staticmethod(midi_out)

    def play(self, note: int, velocity: float = 0.8, length: Span | float = 1 * beats) -> None:
        """Send a note to every MIDI output: `midi.play(60)`, `midi.play(48, 1.0, 2*bars)`."""
        length_s = span(length).at(self._tempo.bpm, self._tempo.beats_per_bar)
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


class OscWord(SignalWord):
    """OSC: what comes in is read as `osc["/slider"]`, its first number, 0 until one came.

    `x = osc.send("/x", sine(), to="127.0.0.1:9000")` sends to another program, under a name.
    """

    def __init__(self, signals: Mapping[str, Any]):
        super().__init__(("osc",), signals)

    send = staticmethod(osc_send)
