"""Plays what is sent to other programs: orders each event and number from the sender, ahead."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder

from livecode.language.moments import Moment
from livecode.language.notes import pitch_of
from livecode.language.patterns.cycles import Cycles
from livecode.language.patterns.events import PatternEvent, value_at
from livecode.language.patterns.pattern import Pattern
from livecode.language.patterns.played import CONTROLS, Played, number_of, plain
from livecode.language.sent import (
    DIRT_ADDRESS,
    MidiController,
    MidiNotes,
    OscCurve,
    OscEvents,
    Sent,
)
from livecode.language.units import Span, is_number
from livecode.playing.automation import Automation
from livecode.playing.midi_out import CONTROL_CHANGE
from livecode.playing.onset_player import OnsetPlayer, Part
from livecode.playing.sound_player import PlayerSetup, SoundPlayer
from livecode.transport.messages import Source
from livecode.transport.sending import (
    ReleaseNotes,
    Sending,
    SendMidi,
    SendNote,
    SendPacket,
    TakeBack,
)

MIDDLE_C = 60.0
#: A number that does not change is sent again after this long, since packets can be lost.
AGAIN_S = 1.0
#: What SuperDirt takes as whole numbers.
WHOLE = frozenset({"orbit", "cut", "channel"})
#: What multiplies: what an event says, and what the keyword says of all.
MULTIPLIED = frozenset({"gain", "speed"})
#: What is said of an event for our own hits alone.
OURS = frozenset({"n", "fit", "reverse"})


class _Sends(SoundPlayer):
    """Gives orders under the generations of a name."""

    thing: Sent
    FOR_ENGINE: tuple[str, ...] = ()
    _sent_as: tuple[tuple[int, int, int], ...] = ()
    _silent = True  # nothing has been sent since it was muted, or ever

    @property
    def source(self) -> Source:
        """Where it goes."""
        source: Source = self.thing.source
        return source

    def _follow_effects(self) -> None:
        """What is sent has none."""

    def begun(self, frame: int, fade_s: float) -> None:
        self.waiting = False

    def renewed(self) -> bool:
        """Look under which generations the name is sent; tell whether orders have to be given anew."""
        before, self._sent_as = self._sent_as, self.setup.sent_as(str(self.thing))
        was_silent, self._silent = self._silent, self.muted or not self._sent_as
        return self._sent_as != before or was_silent != self._silent

    def generation_at(self, frame: int) -> int:
        """Return the generation that sends what begins at a sample time."""
        begun = [number for at, number, _ in self._sent_as if at <= frame]
        return begun[-1] if begun else self._sent_as[0][1]

    def seconds(self, offset: Span) -> float:
        """Return an offset in seconds, by the tempo of now."""
        return offset.at(self.setup.tempo.bpm)


@dataclass(frozen=True)
class _Details:
    """What the events of a name depend on beside their settings."""

    offset: Span
    scale: str | None
    address: str = ""
    timed: bool = True
    keywords: tuple[str, ...] = ()
    patterns: tuple[tuple[str, Cycles], ...] = ()  # of keywords


@dataclass(frozen=True)
class _Begun:
    """An event that begins at a sample time, and what it is sent by."""

    event: PatternEvent
    frame: int
    generation: int
    settings: dict[str, float]
    details: _Details

    @property
    def said(self) -> Played:
        """What the event says, with what is said of it."""
        value = self.event.value
        return value if isinstance(value, Played) else Played(value)


class EventSender(_Sends, OnsetPlayer):
    """Sends the events of a pattern."""

    def open_control(self) -> None:
        """The sender takes orders in place of a control."""

    def take_back(self, frame: int) -> None:
        for _, generation, _ in self._sent_as:
            self.setup.order(TakeBack(generation, frame))

    def tick(self, frame: int, moment: Moment) -> None:
        if self.renewed():
            self._until = None  # all is ordered anew
            self._waiting.clear()
            if self._silent:
                earliest = frame + self.setup.voice_lead
                self.take_back(earliest)
                for _, generation, _ in self._sent_as:
                    self.setup.order(ReleaseNotes(generation, earliest))
        if self._silent:
            SoundPlayer.tick(self, frame, moment)
            if self._shapes:
                self._follow_shapes(frame + self.setup.voice_lead)
        else:
            super().tick(frame, moment)

    def write_at(self, frame: int, events: list[PatternEvent], part: Part, moment: Moment) -> int:
        settings = self.settings_at(frame, float(events[0].begin), moment)
        generation = self.generation_at(frame)
        orders = [
            order
            for event in events
            for order in self.orders(_Begun(event, frame, generation, settings, part.details))
        ]
        for order in orders:
            self.setup.order(order)
        return len(orders)

    def orders(self, begun: _Begun) -> Iterator[Sending]:
        """Yield the orders for an event."""
        raise NotImplementedError


class MidiNotesPlayer(EventSender):
    """Sends a pattern as MIDI notes."""

    thing: MidiNotes
    PER_EVENT = ("channel", "octave", "velocity", "legato", "level")

    def details(self) -> Any:
        return _Details(self.thing.offset, self.thing.scale)

    def orders(self, begun: _Begun) -> Iterator[Sending]:
        event, settings, details = begun.event, begun.settings, begun.details
        pitch = pitch_of(event.value, settings["octave"], details.scale)
        if pitch is None:
            return
        loud = settings["velocity"] * settings["level"] * begun.said.of("gain")
        if loud > 0:
            velocity = min(max(round(127 * loud), 1), 127)
            frames = max(self.frames(float(event.end - event.begin), event, begun.frame), 1)
            held = max(round(frames * settings["legato"]), 1)
            channel, offset_s = round(settings["channel"]), self.seconds(details.offset)
            yield SendNote(
                begun.generation, begun.frame, offset_s, channel, round(pitch), velocity, held
            )


class OscEventsPlayer(EventSender):
    """Sends a pattern as OSC messages."""

    thing: OscEvents
    PER_EVENT = ("octave",)

    def details(self) -> Any:
        thing, controls = self.thing, self.thing.controls
        patterns = tuple(
            (key, value.cycles) for key, value in controls.items() if isinstance(value, Pattern)
        )
        return _Details(
            thing.offset, thing.scale, thing.address, thing.timed, tuple(controls), patterns
        )

    def follow(self, frame: int, fade_s: float) -> None:
        for key, value in self.thing.controls.items():
            if key not in self._own and not isinstance(value, Pattern):
                self._own[key] = Automation(self.thing, key, None, self.setup.say)
        for key in [*self._own]:
            gone = key not in self.thing.controls and key not in self.PER_EVENT
            if gone or isinstance(self.thing.controls.get(key), Pattern):
                del self._own[key]
        super().follow(frame, fade_s)

    def orders(self, begun: _Begun) -> Iterator[Sending]:
        details = begun.details
        builder = OscMessageBuilder(details.address)
        if details.keywords or details.address == DIRT_ADDRESS:
            for name, value in self._pairs(begun).items():
                builder.add_arg(name, "s")
                _add(builder, name, value)
        else:
            _add(builder, "", _number(begun.event.value, begun.settings, details, 0.0))
        packet = builder.build().dgram
        offset_s = self.seconds(details.offset)
        yield SendPacket(begun.generation, begun.frame, offset_s, packet, details.timed)

    def _pairs(self, begun: _Begun) -> dict[str, Any]:
        """Return the names and values of an event, as SuperDirt takes them."""
        event, settings, details = begun.event, begun.settings, begun.details
        rate, said = self.setup.sample_rate, begun.said
        bar_s = self.frames(1.0, event, begun.frame) / rate
        pairs: dict[str, Any] = {
            "cps": 1.0 / bar_s if bar_s > 0 else 0.0,
            "cycle": float(event.begin),
            "delta": self.frames(float(event.end - event.begin), event, begun.frame) / rate,
            "orbit": 0,
        }
        word = plain(said)
        if isinstance(word, str) and number_of(word) is None:
            pairs["s"], _, variant = word.partition(":")
            pairs["n"] = (float(variant) if variant.isdigit() else 0.0) + said.of("n")
        else:
            pairs["note"] = _number(word, settings, details, MIDDLE_C)
        patterns = dict(details.patterns)
        for key in details.keywords:
            if key in patterns:
                pairs[key] = _said_at(patterns[key], event.begin)
            else:
                pairs[key] = settings.get(key, 0.0)
        for key, number in said.items():
            if key in MULTIPLIED and is_number(pairs.get(key)):
                number *= pairs[key]
            if key not in OURS:
                pairs[key] = number
        if said.of("reverse") > 0.5:
            pairs["speed"] = -pairs.get("speed", CONTROLS["speed"].plain)
        if is_number(pairs.get("pan")):  # 0 is left, and 1 right
            pairs["pan"] = (pairs["pan"] + 1.0) / 2.0
        return pairs


class _NumberSender(_Sends):
    """Sends a number that varies, again and again."""

    def __init__(self, thing: Sent, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        kind: Any = type(thing)
        self._value = Automation(thing, "value", kind.value.bounds, setup.say)
        self._until = 0  # sent up to this sample time
        self._last: tuple[Any, int] | None = None  # what was sent last, and when

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        self._value.follow(frame, fade_s)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        yield from super().automations()
        yield "value", self._value

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        if self.renewed():
            self._last = None
        tick = self.setup.tick_frames
        # a tick may come late, and the sender looks for orders as often as there are ticks
        begin = max(frame + self.setup.engine_lead + tick, self._until)
        self._until = end = frame + self.setup.engine_lead + 2 * tick
        thing: Any = self.thing
        every = self.setup.sample_rate / thing.rate
        at = {math.ceil(math.ceil(begin / every) * every)}
        if moment.tempo is not None and self._value.timed:
            corners = self._value.corners(begin, end, moment.tempo)
            at |= {corner.frame for corner in corners if corner.jump}
        for each in sorted(each for each in at if begin <= each < end):
            self._send(each, self._value.sample(moment.at(each, self.setup.engine_lead)))

    def _send(self, frame: int, number: float) -> None:
        said = self.said(number)
        last = self._last
        again = last is None or frame - last[1] >= AGAIN_S * self.setup.sample_rate
        if not self._silent and (again or last is None or said != last[0]):
            self._last = said, frame
            offset_s = self.seconds(self.thing.offset)
            self.setup.order(self.order(self.generation_at(frame), frame, offset_s, said))

    def said(self, number: float) -> Any:
        """Return how a number is said: what is said alike need not be sent again."""
        raise NotImplementedError

    def order(self, generation: int, frame: int, offset_s: float, said: Any) -> Sending:
        """Return the order that says a number at a sample time."""
        raise NotImplementedError


class MidiControllerPlayer(_NumberSender):
    """Sends a number as a MIDI controller."""

    thing: MidiController

    def said(self, number: float) -> Any:
        return self.thing.channel, self.thing.cc, round(127 * number)

    def order(self, generation: int, frame: int, offset_s: float, said: Any) -> Sending:
        channel, controller, position = said
        message = bytes([CONTROL_CHANGE | channel - 1, controller, position])
        return SendMidi(generation, frame, offset_s, message)


class OscCurvePlayer(_NumberSender):
    """Sends a number as an OSC message."""

    thing: OscCurve

    def said(self, number: float) -> Any:
        return self.thing.address, number

    def order(self, generation: int, frame: int, offset_s: float, said: Any) -> Sending:
        builder = OscMessageBuilder(said[0])
        _add(builder, "", said[1])
        packet = builder.build().dgram
        return SendPacket(generation, frame, offset_s, packet, timed=False)


def _said_at(cycles: Cycles, bar: Fraction) -> Any:
    """Return what a pattern says at a bar: a word as text, all else as a number."""
    found = value_at(cycles, float(bar), plain)
    if found is None or isinstance(found, str):  # "a" is a vowel here rather than a note
        return found or ""
    number = number_of(found)
    return 0.0 if number is None else float(number)


def _number(value: Any, settings: dict[str, float], details: _Details, zero: float) -> Any:
    """Return what an event says as a number above `zero`, or the word that it is."""
    number = number_of(value)
    if number is None:
        return str(plain(value))
    if zero == 0.0 and details.scale is None:
        return float(number)
    pitch = pitch_of(value, settings["octave"], details.scale)
    return float(number) if pitch is None else pitch - zero


def _add(builder: OscMessageBuilder, name: str, value: Any) -> None:
    if isinstance(value, str):
        builder.add_arg(value, "s")
    elif name in WHOLE:
        builder.add_arg(round(value), "i")
    else:
        builder.add_arg(float(value), "f")
