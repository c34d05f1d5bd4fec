"""Operations that leave something to chance, which is a function of the seed and of the time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from livecode.errors import LivecodeError
from livecode.language.patterns import time
from livecode.language.patterns.chain import Argument, Chain, change, notation, number
from livecode.language.patterns.chance import Drawn, Kept, Shuffled
from livecode.language.patterns.combining import vary
from livecode.language.patterns.cycle import Cycle
from livecode.language.patterns.cycles import Cycles, Silence
from livecode.language.patterns.in_time import Change, Number
from livecode.language.patterns.played import of_value

#: Two seeds differ in many bits: 2^64 over the golden ratio.
_APART = 0x9E3779B97F4A7C15


@dataclass(frozen=True, eq=False)
class _Seeded(Cycles):
    """The same, with chance of its own."""

    part: Cycles
    seed: int

    def compute(self, number: int, seed: int) -> Cycle:
        return self.part.cycle(number, seed ^ (self.seed * _APART))


def _kept(part: Cycles, share: Any) -> Cycles:
    return Kept(part, float(time.time(share)), 1.0, part.chances + 1)


def _taken(part: Cycles, share: Any) -> Cycles:
    return Kept(part, 0.0, float(time.time(share)), part.chances + 1)


def _shuffled(part: Cycles, slices: Any) -> Cycles:
    count = time.counted(slices)
    return Silence() if count < 1 else Shuffled(part, count, False, part.chances + 1)


def _scrambled(part: Cycles, slices: Any) -> Cycles:
    count = time.counted(slices)
    return Silence() if count < 1 else Shuffled(part, count, True, part.chances + 1)


def _instead(value: Any, other: Any) -> Any:
    return of_value(value, lambda _: other)


class InChance(Chain):
    """What is done to a pattern by chance."""

    def degrade(self) -> Self:
        """Half of its events, by chance: `pattern("hh*16").degrade()`."""
        return self._with("degrade", lambda part: _kept(part, 0.5))

    def degrade_by(self, share: Number) -> Self:
        """All but a share of its events, by chance: `pattern("hh*16").degrade_by(0.2)`."""
        return self._by_share("degrade_by", _kept, number(share, "degrade_by"))

    def sometimes(self, done: Change) -> Self:
        """Something is done to half of its events: `pattern("hh*8").sometimes(pattern.ply(2))`."""
        return self._to_some("sometimes", 0.5, done)

    def often(self, done: Change) -> Self:
        """Something is done to three quarters of its events: `pattern("hh*8").often(pattern.gain(0.5))`."""
        return self._to_some("often", 0.75, done)

    def rarely(self, done: Change) -> Self:
        """Something is done to a quarter of its events: `pattern("hh*8").rarely(pattern.ply(4))`."""
        return self._to_some("rarely", 0.25, done)

    def sometimes_by(self, share: Number, done: Change) -> Self:
        """Something is done to a share of its events: `pattern("0*8").sometimes_by(0.1, pattern.add(12))`."""
        return self._to_some("sometimes_by", share, done)

    def shuffle(self, slices: Number) -> Self:
        """Each bar's slices in another order, each once: `pattern("0 1 2 3").shuffle(4)`."""
        return self._by_share("shuffle", _shuffled, number(slices, "shuffle"))

    def scramble(self, slices: Number) -> Self:
        """Each bar made of its slices, drawn anew each time: `pattern("0 1 2 3").scramble(4)`."""
        return self._by_share("scramble", _scrambled, number(slices, "scramble"))

    def choose(self, *values: Number) -> Self:
        """Each event says one of these, by chance: `pattern("x*8").choose("bd", "hh", "<cp sn>")`."""
        if not values:
            raise LivecodeError(
                'choose takes what there is to choose from, as in choose("bd", "sn")'
            )
        given = [notation(each, "choose") for each in values]
        return self._with(
            "choose",
            lambda part, *choices: Drawn(part, choices, _instead, part.chances + 1),
            *given,
        )

    def seed(self, number: int) -> Self:
        """Chance falls otherwise: `pattern("hh*16").degrade().seed(3)`."""
        if isinstance(number, bool) or not isinstance(number, int):
            raise LivecodeError(f"seed takes a whole number, not {number!r}")
        return self._with("seed", lambda part: _Seeded(part, number), Argument(str(number), ()))

    def _by_share(self, name: str, make: Callable[..., Cycles], given: Argument) -> Self:
        return self._with(name, lambda part, share: vary(make, (part,), (share,)), given)

    def _to_some(self, name: str, share: Number, done: Change) -> Self:
        by = number(share, name)
        some = self._by_share(name, _taken, by)
        shown = (by,) if name == "sometimes_by" else (Argument("", by.sources),)
        made = change(done, some, name)
        return self._with(
            name,
            lambda part, share, changed: time.at_once(vary(_kept, (part,), (share,)), changed),
            *shown,
            made,
        )
