"""Notes: patterns that play a synth, or a sound of a kit at other pitches."""

from fractions import Fraction
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.agents import Agent
from livecode.language.controlled import Controlled
from livecode.language.hits import a_pattern, per_event, per_hit
from livecode.language.kits import Kit, KitTone
from livecode.language.patterns.notes import OCTAVE, Pitch
from livecode.language.patterns.pattern import Pattern
from livecode.language.patterns.played import number_of, plain
from livecode.language.patterns.scales import scale_of
from livecode.language.sources import Sounding, a_scale
from livecode.language.spaces import Space, Spot
from livecode.language.synths import Synth, synth_called
from livecode.language.things import Setting, Thing, whole
from livecode.language.units import Span
from livecode.language.values import Value, as_value

#: So many notes sound at once at most.
MOST_VOICES = 32
#: The highest and the lowest MIDI number that is played.
LOWEST, HIGHEST = 0.0, 127.0


Voice = Synth | KitTone | Space | Agent | Spot


def _a_voice(thing: Thing, value: Any) -> Voice:
    if isinstance(value, str):
        return synth_called(value)
    if isinstance(value, Kit):
        return value[next(iter(value.names))]
    if isinstance(value, (Synth, KitTone)):
        return value
    if isinstance(value, Space):
        return value.pitched()
    if isinstance(value, (Agent, Spot)):
        value.space.pitched()
        return value
    raise LivecodeError(
        f'takes a synth, as "pluck" or a @synth of yours, or a sound, as kit()["cb"], not {value!r}'
    )


def _voices(thing: Thing, value: Any) -> int:
    count = whole(thing, value)
    if not 1 <= count <= MOST_VOICES:
        raise LivecodeError(f"takes a whole number from 1 to {MOST_VOICES}, not {count}")
    return count


def pitch_of(value: Any, octave: float, scale: str | None) -> float | None:
    """The MIDI number of what an event says, in an octave and a scale; None if it is no note."""
    number = number_of(value)
    if number is None:
        return None
    moved = 12 * (octave - OCTAVE)
    if isinstance(plain(value), (str, Pitch)):
        note = float(number)
    elif scale is None:
        note = 12 * (OCTAVE + 1) + float(number) + moved
    else:
        note = scale_of(scale).note(float(number)) + moved
    return note if LOWEST <= note <= HIGHEST else None


class Notes(Controlled):
    """Notes of a pattern, played by a synth: `lead = notes("0 2 <4 7> ~", "pluck", scale="c minor")`.

    The keywords of the synth are settings: `lead.cut = sine(500, 4000, period=8*bars)`.
    """

    kind = "notes"
    kept = Sounding.kept

    pattern = Setting(None, a_pattern, 'which notes when: `lead.pattern = "0 [2 4] <7 9>"`')
    voice = Setting(
        None,
        _a_voice,
        'what plays them: `"pluck"`, a `@synth` of yours, a sound, as `kit()["cb"]`, a space, or an '
        "agent in one, where the notes choose the pitch and the agent the timbre",
    )
    scale = Setting(None, a_scale, 'numbers are degrees of it, as `"c minor"`; None: semitones')
    octave = per_event(
        0, 9, OCTAVE, "where 0 is: 4 is the octave of middle C; `lead.octave = pattern('<4 5>')`"
    )
    gain = per_hit("gain", "how loud each note is, 1 as it is: `lead.gain = pattern('1 0.6')`")
    legato = per_event(
        0, 8, 0.9, "how much of its time each note is held; above 1 notes run into each other"
    )
    voices = Setting(8, _voices, "how many notes sound at once; 1: each ends the one before")

    def __setattr__(self, key: str, value: Any) -> None:
        super().__setattr__(key, value)
        if key == "voice":
            self.settings["defaults"] = dict(getattr(self.voice, "defaults", {}))

    def check(self) -> None:
        """Raise LivecodeError if the pattern says something that is no note."""
        as_value(self.pattern)

    def pitch(self, value: Any, octave: float, scale: str | None) -> float | None:
        """The MIDI number of what an event says, in an octave and a scale; None if it is no note."""
        return pitch_of(value, octave, scale)

    def __repr__(self) -> str:
        voice = self.voice
        shown = voice.name if isinstance(voice, Synth) else repr(voice)
        return f"{self} = notes({self.pattern}, {shown})"


def notes(
    pattern: str | Pattern | float | Fraction,
    voice: str | Voice | Kit = "pluck",
    *,
    scale: str | None = None,
    octave: float | str | Value | None = None,
    gain: float | str | Value | None = None,
    legato: float | str | Value | None = None,
    voices: int | None = None,
    level: float | Value | None = None,
    pan: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
    **controls: float | Value,
) -> Notes:
    """Play notes: `lead = notes("0 2 <4 7> ~", "pluck", scale="c minor", octave=4)`.

    Numbers are degrees of the scale, or semitones without one; `c4`, `e4'min7` are notes and
    chords. The voice is a synth, `"bass"`, `"pluck"`, `"pad"`, `"lead"`, `"organ"`, `"noise"`, one
    of your own under `@synth`, a sound of a kit, `kit()["cb"]`, or a space: there the notes choose
    the pitch, and an agent given in its place moves the timbre, `notes("0 3 7", ego)`. Keywords of
    the synth follow: `cut=800`.
    """
    made = Notes(
        voice=voice,
        pattern=pattern,
        scale=scale,
        octave=octave,
        gain=gain,
        legato=legato,
        voices=voices,
        level=level,
        pan=pan,
        fade=fade,
        quant=quant,
    )
    for key, value in controls.items():
        setattr(made, key, value)
    return made
