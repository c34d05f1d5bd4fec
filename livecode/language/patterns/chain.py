"""What all operations on patterns stand on: a pattern as a value of the language, made of others."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from numbers import Integral
from typing import Any, Self, TypeVar

from livecode.errors import LivecodeError
from livecode.language.moments import BeatClock, Corner, Moment, Node
from livecode.language.patterns.ahead import EventsAhead
from livecode.language.patterns.combining import Chosen, said
from livecode.language.patterns.cycle import Mark
from livecode.language.patterns.cycles import Cycles, Pure
from livecode.language.patterns.events import as_float, as_word, since_at, value_at
from livecode.language.patterns.meaning import cycles_of
from livecode.language.patterns.notation import SHOWN_LENGTH
from livecode.language.patterns.played import number_of, plain
from livecode.language.things import Thing
from livecode.language.units import BEATS_PER_BAR, Span, bars, is_number
from livecode.language.values import Value

#: A pattern is tried for so many cycles when it is made, so that mistakes are found then.
TRIED_CYCLES = 4
#: A drawing shows no more bars than these.
_DRAWN_BARS = 8
#: So many beat clocks are known by which names play the same pattern as a value.
_MOST_CLOCKS = 8


class PatternNode(Node):
    """A pattern by what it is made of: `by(*sources)`.

    Sources with a name are followed when that name gets another pattern.
    """

    def __init__(self, text: str, by: Callable[..., Cycles], sources: "tuple[Source, ...]"):
        self.text, self._by, self._sources = text, by, sources
        self.parts = tuple(dict.fromkeys(each for source in sources for each in _followed(source)))
        #: What it was made of, and the pattern: as it is described, and as it is heard.
        self._made: dict[bool, tuple[tuple[Cycles, ...], Cycles]] = {}
        self._ahead: dict[BeatClock, EventsAhead] = {}

    @property
    def cycles(self) -> Cycles:
        """The pattern as it is described now."""
        return self.cycles_at(None)

    def cycles_at(self, frame: int | None) -> Cycles:
        """Return the pattern as it is heard at a sample time; None: as it is described."""
        now = tuple(_resolved(part, frame) for part in self.parts if isinstance(part, Chain))
        made = self._made.get(frame is None)
        if made is None or made[0] != now:
            made = now, self._by(*(_resolved(source, frame) for source in self._sources))
            self._made[frame is None] = made
        return made[1]

    def sample(self, moment: Moment) -> float:
        number = value_at(self.cycles_at(moment.frame), moment.bar, as_float)
        return 0.0 if number is None else float(number)

    def corners(self, begin: int, end: int, tempo: BeatClock) -> Iterator[Corner]:
        ahead = self._ahead.get(tempo)
        if ahead is None:
            if len(self._ahead) >= _MOST_CLOCKS:
                self._ahead.clear()
            ahead = self._ahead[tempo] = EventsAhead()
        first, last = self.cycles_at(begin), self.cycles_at(end - 1)
        for cycles in (first,) if last is first else (first, last):
            for frame, _ in ahead.between(cycles, tempo, begin, end):
                yield Corner(frame, jump=True)

    def drawn(self, seconds: float, beat: float) -> float | None:
        return value_at(self.cycles, beat / BEATS_PER_BAR, as_float)  # type: ignore[no-any-return]

    def shown(self) -> Span | None:
        shown = min(self.cycles.period or _DRAWN_BARS, _DRAWN_BARS)
        return shown * bars * (1 - 1e-6)  # its last point is not the next bar's first

    def __str__(self) -> str:
        return self.text


class Chain(Value):
    """A pattern: what it says in each bar, and what can be done to it."""

    kind = "pattern"

    @classmethod
    def made(cls, text: str, by: Callable[..., Cycles], sources: "tuple[Source, ...]") -> Self:
        """A pattern of that text, `by(*sources)`; it is tried, and its mistakes are raised."""
        node = PatternNode(text, by, sources)
        for number in range(TRIED_CYCLES):
            node.cycles.cycle(number)
        return cls.of(node)

    @classmethod
    def of(cls, node: Node) -> Self:
        """The pattern of a node."""
        found = cls()
        found.settings.update(node=node, size=1 + len(node.parts))
        return found

    @property
    def cycles(self) -> Cycles:
        """What it says, as a pure function of the cycle."""
        node = self.settings["node"]
        assert isinstance(node, PatternNode)
        return node.cycles

    def cycles_at(self, frame: int) -> Cycles:
        """Return what it says at a sample time; a block that runs does not change that."""
        node = self.node_at(frame)
        assert isinstance(node, PatternNode)
        return node.cycles_at(frame)

    def adopt(self, other: Thing) -> None:
        """Become what `other` is; `groove = groove.rev()` is made of what it was."""
        if isinstance(other, Chain) and self in other.everything():
            still = other.cycles
            other = type(self).of(PatternNode(str(other), lambda: still, ()))
        super().adopt(other)

    def word_at(self, bar: float, frame: int | None = None) -> str | None:
        """The name that it says at a bar, in fractions, for settings that take names.

        `frame`: as it is heard at that sample time; None: as it is described.
        """
        return value_at(self._cycles(frame), bar, as_word)  # type: ignore[no-any-return]

    def word_since(self, bar: float, frame: int | None = None) -> float:
        """Since which bar, in fractions, it has said the name that it says at a bar; see `word_at`."""
        since = since_at(self._cycles(frame), bar, as_word)
        return bar if since is None else since

    def _cycles(self, frame: int | None) -> Cycles:
        return self.cycles if frame is None else self.cycles_at(frame)

    def words(self) -> tuple[str, ...]:
        """All names that it says, as far ahead as it is read; raises LivecodeError at a number."""
        for value in said(self.cycles):
            if as_word(value) is None:
                raise LivecodeError(f"a name is needed, not {plain(value)!r}, in {self}")
        return tuple(word for value in said(self.cycles) if (word := as_word(value)) is not None)

    def _value(self) -> Value:
        _check_numbers(self.cycles)
        return self

    def _source(self) -> "Source":
        """What others are made of: itself where it has a name, what it is otherwise."""
        return self if self.name is not None else self.settings["node"]

    def _with(self, name: str, by: Callable[..., Cycles], *arguments: "Argument") -> Self:
        """`by(this, *arguments)`, called `name`."""
        shown = ", ".join(argument.text for argument in arguments if argument.text)
        sources = [source for argument in arguments for source in argument.sources]
        return type(self)._named(name, f"{self}.{name}({shown})", by, (self._source(), *sources))

    @classmethod
    def _named(
        cls, name: str, text: str, by: Callable[..., Cycles], sources: "tuple[Source, ...]"
    ) -> Self:
        try:
            return cls.made(text, by, sources)
        except LivecodeError as error:
            raise LivecodeError(f"{name}: {error}") from None

    def _per_value(self, name: str, number: "Argument", make: Callable[[Any], Self]) -> Self:
        """What `make` makes of each value of a number that goes by a pattern, while that sounds."""
        by = number.cycles
        if isinstance(by, Pure):
            return make(by.value)
        values = said(by)
        choices = tuple(make(value)._source() for value in values)
        return self._with(
            name,
            lambda _, by, *cycles: Chosen(by, values, cycles),
            Argument(number.text, (number.sources[0], *choices)),
        )


def patterns_of(value: Any) -> Iterator[Chain]:
    """Yield the patterns that a setting is made of, without those that these are made of."""
    if isinstance(value, Chain):
        yield value
    elif isinstance(value, Value):
        for part in value.node.parts:
            yield from patterns_of(part)


Source = Cycles | PatternNode | Chain
Part = TypeVar("Part", bound=Chain)


class Argument:
    """Something that an operation was given: how it reads, and the patterns that it stands for."""

    def __init__(self, text: str, sources: tuple[Source, ...]):
        self.text, self.sources = text, sources

    @property
    def cycles(self) -> Cycles:
        """The pattern that it stands for."""
        return _resolved(self.sources[0])


def _followed(source: Source) -> tuple[Value, ...]:
    """Patterns with a name that it is made of."""
    if isinstance(source, Chain):
        return (source,)
    return source.parts if isinstance(source, PatternNode) else ()


def _resolved(source: Source, frame: int | None = None) -> Cycles:
    """Return the pattern of a source as it is heard at a sample time; None: as it is described."""
    if isinstance(source, Cycles):
        return source
    return source.cycles if frame is None else source.cycles_at(frame)


def notation(given: Any, name: str) -> Argument:
    """Something that goes by a pattern: a notation, a number, or a pattern."""
    if isinstance(given, Chain):
        return Argument(str(given), (given._source(),))
    if isinstance(given, str):
        try:
            return Argument(repr(given), (cycles_of(given),))
        except LivecodeError as error:
            raise LivecodeError(f"{name}: {error}") from None
    if isinstance(given, bool) or is_number(given):
        return Argument(f"{given}", (Pure(_plain_number(given, name)),))
    raise LivecodeError(f"{name} takes a notation, a number or a pattern, not {given!r}")


def number(given: Any, name: str, notes: bool = False) -> Argument:
    """A number or a pattern of numbers, or of notes where they will do."""
    argument = notation(given, name)
    try:
        _check_numbers(argument.cycles, notes)
    except LivecodeError as error:
        raise LivecodeError(f"{name}: {error}") from None
    return argument


def cycles(given: Any, name: str) -> Argument:
    """A number of cycles, or a pattern of them: `"1/8"` is an eighth, `1*beats` a quarter of four."""
    if isinstance(given, Span):
        if given.seconds:
            raise LivecodeError(f"{name} takes beats and bars, not {given}")
        return Argument(
            f"{given}", (Pure(Fraction(given.in_beats() / BEATS_PER_BAR).limit_denominator()),)
        )
    if isinstance(given, str):
        try:
            return Argument(repr(given), (Pure(Fraction(given.strip())),))
        except (ValueError, ZeroDivisionError):
            pass
    return number(given, name)


def changed(done: Callable[[Any], Any], part: Part, name: str) -> Part:
    """What a function makes of a pattern."""
    if not callable(done) or isinstance(done, (type, Thing)):
        raise LivecodeError(
            f"{name} takes what is to be done, as pattern.rev, pattern.fast(2) or "
            f"lambda x: x.fast(2), not {done!r}"
        )
    made = done(part)
    if not isinstance(made, type(part)):
        raise LivecodeError(f"{name}: what is done must make a pattern of a pattern, not {made!r}")
    return made


def change(done: Callable[[Any], Any], part: Chain, name: str) -> Argument:
    """What a function makes of a pattern, as an argument."""
    made = changed(done, part, name)
    text = getattr(done, "__name__", str(done))
    return Argument("…" if text == "<lambda>" else text, (made._source(),))


def _plain_number(given: Any, name: str) -> Any:
    """The number as Python has it, without numpy's types."""
    if isinstance(given, (bool, Fraction)):
        return given
    if not math.isfinite(given):
        raise LivecodeError(f"{name} takes finite numbers, not {given!r}")
    return int(given) if isinstance(given, Integral) else float(given)


def _check_numbers(cycles: Cycles, notes: bool = True) -> None:
    """Raise LivecodeError where a pattern says something that is no number."""
    for count in range(TRIED_CYCLES):
        for _, _, _, _, value, marks in cycles.cycle(count).fragments:
            if number_of(value) is None or (isinstance(plain(value), str) and not notes):
                raise LivecodeError(f"a number is needed, not {_written(value, marks)}")


def _written(value: Any, marks: tuple[Mark, ...]) -> str:
    if not marks:
        return repr(plain(value))
    text, start, _ = marks[0]
    of = f" of {text!r}" if len(text) <= SHOWN_LENGTH and "\n" not in text else ""
    return f"{plain(value)!r} (column {start + 1}{of})"
