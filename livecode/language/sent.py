"""What is sent to other programs and instruments: MIDI notes and controllers, OSC messages."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.controlled import Controlled
from livecode.language.hits import a_pattern, per_event
from livecode.language.patterns.notes import OCTAVE
from livecode.language.patterns.pattern import Pattern, pattern_of
from livecode.language.sources import EFFECTS, Sounding, a_scale, automatable
from livecode.language.things import Setting, Thing, number, whole
from livecode.language.units import Span, finite, is_number, span
from livecode.language.values import Value, as_value
from livecode.transport.sending import MidiSource, OscSource

#: The longest offset, in seconds.
MOST_OFFSET_S = 0.5
#: Curves are sent so many times a second at most.
MOST_RATE = 200
#: What SuperDirt listens to.
DIRT_ADDRESS, DIRT = "/dirt/play", "127.0.0.1:57120"
_TARGET = re.compile(r"(?:\[(?P<bare>[0-9a-fA-F:.%\w]+)\]|(?P<host>[^\s:\[\]]+)):(?P<port>\d+)")


class _Missing:
    """An attribute of what sounds that what is sent does not have."""

    def __get__(self, thing: Any, owner: type) -> Any:
        if thing is None:
            return self
        raise AttributeError

    def __set__(self, thing: Any, value: Any) -> None:
        raise AttributeError


def _offset(thing: Thing, value: Any) -> Span:
    checked = span(value)
    if abs(checked.plain_s) > MOST_OFFSET_S:
        raise LivecodeError(f"takes −{MOST_OFFSET_S:g}*s to {MOST_OFFSET_S:g}*s, not {checked}")
    return checked


def _port(thing: Thing, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise LivecodeError(f'takes the name of a port, or a part of it, as "synth", not {value!r}')
    return value or ""


def _controller(thing: Thing, value: Any) -> int:
    checked = whole(thing, value)
    if not 0 <= checked <= 127:
        raise LivecodeError(f"takes the number of a controller, 0 to 127, not {checked}")
    return checked


def _address(thing: Thing, value: Any) -> str:
    good = isinstance(value, str) and value.startswith("/") and value.isascii()
    if not good or not value.isprintable() or set(value) & set(" #*,?[]{}"):
        raise LivecodeError(f'takes an address, as "/visuals/x", not {value!r}')
    return str(value)


def _target(thing: Thing, value: Any) -> str:
    target_of(value)
    return str(value)


def target_of(to: Any) -> OscSource:
    """Return the host and port of `host:port`; raises LivecodeError if it is none."""
    found = _TARGET.fullmatch(to) if isinstance(to, str) else None
    if found is None or not 0 < int(found["port"]) < 65536:
        raise LivecodeError(f'takes a host and a UDP port, as "127.0.0.1:57120", not {to!r}')
    return OscSource(found["bare"] or found["host"], int(found["port"]))


class Sent(Sounding):
    """Something that another program or instrument plays by: it is muted, freed and undone as sounds are.

    Of what all sounds have it has `fade`, `quant`, `swing` and `nudge`.
    """

    kept = frozenset({"fade", "quant", "swing", "nudge", "offset"})
    features = ()
    offset = Setting(
        Span(),
        _offset,
        "how much later it takes effect than what is heard here, as `12*ms`; below 0 earlier",
    )


for _each in ("pan", "dry", "level", "duck", "out", "cued", *EFFECTS):
    setattr(Sent, _each, _Missing())


class MidiNotes(Sent):
    """Notes of a pattern for a MIDI instrument: `lead = midi.out("0 3 5*2", port="synth", channel=2)`."""

    kind = "midi"
    kept = Sent.kept | {"level"}
    pattern = Setting(None, a_pattern, 'which notes when: `lead.pattern = "0 [2 4] <7 9>"`')
    port = Setting("", _port, 'the MIDI output, or a part of its name: `"synth"`; "": all of them')
    channel = per_event(1, 16, 1, "the MIDI channel of each note, from 1 to 16")
    scale = Setting(None, a_scale, 'numbers are degrees of it, as `"c minor"`; None: semitones')
    octave = per_event(0, 9, OCTAVE, "where 0 is: 4 is the octave of middle C")
    velocity = per_event(
        0, 1, 0.8, "how hard each note is struck, 0 to 1: `lead.velocity = pattern('1 0.6')`"
    )
    legato = per_event(
        0.01, 8, 0.9, "how much of its time each note is held; above 1 notes run into each other"
    )
    level = automatable(1.0, 0, 4, "how loud all of it is: it multiplies the velocities")

    @property
    def source(self) -> MidiSource:
        """Where it goes."""
        return MidiSource(self.port)

    def check(self) -> None:
        """Raise LivecodeError if the pattern says something that is no note."""
        as_value(self.pattern)

    def __repr__(self) -> str:
        return f"{self} = midi.out({self.pattern}, port={self.port!r})"


class MidiController(Sent):
    """A controller of a MIDI instrument: `cutoff = midi.out(cc=74, value=sine(0, 1, period=8*bars))`."""

    kind = "cc"
    cc = Setting(0, _controller, "the number of the controller, 0 to 127; 74 often is the cutoff")
    value = automatable(0.0, 0, 1, "where it is, 0 to 1: `cutoff.value = rings.twist.scale(0, 1)`")
    port = MidiNotes.port
    channel = Setting(
        1, lambda thing, value: int(number(1, 16)(thing, value)), "the MIDI channel, from 1 to 16"
    )
    rate = Setting(50.0, number(1, MOST_RATE), "how often it is looked at in a second")

    @property
    def source(self) -> MidiSource:
        """Where it goes."""
        return MidiSource(self.port)

    def __repr__(self) -> str:
        return f"{self} = midi.out(cc={self.cc}, value={self.value}, port={self.port!r})"


class OscEvents(Sent, Controlled):
    """An OSC message for each event of a pattern: `seen = osc.send("/hit", "bd*2", to="127.0.0.1:9000")`.

    Its keywords are settings, each a number, a pattern, also of words, or a curve.
    """

    kind = "osc"
    pattern = Setting(None, a_pattern, 'which messages when: `seen.pattern = "bd [bd bd]"`')
    address = Setting("/", _address, "the address of the messages")
    to = Setting(DIRT, _target, 'the host and the UDP port, as `"127.0.0.1:9000"`')
    scale = Setting(None, a_scale, 'numbers are degrees of it, as `"c minor"`; None: semitones')
    octave = per_event(0, 9, OCTAVE, "where 0 is: 4 is the octave of middle C")
    timed = Setting(
        True,
        lambda thing, value: bool(value),
        "whether messages travel ahead in bundles that say when they take effect; False: bare ones, "
        "for a program that does not look at time tags",
    )

    @property
    def source(self) -> OscSource:
        """Where it goes."""
        return target_of(self.to)

    def __setattr__(self, key: str, value: Any) -> None:
        if key in self.__dict__.get("settings", {}).get("defaults", {}):
            try:
                self.put_back(key, keyword(value))
            except LivecodeError as error:
                raise LivecodeError(f"{self}.{key}: {error}") from None
        else:
            super().__setattr__(key, value)

    def __repr__(self) -> str:
        return f"{self} = osc.send({self.address!r}, {self.pattern}, to={self.to!r})"


class OscCurve(Sent):
    """A number that varies, as OSC messages: `x = osc.send("/x", sine(), to="127.0.0.1:9000")`."""

    kind = "osc"
    address, to = OscEvents.address, OscEvents.to
    value = automatable(
        0.0, float("-inf"), float("inf"), "the number: a curve, a signal or a function"
    )
    rate = Setting(30.0, number(0.1, MOST_RATE), "how often it is sent in a second")

    @property
    def source(self) -> OscSource:
        """Where it goes."""
        return target_of(self.to)

    def __repr__(self) -> str:
        return f"{self} = osc.send({self.address!r}, {self.value}, to={self.to!r})"


def keyword(value: Any) -> float | Value:
    """Take a keyword of an OSC message: a number, a pattern or the text of one, a curve, a function."""
    if isinstance(value, str):
        return pattern_of(value)
    return finite(value, "it") if is_number(value) else as_value(value)


def midi_out(
    pattern: str | Pattern | float | Fraction | None = None,
    *,
    port: str = "",
    channel: float | str | Value | None = None,
    scale: str | None = None,
    octave: float | str | Value | None = None,
    velocity: float | str | Value | None = None,
    legato: float | str | Value | None = None,
    cc: int | None = None,
    value: float | Value | None = None,
    rate: float | None = None,
    offset: Span | float | None = None,
    level: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> MidiNotes | MidiController:
    """Play a MIDI instrument: `lead = midi.out("0 3 5*2", port="synth", channel=2, scale="c minor")`.

    Or move a controller of it: `cutoff = midi.out(cc=74, value=sine(0, 1, period=8*bars))`. The port
    is a part of the name of a MIDI output; without it all outputs are played.
    """
    common = {"port": port, "channel": channel, "offset": offset, "fade": fade, "quant": quant}
    notes = {
        "scale": scale,
        "octave": octave,
        "velocity": velocity,
        "legato": legato,
        "level": level,
    }
    if cc is None:
        if pattern is None or value is not None or rate is not None:
            raise LivecodeError(
                'midi.out takes a pattern of notes, as midi.out("0 3 5"), or a controller and where it '
                "is, as midi.out(cc=74, value=sine(0, 1))"
            )
        return MidiNotes(pattern=pattern, **common, **notes)
    if pattern is not None or value is None or any(each is not None for each in notes.values()):
        raise LivecodeError(
            "a controller is sent by a name of its own: cutoff = midi.out(cc=74, value=sine(0, 1))"
        )
    return MidiController(cc=cc, value=value, rate=rate, **common)


def osc_send(
    address: str,
    what: str | float | Pattern | Value | Any,
    to: str | None = None,
    *,
    scale: str | None = None,
    octave: float | str | Value | None = None,
    rate: float | None = None,
    timed: bool | None = None,
    offset: Span | float | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
    **keywords: float | str | Value,
) -> OscEvents | OscCurve:
    """Send OSC: `x = osc.send("/x", sine(), to="127.0.0.1:9000")`, a number 30 times a second.

    Of a pattern each event is a message: `seen = osc.send("/hit", "bd*2 sn", to="127.0.0.1:9000")`. What
    goes to `/dirt/play`, or has keywords, says names and values, as SuperDirt takes them:
    `drums = osc.send("/dirt/play", "bd*4, ~ sn", room=0.3)`.
    """
    if to is None and address != DIRT_ADDRESS:
        raise LivecodeError('osc.send takes where to send, as to="127.0.0.1:9000"')
    common: Mapping[str, Any] = {
        "address": address, "to": to, "offset": offset, "fade": fade, "quant": quant
    }  # fmt: skip
    if isinstance(what, (str, Pattern)):
        if rate is not None:
            raise LivecodeError("rate is for curves; a pattern is sent as its events begin")
        made = OscEvents(pattern=what, scale=scale, octave=octave, timed=timed, **common)
        made.settings["defaults"] = {key: keyword(value) for key, value in keywords.items()}
        for key, value in keywords.items():  # what was set by hand is given anew
            setattr(made, key, value)
        return made
    if keywords or scale is not None or octave is not None or timed is not None:
        raise LivecodeError("a curve is sent as one number; keywords go with a pattern")
    return OscCurve(value=what, rate=rate, **common)
