"""The names in reach of the performer without any import."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from livecode.errors import LivecodeError, did_you_mean
from livecode.help.completion import Scope
from livecode.help.explanation import SIGNALS, help_on
from livecode.language import curves
from livecode.language.agents import agent
from livecode.language.dsp import dsp
from livecode.language.patterns.word import pattern
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding
from livecode.language.spaces import space
from livecode.language.streams import Mic, mic, sample, stream
from livecode.language.text import Text
from livecode.language.tutorial import Tutorial
from livecode.language.units import Span, bars, beats, is_number, ms, s, span
from livecode.language.values import Value, reward
from livecode.performance.record_word import RecordWord
from livecode.sets.scene_words import scene_words
from livecode.signals.tempo import MAX_BPM, MIN_BPM

if TYPE_CHECKING:
    from livecode.performance.performance import Performance

CURVES = ("env", "noise", "ramp", "saw", "sine", "square", "steps", "tri")
#: How long `hush()` takes, in seconds.
HUSH_S = 2.0
#: Who waits longer for the next multiple has mistyped.
LONGEST_QUANT_S = 300.0


class TempoWord(SignalWord):
    """The tempo: `tempo(132)` sets it, `tempo.tap()` taps it; as a signal it is beats a minute."""

    def __init__(self, performance: "Performance"):
        super().__init__(("tempo",), performance.signals)
        self._performance = performance

    def __call__(self, bpm: float | None = None) -> float:
        """Set the tempo, in beats a minute; returns it. The beat goes on from where it is."""
        performance = self._performance
        if bpm is not None:
            if not is_number(bpm) or not MIN_BPM <= bpm <= MAX_BPM:
                raise LivecodeError(
                    f"the tempo goes from {MIN_BPM:g} to {MAX_BPM:g} beats a minute, not {bpm!r}"
                )
            performance.evaluator.when_done(lambda: performance.set_tempo(bpm))
        return performance.tempo.bpm if bpm is None else bpm

    def tap(self) -> None:
        """Tap along: after three taps the tempo and the beat follow."""
        self._performance.tap_tempo()

    def link(self, on: bool = True) -> None:
        """Share the beat with other programs by Ableton Link: `tempo.link()`; `False` leaves."""
        performance = self._performance
        if not on:
            performance.leave_link()
        elif performance.link is None:
            performance.link = performance.new_link(performance.tempo.bpm)


class MicWord(SignalWord):
    """The microphone: `voice = mic(level=0.5)` opens it as a sound, silent where there is no input.

    What comes in is read as `mic.rms`, `mic.pitch`, `mic.onset`, opened or not.
    """

    def __call__(
        self,
        *,
        level: float | Value | None = None,
        pan: float | Value | None = None,
        fade: Span | str | None = None,
    ) -> Mic:
        """Open the microphone: `voice = mic(level=0.5)`. Without an input it is silent."""
        return mic(level=level, pan=pan, fade=fade)


class MidiWord(SignalWord):
    """MIDI: what comes in is read as `midi.note`, `midi.cc[74]` …; notes and a clock go out."""

    def __init__(self, performance: "Performance"):
        super().__init__(("midi",), performance.signals)
        self._performance = performance

    def play(self, note: int, velocity: float = 0.8, length: Span | float = 1 * beats) -> None:
        """Send a note to every MIDI output: `midi.play(60)`, `midi.play(48, 1.0, 2*bars)`."""
        performance = self._performance
        length_s = span(length).at(performance.tempo.bpm)
        performance.midi_out.note(note, velocity, length_s, performance.frame)

    def send(self, controller: int, value: float) -> None:
        """Move a controller, 0 to 1, on every MIDI output: `midi.send(74, 0.5)`."""
        self._performance.midi_out.cc(controller, value)

    def clock(self, on: bool = True) -> None:
        """Send the beat as MIDI clock: `midi.clock()`; `midi.clock(False)` stops it."""
        performance = self._performance
        if on:
            performance.midi_out.start_clock(performance.tempo, performance.frame)
        else:
            performance.midi_out.stop_clock()


class Listing(list):
    """Rows that show one below the other."""

    def __repr__(self) -> str:
        return "\n".join(repr(row) for row in self) or "nothing sounds"


def words(performance: "Performance") -> dict[str, Any]:
    """What stands in the namespace of a performance at its start."""
    sounds, later = performance.sounds, performance.evaluator.when_done

    def names_of(things: tuple[Any, ...]) -> list[str]:
        own = performance.namespace.own()
        known = [name for name, thing in own.items() if isinstance(thing, Sounding)]
        names = [str(thing) for thing in things]
        for thing, name in zip(things, names, strict=True):
            if not isinstance(thing, (Sounding, str)) or name not in known:
                raise LivecodeError(f"{thing!r} does not sound{did_you_mean(name, known)}")
        return names

    def hush(fade: Span | float = HUSH_S) -> None:
        """Fade out all that sounds: `hush(8*bars)`; what the same block, or a later one, plays is heard."""
        fade_s = span(fade).at(performance.tempo.bpm)
        performance.evaluator.before_playing(lambda: performance.hush(fade_s, in_scene=True))

    def panic() -> None:
        """Silence at once: `panic()`. F12 does the same even when this terminal hangs."""
        performance.panic()

    def mute(*things: Any) -> None:
        """Silence names while they go on: `mute(ego)`."""
        names = names_of(things)
        later(lambda: sounds.mute(names, True))

    def unmute(*things: Any) -> None:
        """Let muted names be heard again: `unmute(ego)`; without a name, all."""
        names = names_of(things or tuple(sounds))
        later(lambda: sounds.mute(names, False))

    def solo(*things: Any) -> None:
        """Let only these be heard: `solo(ego)`; `solo()` lets all be heard again."""
        names = names_of(things)
        later(lambda: sounds.solo(names))

    def free(*things: Any) -> None:
        """Fade names out and forget them: `free(ego)`."""
        for name in names_of(things):
            performance.namespace.variables.pop(name, None)

    def undo(thing: Any = None) -> None:
        """Take back the last block in sound, or the last change of one name: `undo(ego)`."""
        name = None if thing is None else str(thing)
        performance.evaluator.call_soon(lambda: performance.undo(name))

    def running() -> Listing:
        """List what sounds: `running()` has name, kind, level, and the block and line."""
        return Listing(performance.running())

    def fade(length: Span | float | None = None) -> Span:
        """How long a change of source takes where a thing has no `fade` of its own: `fade(2*s)`."""
        if length is not None:
            checked = span(length)
            if not 0 <= checked.at(performance.tempo.bpm) <= 60:
                raise LivecodeError(f"fade takes 0*s to 60*s, not {checked}")
            sounds.mix = replace(sounds.mix, fade=checked)
        return sounds.mix.fade

    def quant(length: Span | float | None = None) -> Span:
        """Let changes of source wait for the next multiple: `quant(1*bars)`; `quant(0)` for now."""
        if length is not None:
            checked = span(length)
            if not 0 <= checked.at(performance.tempo.bpm) <= LONGEST_QUANT_S:
                raise LivecodeError(f"quant takes 0 to {LONGEST_QUANT_S:g}*s, not {checked}")
            sounds.mix = replace(sounds.mix, quant=checked)
        return sounds.mix.quant

    def help(thing: Any = None) -> Text:
        """Say what something is, as F1 does: `help(ego)`, `help(ramp)`; `help()` lists all."""
        scope = Scope(performance.namespace.variables, performance.signals)
        return help_on(scope, known, thing)

    known: dict[str, Any] = {
        **{name: SignalWord((name,), performance.signals) for name in SIGNALS},
        **{name: getattr(curves, name) for name in CURVES},
        "agent": agent,
        "bars": bars,
        "beats": beats,
        "dsp": dsp,
        "fade": fade,
        "free": free,
        "help": help,
        "hush": hush,
        "mic": MicWord(("mic",), performance.signals),
        "midi": MidiWord(performance),
        "ms": ms,
        "mute": mute,
        "np": np,
        "panic": panic,
        "pattern": pattern,
        "quant": quant,
        "record": RecordWord(performance),
        "reward": reward,
        "running": running,
        "s": s,
        "sample": sample,
        "solo": solo,
        "space": space,
        "stream": stream,
        "tempo": TempoWord(performance),
        "tutorial": Tutorial(),
        "undo": undo,
        "unmute": unmute,
        **scene_words(performance),
    }
    return known
