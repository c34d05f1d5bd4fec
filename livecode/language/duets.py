"""The word `duet`: a stream that listens to something, and answers each phrase of it."""

from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.notes import Notes
from livecode.language.signal_words import SignalWord
from livecode.language.sources import Sounding, automatable
from livecode.language.streams import Mic, Stream
from livecode.language.things import Setting, Thing, choice, length, number
from livecode.language.units import Span, is_number, span
from livecode.language.values import Value
from livecode.transport.messages import TEST_MODEL

#: The name of the device's input among signals.
MIC = "mic"
#: Where it is heard: the answer comes back into a microphone, or does not.
SPEAKERS, HEADPHONES = "speakers", "headphones"
SHORTEST_ANSWER_S, LONGEST_ANSWER_S, MOST_TIMES = 0.1, 120.0, 16.0

_answer_length = length(SHORTEST_ANSWER_S, LONGEST_ANSWER_S)


def _answer(thing: Thing, value: Any) -> float | Span:
    if is_number(value):
        if not 0.1 <= value <= MOST_TIMES:
            raise LivecodeError(
                f"takes how many times as long as the phrase, 0.1 to {MOST_TIMES:g}, or a length, as "
                f"2*s, not {value!r}"
            )
        return float(value)
    checked: Span = _answer_length(thing, value)
    return checked


def _bars(thing: Thing, value: Any) -> float | None:
    if value is None:
        return None
    checked = span(value) if isinstance(value, Span) else None
    count = checked.bars if checked is not None else value
    plain = checked is None or not (checked.seconds or checked.beats)
    if not plain or not is_number(count) or not 0.25 <= count <= 64:
        raise LivecodeError(f"takes bars, as 2 or 2*bars, from a quarter to 64, not {value!r}")
    return float(count)


def _grid(thing: Thing, value: Any) -> Span | None:
    if value is None:
        return None
    checked = span(value)
    if checked.seconds or not 0.0625 <= checked.in_beats() <= 16:
        raise LivecodeError(f"takes a part of the beat, as 0.25*beats, not {checked}")
    return checked


def _switch(thing: Thing, value: Any) -> bool:
    if not isinstance(value, bool):
        raise LivecodeError(f"takes True or False, not {value!r}")
    return value


class Duet(Thing):
    """A stream that answers: it listens until a phrase is over, and goes on from it."""

    kind = "duet"
    order = 3
    told = ("stop", "listen")

    silence = Setting(
        Span(0.18),
        length(0.08, 5),
        "a phrase is over after so long a silence: `d.silence = 0.4*s` lets you breathe",
    )
    bars = Setting(
        None,
        _bars,
        "it listens for so many bars and answers as long, on the line: `d.bars = 2`; None: after silence",
    )
    threshold = Setting(
        -45.0, number(-90, 0), "dBFS above which it hears something: the level of the softest note"
    )
    answer = Setting(
        1.0,
        _answer,
        "how long it answers: `2` twice as long as the phrase, `2*bars` or `3*s` always as long",
    )
    lean = automatable(
        0.0,
        -8,
        8,
        "above 0 it leans towards the colour of what it heard, below 0 away from it: `d.lean = 1`",
    )
    meanwhile = automatable(
        0.0, 0, 1, "how loud it goes on while it listens: 0 it is silent, `0.2` it murmurs"
    )
    grid = Setting(
        None,
        _grid,
        "of notes: what the answer falls on, as `0.5*beats`; None: it is as free as the phrase",
    )
    dynamics = Setting(
        1.0,
        number(0, 1),
        "1: it answers softly what was soft, 0: always as loud as by itself",
    )
    gives_way = Setting(True, _switch, "whether a new phrase interrupts the answer")
    heard_on = Setting(
        SPEAKERS,
        choice(SPEAKERS, HEADPHONES),
        'where a microphone hears the answer, it does not listen meanwhile: `"headphones"` lets it',
    )
    listens = Setting(
        True, _switch, "whether it hears anything; `d.stop()` and `d.listen()` set it"
    )

    @property
    def of(self) -> str:
        """The name of the stream that answers."""
        return str(self.settings["of"])

    @property
    def hears(self) -> str:
        """The name of what it listens to."""
        return str(self.settings["hears"])

    @property
    def plays_notes(self) -> bool:
        """Whether an instrument of notes answers rather than a stream."""
        return bool(self.settings.get("notes"))

    @property
    def channel(self) -> int | None:
        """The one input that it listens to, from 1; None: all there are."""
        return self.settings.get("channel")

    @property
    def deaf(self) -> bool:
        """Whether it hears nothing while it answers, since it would hear itself."""
        return bool(self.settings["open"]) and self.heard_on == SPEAKERS

    def stop(self) -> None:
        """Hear nothing any more, and end the answer: `d.stop()`; `del d` lets the stream play by itself."""
        self.listens = False

    def listen(self) -> None:
        """Listen again after `stop`: `d.listen()`."""
        self.listens = True

    def values(self) -> list[Value]:
        """Return the settings that vary in time."""
        return [value for value in self.settings.values() if isinstance(value, Value)]

    def __repr__(self) -> str:
        return f"{self}: {self.of} answers {self.hears}"


