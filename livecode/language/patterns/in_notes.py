"""Operations on notes: scales, transposition, chords, their voicings and arpeggios."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from livecode.errors import LivecodeError, did_you_mean
from livecode.language.patterns import numbers, time
from livecode.language.patterns.chain import Argument, notation, number
from livecode.language.patterns.combining import Chords, Paired, said, vary
from livecode.language.patterns.cycles import Cycles, Mapped, Pure
from livecode.language.patterns.in_time import Number
from livecode.language.patterns.in_values import InValues
from livecode.language.patterns.notes import Pitch, chord_named, chord_symbol
from livecode.language.patterns.played import number_of, of_value, plain
from livecode.language.patterns.scales import scale_of
from livecode.language.units import is_number

#: The note below which `voicings` keeps the highest note of a chord.
ANCHOR = "c5"


def _in_scale(value: Any, name: Any) -> Any:
    """The note of a degree; a note becomes the nearest one of the scale."""
    scale = scale_of(str(plain(name)))
    found = number_of(value)
    if found is None:
        return value
    if is_note(value):
        return of_value(value, lambda _: scale.nearest(float(found)))
    return of_value(value, lambda _: scale.note(float(found)))


def is_note(value: Any) -> bool:
    """Whether it is a pitch, not a plain number."""
    said = plain(value)
    return isinstance(said, Pitch) or (isinstance(said, str) and number_of(said) is not None)


def _scaled(part: Cycles, name: Any) -> Cycles:
    return Mapped(part, _in_scale, (name,))


def _moved(value: Any, semitones: int) -> Any:
    found = number_of(value)
    made = found + semitones  # type: ignore[operator]
    return of_value(value, lambda _: Pitch(made) if is_note(value) else made)


def _built(values: list[Any], name: str) -> list[list[Any]]:
    """A chord on each of the notes."""
    return [
        [
            note
            for value in values
            for note in (
                [_moved(value, each) for each in chord_named(name)]
                if number_of(value) is not None
                else [value]
            )
        ]
    ]


def _chorded(part: Cycles, name: Any) -> Cycles:
    return Chords(part, _built, str(plain(name)))


def _read(values: list[Any], _: None) -> list[list[Any]]:
    """The chords that words like am7 stand for."""
    row: list[Any] = []
    for value in values:
        notes = chord_symbol(value_text) if isinstance(value_text := plain(value), str) else None
        if notes is None:
            raise LivecodeError(
                f"{plain(value)!r} is no chord; chords are written like am7, f, bb7"
            )
        row += [_as(value, note) for note in notes]
    return [row]


def _as(value: Any, note: Any) -> Any:
    return of_value(value, lambda _: note)


def _voiced(values: list[Any], anchor: Any) -> list[list[Any]]:
    """The chord in the inversion whose highest note is nearest to the anchor, from below."""
    found = [number_of(value) for value in values]
    pitched = [float(each) for each in found if each is not None]
    if not pitched or len(pitched) < len(values):
        return [values]
    notes = any(is_note(value) for value in values)
    top = float(number_of(anchor) or 0) - (0 if notes else 60)
    classes = sorted({each % 12 for each in pitched}, key=lambda each: (top - each) % 12)
    made = sorted(top - (top - each) % 12 for each in classes)
    return [[_as(values[0], Pitch(each) if notes else _tidy(each)) for each in made]]


def _tidy(number: float) -> float:
    return int(number) if number == int(number) else number


def _revoiced(part: Cycles, anchor: Any) -> Cycles:
    return Chords(part, _voiced, plain(anchor))


Order = Callable[[Sequence[Any]], list[list[Any]]]


def _singly(notes: Sequence[Any]) -> list[list[Any]]:
    return [[note] for note in notes]


def _converging(notes: Sequence[Any]) -> list[Any]:
    inward: list[Any] = []
    left = list(notes)
    while left:
        inward.append(left.pop(0))
        left.reverse()
    return inward


#: Ways to play the notes of a chord one after the other, by the names of TidalCycles.
ARPEGGIOS: Mapping[str, Order] = {
    "up": lambda n: _singly(n),
    "down": lambda n: _singly(n[::-1]),
    "updown": lambda n: _singly([*n[:-1], *n[:0:-1]] if len(n) > 1 else n),
    "downup": lambda n: _singly([*n[:0:-1], *n[:-1]] if len(n) > 1 else n),
    "up_and_down": lambda n: _singly([*n, *n[::-1]]),
    "down_and_up": lambda n: _singly([*n[::-1], *n]),
    "converge": lambda n: _singly(_converging(n)),
    "diverge": lambda n: _singly(_converging(n)[::-1]),
    "disconverge": lambda n: _singly([*_converging(n), *_converging(n)[::-1][1:]]),
    "pinkyup": lambda n: _singly([x for note in n[:-1] or n for x in (note, n[-1])]),
    "pinkyupdown": lambda n: _singly(
        [x for note in [*n[:-1], *n[-3:0:-1]] or n for x in (note, n[-1])]
    ),
    "thumbup": lambda n: _singly([x for note in n[1:] or n for x in (n[0], note)]),
    "thumbupdown": lambda n: _singly(
        [x for note in [*n[1:], *n[-2:1:-1]] or n for x in (n[0], note)]
    ),
}


def _ordered(values: list[Any], mode: str) -> list[list[Any]]:
    return ARPEGGIOS[mode](values)


def _gathered(values: list[Any], _: None) -> list[list[Any]]:
    """All at once as one value."""
    return [[tuple(values)]]


def _picked(values: tuple[Any, ...], index: Any) -> Any:
    return values[time.whole(index) % len(values)]


def _arpeggiated(part: Cycles, mode: Any) -> Cycles:
    return Chords(part, _ordered, str(plain(mode)))


class InNotes(InValues):
    """What is done to the notes of a pattern."""

    def scale(self, name: Number, high: Number | None = None) -> Self:
        """Degrees as notes of a scale: `pattern("0 2 <4 7>").scale("c minor pentatonic")`.

        Notes become the nearest ones of the scale; `scale("<c:minor f:dorian>")` goes by a pattern.
        Given two numbers it takes what goes from 0 to 1 to these: `scale(200, 4000)`.
        """
        if high is not None:
            return self.range(name, high)
        if is_number(name):
            raise LivecodeError('scale takes a scale, as in scale("c minor"), or two numbers')
        given = _by_name("scale", name, scale_of)
        return self._with("scale", lambda part, name: vary(_scaled, (part,), (name,)), given)

    def transpose(self, semitones: Number) -> Self:
        """Higher by so many semitones: `pattern("c4 e4 g4").transpose("<0 5 7>")`."""
        return self._with(
            "transpose",
            lambda part, by: numbers.combined("+", part, by),
            number(semitones, "transpose"),
        )

    def chord(self, name: Number | None = None) -> Self:
        """A chord on each note: `pattern("<c f g>").chord("<maj min7>")`.

        Without a name the words are chords themselves: `pattern("<am7 fmaj7 c g7>").chord()`.
        """
        if name is None:
            return self._with("chord", lambda part: Chords(part, _read, None))
        given = _by_name("chord", name, chord_named)
        return self._with("chord", lambda part, name: vary(_chorded, (part,), (name,)), given)

    def voicings(self, anchor: Number = ANCHOR) -> Self:
        """Chords inverted so that they lie close to each other: `pattern("<c'maj f'maj>").voicings()`.

        The highest note of each is the highest that is not above `anchor`.
        """
        return self._with(
            "voicings",
            lambda part, anchor: vary(_revoiced, (part,), (anchor,)),
            number(anchor, "voicings", True),
        )

    def arp(self, mode: Number = "up") -> Self:
        """Chords one note after the other: `pattern("<c'maj e'min>").arp("<up down>")`.

        There is up, down, updown, downup, up_and_down, down_and_up, converge, diverge, disconverge,
        pinkyup, pinkyupdown, thumbup, thumbupdown; numbers choose notes of the chord, from 0:
        `arp("0 [0,2] 1 2")`.
        """
        given = notation(mode, "arp")
        values = said(given.cycles)
        if all(number_of(value) is not None for value in values):
            return self._with(
                "arp",
                lambda part, which: Paired(Chords(part, _gathered, None), which, _picked, True),
                given,
            )
        for value in values:
            if plain(value) not in ARPEGGIOS:
                raise LivecodeError(
                    f"arp: there is no {plain(value)!r}{did_you_mean(str(plain(value)), ARPEGGIOS)}"
                )
        return self._with("arp", lambda part, mode: vary(_arpeggiated, (part,), (mode,)), given)


def _by_name(operation: str, name: Number, check: Callable[[str], Any]) -> Argument:
    """A name, which can hold spaces, or a pattern of names."""
    single = isinstance(name, str) and not set(name) & set("<[{|*!,")
    given = None if single else notation(name, operation)
    try:
        for each in [name] if given is None else said(given.cycles):
            check(str(plain(each)))
    except LivecodeError as error:
        raise LivecodeError(f"{operation}: {error}") from None
    return Argument(repr(name), (Pure(name),)) if given is None else given
