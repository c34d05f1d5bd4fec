"""Operations on how events are played: their controls, sounds cut into pieces, echoes, two sides."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Self

from livecode.language.patterns import time
from livecode.language.patterns.chain import Chain, change, cycles, number
from livecode.language.patterns.combining import Divided, Paired, Timed, vary
from livecode.language.patterns.cycle import MOST_EVENTS, TooMuch
from livecode.language.patterns.cycles import Cycles, Mapped, Silence
from livecode.language.patterns.in_time import Change, Number, Time
from livecode.language.patterns.played import CONTROLS, control_of, number_of, told

#: An echo comes back so often at most.
MOST_ECHOES = 64


def _teller(control: str) -> Callable[[Any, Any], Any]:
    def tell(value: Any, said: Any) -> Any:
        number = number_of(said)
        return value if number is None else told(value, **{control: float(number)})

    return tell


#: Functions that set a control: the same each time, so that like patterns are alike.
_TELL = {control: _teller(control) for control in CONTROLS}


def _cut(value: Any, index: int, count: int) -> Any:
    """One of so many pieces of what is played."""
    begin, end = control_of(value, "begin"), control_of(value, "end")
    length = (end - begin) / count
    return told(value, begin=begin + index * length, end=begin + (index + 1) * length)


def _sliced(value: Any, index: Any, count: Any) -> Any:
    """The slice of that number, of so many of the whole sound."""
    slices = max(time.counted(count), 1)
    place = time.whole(index) % slices
    return told(value, begin=place / slices, end=(place + 1) / slices)


def _fitted(value: Any, length: Fraction, _: Any) -> Any:
    """At the speed at which its piece is as long as its event."""
    piece = control_of(value, "end") - control_of(value, "begin")
    return told(value, fit=float(length) / piece) if piece > 0 else value


def _hurried(value: Any, factor: Any) -> Any:
    return told(value, speed=control_of(value, "speed") * float(time.time(factor)))


def _quieter(value: Any, by: float) -> Any:
    return told(value, gain=control_of(value, "gain") * by)


def _aside(value: Any, by: float) -> Any:
    return told(value, pan=control_of(value, "pan") + by)


def chop(part: Cycles, pieces: Any) -> Cycles:
    """Each event in so many pieces of its sound, one after the other."""
    count = _pieces(pieces)
    return Divided(
        part, tuple((Fraction(i, count), Fraction(i + 1, count)) for i in range(count)), _cut
    )


def striate(part: Cycles, pieces: Any) -> Cycles:
    """The whole pattern with the first piece of each sound, with the second, and so on."""
    count = _pieces(pieces)
    each = tuple(Mapped(part, _piece, (index, count)) for index in range(count))
    return time.in_one_cycle(*each)


def _piece(value: Any, index: int, count: int) -> Any:
    return _cut(value, index, count)


def _pieces(value: Any) -> int:
    count = max(time.counted(value), 1)
    if count > MOST_EVENTS:
        raise TooMuch(f"a sound is cut into at most {MOST_EVENTS:,} pieces")
    return count


def slices(part: Cycles, which: Cycles, count: Any) -> Cycles:
    """Slices of the sounds, in the rhythm of their numbers."""
    return Paired(part, Mapped(which, _numbered, (count,)), _slice, True)


def _numbered(index: Any, count: Any) -> tuple[Any, Any]:
    return index, count


def _slice(value: Any, which: tuple[Any, Any]) -> Any:
    return _sliced(value, *which)


def echoes(part: Cycles, times: Any, by: Any, feedback: Any) -> Cycles:
    """The same again and again, later and quieter."""
    count = time.counted(times)
    if not 0 <= count <= MOST_ECHOES:
        raise TooMuch(f"an echo comes at most {MOST_ECHOES} times")
    delay, loud = time.time(by), float(time.time(feedback))
    return (
        time.at_once(
            *(Mapped(time.late(part, delay * i), _quieter, (loud**i,)) for i in range(count))
        )
        if count
        else Silence()
    )


def _hurry(part: Cycles, factor: Any) -> Cycles:
    return Mapped(time.fast(part, factor), _hurried, (factor,))


class InSound(Chain):
    """What is done to how the events of a pattern are played."""

    def n(self, which: Number) -> Self:
        """Which sound of its name: `pattern("hh*8").n("0 1 2 <3 4>")`."""
        return self._told("n", which)

    def gain(self, loud: Number) -> Self:
        """How loud each event is, 1 as it is: `pattern("hh*8").gain("1 0.5 0.7 0.5")`."""
        return self._told("gain", loud)

    def pan(self, place: Number) -> Self:
        """Where each event is, from −1 left to 1 right: `pattern("hh*8").pan("-1 1")`."""
        return self._told("pan", place)

    def speed(self, factor: Number) -> Self:
        """How fast its sound is played, −1 backwards: `pattern("bd*4").speed("1 <2 -1>")`."""
        return self._told("speed", factor)

    def begin(self, place: Number) -> Self:
        """Where in the sound it begins, from 0 to 1: `pattern("cp*2").begin("0 0.25")`."""
        return self._told("begin", place)

    def end(self, place: Number) -> Self:
        """Where in the sound it ends, from 0 to 1: `pattern("oh*4").end("1 0.1")`."""
        return self._told("end", place)

    def attack(self, seconds: Number) -> Self:
        """How long each event takes to be at its loudest: `pattern("oh*2").attack(0.1)`."""
        return self._told("attack", seconds)

    def release(self, seconds: Number) -> Self:
        """How long each event takes to fade when it is over: `pattern("oh*2").release(0.2)`."""
        return self._told("release", seconds)

    def cut(self, group: Number) -> Self:
        """A group in which a new sound ends the one before: `pattern("hh hh oh hh").cut(1)`."""
        return self._told("cut", group)

    def reverse(self, on: Number = 1) -> Self:
        """The sound of each event backwards: `pattern("cp sn").reverse("<0 1>")`."""
        return self._told("reverse", on)

    def chop(self, pieces: Number) -> Self:
        """Each sound in so many pieces, in its place: `pattern("oh*2").chop(4)`."""
        return self._cut("chop", chop, pieces)

    def striate(self, pieces: Number) -> Self:
        """All sounds' first pieces, then their second ones: `pattern("bd oh").striate(4)`."""
        return self._cut("striate", striate, pieces)

    def slice(self, count: Number, which: Number) -> Self:
        """Slices of a sound, by number: `pattern("oh").slice(8, "0 3 <5 7>*2 2")`."""
        given = number(count, "slice"), number(which, "slice")
        return self._with(
            "slice", lambda part, count, which: vary(slices, (part, which), (count,)), *given
        )

    def splice(self, count: Number, which: Number) -> Self:
        """As `slice`, each as long as its event, by its speed: `pattern("oh").splice(8, "0 3 5 2")`."""
        given = number(count, "splice"), number(which, "splice")
        return self._with(
            "splice",
            lambda part, count, which: Timed(vary(slices, (part, which), (count,)), _fitted, None),
            *given,
        )

    def echo(self, times: Number, by: Time, feedback: Number = 0.5) -> Self:
        """So often, each later by so many bars and quieter: `pattern("cp ~").echo(3, "1/8", 0.6)`."""
        given = number(times, "echo"), cycles(by, "echo"), number(feedback, "echo")
        return self._with("echo", lambda part, *how: vary(echoes, (part,), how), *given)

    def jux(self, done: Change) -> Self:
        """As it is on the left, changed on the right: `pattern("bd*2 hh*4").jux(pattern.rev)`."""
        return self._with(
            "jux",
            lambda part, changed: time.at_once(
                Mapped(part, _aside, (-1.0,)), Mapped(changed, _aside, (1.0,))
            ),
            change(done, self, "jux"),
        )

    def hurry(self, factor: Number) -> Self:
        """Faster, and higher by as much: `pattern("bd sn").hurry("<1 2>")`."""
        return self._cut("hurry", _hurry, factor)

    def _cut(self, name: str, make: Callable[..., Cycles], given: Number) -> Self:
        return self._with(
            name, lambda part, number: vary(make, (part,), (number,)), number(given, name)
        )

    def _told(self, control: str, given: Number) -> Self:
        tell = _TELL[control]
        return self._with(
            control, lambda part, said: Paired(part, said, tell), number(given, control)
        )