def duet(
    thing: Any,
    source: Any,
    *,
    silence: Span | float | None = None,
    bars: Span | float | None = None,
    threshold: float | None = None,
    answer: Span | float | None = None,
    lean: float | Value | None = None,
    meanwhile: float | Value | None = None,
    dynamics: float | None = None,
    gives_way: bool | None = None,
    heard_on: str | None = None,
    grid: Span | None = None,
) -> Duet:
    """Let a stream, or an instrument, answer: `d = duet(r7, mic())`, `duet(lead, mic(), bars=2)`.

    A stream is silent until a phrase is over, goes on from it, as long and as loud as the phrase, and
    listens again. `lead = notes("~", "pluck")` answers with notes, by what it has heard so far.
    `d.lean = 1` leans towards the phrase. `d.stop()` ends it; `del d` lets r7 play by itself.
    """
    made = Duet(
        silence=silence,
        bars=bars,
        threshold=threshold,
        answer=answer,
        lean=lean,
        meanwhile=meanwhile,
        dynamics=dynamics,
        gives_way=gives_way,
        heard_on=heard_on,
        grid=grid,
    )
    made.settings["of"] = _who_answers(thing)
    made.settings["notes"] = isinstance(thing, Notes)
    made.settings.update(_what_is_heard(source))
    if made.hears == made.of:
        raise LivecodeError(f"{made.of} cannot answer itself: duet takes another name, or mic()")
    return made


def _who_answers(thing: Any) -> str:
    if isinstance(thing, Notes) and thing.name is not None:
        return thing.name
    if not isinstance(thing, (Stream, Notes)):
        raise LivecodeError(
            f'duet takes a stream that answers, as in duet(r7, mic()) after r7 = stream("piano"), '
            f"not {thing!r}"
        )
    if thing.name is None:
        raise LivecodeError('give the stream a name first: r7 = stream("piano"), then duet(r7, …)')
    if thing.model == TEST_MODEL:
        raise LivecodeError(
            f"{thing} is the test stream, which has no model that could go on from a phrase"
        )
    return thing.name


def _what_is_heard(source: Any) -> dict[str, Any]:
    """Return the settings that say what is listened to; LivecodeError if it cannot be."""
    if isinstance(source, Mic):
        return {"hears": source.name or MIC, "channel": source.input, "open": True}
    if isinstance(source, SignalWord) and source._path == (MIC,):
        return {"hears": MIC, "channel": None, "open": True}
    if isinstance(source, Sounding):
        if source.name is None:
            raise LivecodeError(
                f"give what it listens to a name first: calls = {source.kind}(…), then duet(r7, calls)"
            )
        return {"hears": source.name, "channel": None, "open": False}
    if isinstance(source, (str, Path)):
        raise LivecodeError(
            f"play the file first: calls = sample({str(source)!r}), then duet(r7, calls)"
        )
    raise LivecodeError(f"duet listens to mic() or to a name that sounds, not to {source!r}")
