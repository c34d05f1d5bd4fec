"""Hits: patterns that play the sounds of a kit, and the settings that each hit is played by."""

from fractions import Fraction
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.kits import Kit, kit
from livecode.language.patterns.chain import TRIED_CYCLES
from livecode.language.patterns.combining import said
from livecode.language.patterns.pattern import Pattern, pattern_of
from livecode.language.patterns.played import CONTROLS, number_of, plain
from livecode.language.sources import Sounding
from livecode.language.things import Setting, Thing, number
from livecode.language.units import Span, is_number
from livecode.language.values import Value, as_value

#: What each hit takes from the settings of its name, where its pattern does not say it.
PER_HIT = ("n", "gain", "pan", "speed", "begin", "end", "attack", "release", "reverse")
#: Sounds that end each other where nobody has said otherwise: the two halves of a hat.
HATS = "hh oh hc ho ch"


def per_event(low: float, high: float, plainly: float, doc: str) -> Setting:
    """Make a setting that each event reads as it begins: a number, a pattern, a curve, a function."""

    plain = number(low, high)

    def check(thing: Thing, value: Any) -> float | Value:
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, str):
            return as_value(pattern_of(value))
        return plain(thing, value) if is_number(value) else as_value(value)

    return Setting(plainly, check, doc, bounds=(low, high))


def per_hit(name: str, doc: str) -> Setting:
    """Make a setting of that control of hits."""
    control = CONTROLS[name]
    return per_event(control.low, control.high, control.plain, doc)


def a_pattern(thing: Thing, value: Any) -> Pattern:
    """Take a pattern, or the text of one. Raises LivecodeError with the column of a mistake."""
    return pattern_of(value)


def _a_kit(thing: Thing, value: Any) -> Kit:
    if isinstance(value, Kit):
        return value
    if isinstance(value, str):
        return kit(value)
    raise LivecodeError(f'takes a kit, as kit() or kit("samples/"), not {value!r}')


def _groups(thing: Thing, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise LivecodeError(
        f'takes the names of sounds that end each other, as "hh oh", or None, not {value!r}'
    )


_release = per_hit("release", "")


class Hits(Sounding):
    """Sounds of a kit, begun as a pattern says: `drums = hits("bd*4, ~ cp, hh*8")`.

    What each hit is played by can be said in the pattern, `pattern("hh*8").gain("1 0.5")`, or of all
    hits, `drums.gain = 0.8`.
    """

    kind = "hits"

    kept = Sounding.kept
    pattern = Setting(None, a_pattern, 'which sounds when: `drums.pattern = "bd [bd bd] ~ bd"`')
    kit = Setting(None, _a_kit, 'the sounds: `kit()` is ours, `drums.kit = kit("samples/")` yours')
    n = per_hit("n", "which sound of its name, from 0: `drums.n = pattern('0 1 2 <3 4>')`")
    gain = per_hit("gain", "how loud each hit is, 1 as it is: `drums.gain = pattern('1 0.6')`")
    pan = per_hit("pan", "where each hit is, −1 left to 1 right: `drums.pan = pattern('-1 1')`")
    speed = per_hit("speed", "how fast each sound is played, and how high; below 0 backwards")
    begin = per_hit("begin", "where in its sound each hit begins, from 0 to 1")
    end = per_hit("end", "where in its sound each hit ends, from 0 to 1")
    attack = per_hit("attack", "seconds to the full loudness of each hit")
    release = Setting(
        None,
        lambda thing, value: None if value is None else _release.check(thing, value),
        "seconds to silence once a hit's time in the pattern is over; None: it sounds to its end",
        bounds=(CONTROLS["release"].low, CONTROLS["release"].high),
    )
    reverse = per_hit("reverse", "1: each sound backwards")
    choke = Setting(
        HATS,
        _groups,
        'which sounds end each other: `drums.choke = "hh oh, lt mt ht"`; None: none',
    )

    @property
    def groups(self) -> dict[str, int]:
        """The group of each sound that others end, from 1."""
        groups = enumerate(self.choke.split(","), start=1)
        return {word: number for number, group in groups for word in group.split()}

    def check(self) -> None:
        """Raise LivecodeError if the pattern says a sound that the kit does not have."""
        sounds: Kit = self.kit
        cycles = self.pattern.cycles
        for cycle in range(TRIED_CYCLES):
            for _, _, _, _, value, marks in cycles.cycle(cycle).fragments:
                word = plain(value)
                if _index(sounds, value) is None:
                    error = sounds.refuse(str(word))
                    where = f" (column {marks[0].start + 1})" if marks else ""
                    raise LivecodeError(f"{error}{where}")

    def sounds(self) -> tuple[int, ...]:
        """The sounds of the kit that the pattern says, as far ahead as it is read."""
        found = (_index(self.kit, value) for value in said(self.pattern.cycles))
        return tuple(dict.fromkeys(index for index in found if index is not None))

    def __repr__(self) -> str:
        return f"{self} = hits({self.pattern}, {self.kit.text})"


def _index(sounds: Kit, value: Any) -> int | None:
    word = plain(value)
    if isinstance(word, str):
        return sounds.sound(word, _n(value))
    number = number_of(value)
    return None if number is None else sounds.sound(number, _n(value))


def _n(value: Any) -> int:
    return int(getattr(value, "of", lambda control: 0)("n"))


def hits(
    pattern: str | Pattern | float | Fraction,
    kit: Kit | str | None = None,
    *,
    n: float | str | Value | None = None,
    gain: float | str | Value | None = None,
    pan: float | str | Value | None = None,
    speed: float | str | Value | None = None,
    begin: float | str | Value | None = None,
    end: float | str | Value | None = None,
    attack: float | str | Value | None = None,
    release: float | str | Value | None = None,
    reverse: float | str | Value | None = None,
    choke: str | None = None,
    level: float | Value | None = None,
    fade: Span | str | None = None,
    quant: Span | None = None,
) -> Hits:
    """Play sounds of a kit, each on its sample: `drums = hits("bd*4, ~ cp, hh*8")`.

    The pattern says what begins when in each bar. Its words are names of sounds of the kit, its
    numbers count them from 0; without a kit it is ours, `kit()`. Each hit reads `n`, `gain`, `pan`,
    `speed`, `begin`, `end`, `attack`, `release` and `reverse` as it begins: each of these is a
    number, a pattern, a curve or a function. `level` is the loudness of all hits together, and
    `choke` names sounds that end each other. All of it can be changed while it plays; the pattern
    keeps its place in the bar: `drums.pattern = "bd*4, hh*16"`,
    `drums.gain = pattern("1 0.5 0.7 0.5")`, `drums.kit = kit("samples/")`.
    """
    made = Hits(
        pattern=pattern,
        kit=_kit() if kit is None else kit,
        n=n,
        gain=gain,
        pan=pan,
        speed=speed,
        begin=begin,
        end=end,
        attack=attack,
        release=release,
        reverse=reverse,
        level=level,
        fade=fade,
        quant=quant,
    )
    if choke is not None:
        made.choke = choke
    return made


_kit = kit
