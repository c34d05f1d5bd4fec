"""Operations in time: faster and slower, sooner and later, backwards, in part, and now and then."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Self

from livecode.language.patterns import time
from livecode.language.patterns.chain import (
    Argument,
    Chain,
    change,
    changed,
    cycles,
    notation,
    number,
)
from livecode.language.patterns.combining import vary
from livecode.language.patterns.cycles import Cycles, Repeated
from livecode.language.units import Span

#: What goes by numbers: a number, a notation of them, or a pattern.
Number = float | Fraction | str | Chain
#: A number of cycles; `1*beats` is a quarter of a bar.
Time = Number | Span
#: What is done to a pattern: `pattern.rev`, `pattern.fast(2)`, `lambda x: x.fast(2)`.
Change = Callable[[Any], Chain]


class InTime(Chain):
    """What is done to a pattern in time."""

    def fast(self, factor: Number) -> Self:
        """So many times as fast: `pattern("bd sn").fast(2)`; `fast("<1 2>")` now and then."""
        return self._by("fast", time.fast, number(factor, "fast"))

    def slow(self, factor: Number) -> Self:
        """So many times as slow: `pattern("bd sn hh cp").slow(2)` takes two bars."""
        return self._by("slow", time.slow, number(factor, "slow"))

    def early(self, by: Time) -> Self:
        """Sooner by so many bars: `pattern("bd sn").early("1/8")`, `.early(0.5*beats)`."""
        return self._by("early", time.early, cycles(by, "early"))

    def late(self, by: Time) -> Self:
        """Later by so many bars: `pattern("hh*4").late("1/8")` is off the beat."""
        return self._by("late", time.late, cycles(by, "late"))

    def rev(self) -> Self:
        """Each bar backwards: `pattern("0 1 2 3").rev()`."""
        return self._with("rev", time.reverse)

    def palindrome(self) -> Self:
        """A bar forwards, a bar backwards: `pattern("0 1 2 3").palindrome()`."""
        return self._with("palindrome", lambda part: time.last_of(part, time.reverse(part), 2))

    def iter(self, steps: Number) -> Self:
        """Each bar begins a step later in it: `pattern("bd hh sn hh").iter(4)`."""
        return self._by("iter", time.turned, number(steps, "iter"))

    def iter_back(self, steps: Number) -> Self:
        """Each bar begins a step sooner in it: `pattern("bd hh sn hh").iter_back(4)`."""
        return self._by("iter_back", time.turned_back, number(steps, "iter_back"))

    def ply(self, times: Number) -> Self:
        """Each event so often within its time: `pattern("bd sn").ply("<1 2>")`."""
        return self._by("ply", time.ply, number(times, "ply"))

    def segment(self, times: Number) -> Self:
        """So many events a bar, with what is said when each begins: `pattern("<0 7>/2").segment(8)`."""
        return self._by("segment", time.segment, number(times, "segment"))

    def every(self, bars: Number, done: Change) -> Self:
        """Something is done in the first of so many bars: `pattern("bd*4").every(4, pattern.fast(2))`."""
        return self._now_and_then("every", time.every, bars, done)

    def last_of(self, bars: Number, done: Change) -> Self:
        """Something is done in the last of so many bars: `pattern("bd*4").last_of(4, pattern.ply(2))`."""
        return self._now_and_then("last_of", time.last_of, bars, done)

    def when(self, on: Number, done: Change) -> Self:
        """Something is done where a pattern says yes: `pattern("bd*4").when("<0 0 1>", pattern.rev)`."""
        given = notation(on, "when"), change(done, self, "when")
        return self._with("when", lambda part, on, changed: time.when(part, changed, on), *given)

    def off(self, by: Time, done: Change) -> Self:
        """What is done to it sounds later, too: `pattern("0 3").off("1/8", pattern.add(12))`."""
        given = cycles(by, "off"), change(done, self.late(by), "off")
        return self._with("off", lambda part, _, later: time.at_once(part, later), *given)

    def superimpose(self, *done: Change) -> Self:
        """What is done to it sounds as well: `pattern("0 3").superimpose(pattern.add(7))`."""
        given = [change(each, self, "superimpose") for each in done]
        return self._with("superimpose", time.at_once, *given)

    def stack(self, *others: Number) -> Self:
        """Others at the same time: `pattern("bd*4").stack("hh*8", "~ cp")`."""
        return self._with("stack", time.at_once, *(notation(each, "stack") for each in others))

    def cat(self, *others: Number) -> Self:
        """A bar of each in turn: `pattern("bd*4").cat("bd [bd sn]")`."""
        return self._with("cat", time.in_turn, *(notation(each, "cat") for each in others))

    def seq(self, *others: Number) -> Self:
        """All of them within each bar, one after the other: `pattern("bd bd").seq("hh*3")`."""
        return self._with("seq", time.in_one_cycle, *(notation(each, "seq") for each in others))

    def struct(self, onsets: Number) -> Self:
        """Its values in the rhythm of another: `pattern("<0 3>").struct("x ~ x x")`."""
        return self._with("struct", time.struct, notation(onsets, "struct"))

    def mask(self, on: Number) -> Self:
        """Silent where another says 0: `pattern("hh*8").mask("<1 0> 1")`."""
        return self._with("mask", time.mask, notation(on, "mask"))

    def euclid(self, onsets: Number, steps: Number, rotation: Number | None = None) -> Self:
        """So many onsets in so many steps, evenly: `pattern("bd").euclid(3, 8)`; a third number turns it."""
        given = [number(onsets, "euclid"), number(steps, "euclid")]
        if rotation is not None:
            given.append(number(rotation, "euclid"))
        return self._with("euclid", time.rhythm, *given)

    def inside(self, factor: Number, done: Change) -> Self:
        """Something is done as if a bar were so many: `pattern("0 1 2 3").inside(2, pattern.rev)`."""
        return self._per_value(
            "inside",
            number(factor, "inside"),
            lambda each: changed(done, self.slow(each), "inside").fast(each),
        )

    def outside(self, factor: Number, done: Change) -> Self:
        """Something is done as if so many bars were one: `pattern("<0 1 2 3>").outside(4, pattern.rev)`."""
        return self._per_value(
            "outside",
            number(factor, "outside"),
            lambda each: changed(done, self.fast(each), "outside").slow(each),
        )

    def chunk(self, slices: Number, done: Change) -> Self:
        """Something is done to one slice of a bar: `pattern("bd hh sn hh").chunk(4, pattern.ply(2))`.

        It is done to the next slice in each bar; each bar of the pattern comes as often as there are
        slices.
        """
        return self._per_value(
            "chunk", number(slices, "chunk"), lambda each: self._chunked(time.counted(each), done)
        )

    def _chunked(self, count: int, done: Change) -> Self:
        if count == 0:
            return self
        repeated = self._with("chunk", lambda part: Repeated(part, abs(count)))
        given = change(done, repeated, "chunk")
        return self._with(
            "chunk",
            lambda part, changed: time.chunked(changed, Repeated(part, abs(count)), count),
            Argument(f"{count}, {given.text}", given.sources),
        )

    def linger(self, bars: Time) -> Self:
        """The beginning of each bar, repeated: `pattern("bd hh sn cp").linger("<1 1%4>")`."""
        return self._by("linger", time.linger, cycles(bars, "linger"))

    def swing_by(self, share: Time, slices: Number) -> Self:
        """The second half of each slice later, by a share of it: `pattern("hh*8").swing_by("1/3", 4)`."""
        return self._by(
            "swing_by", time.swing_by, cycles(share, "swing_by"), number(slices, "swing_by")
        )

    def compress(self, begin: Time, end: Time) -> Self:
        """Each bar within a part of the bar: `pattern("bd*4").compress(0, 0.5)`."""
        return self._by(
            "compress", time.compress, cycles(begin, "compress"), cycles(end, "compress")
        )

    def zoom(self, begin: Time, end: Time) -> Self:
        """A part of each bar, as long as a bar: `pattern("bd hh sn cp").zoom(0.5, 1)`."""
        return self._by("zoom", time.zoom, cycles(begin, "zoom"), cycles(end, "zoom"))

    def fast_gap(self, factor: Number) -> Self:
        """Faster, then silence for the rest of the bar: `pattern("bd sn").fast_gap(2)`."""
        return self._by("fast_gap", time.fast_gap, number(factor, "fast_gap"))

    def press(self) -> Self:
        """Events begin halfway: `pattern("bd sn").press()`."""
        return self._with("press", time.press)

    def brak(self) -> Self:
        """Every other bar squeezed and late, a breakbeat: `pattern("bd sn").brak()`."""
        return self._with("brak", time.brak)

    def _by(self, name: str, make: Callable[..., Cycles], *given: Argument) -> Self:
        """`make(part, *numbers)`, whose numbers go by patterns."""
        return self._with(name, lambda part, *numbers: vary(make, (part,), numbers), *given)

    def _now_and_then(
        self, name: str, make: Callable[..., Cycles], bars: Number, done: Change
    ) -> Self:
        return self._with(
            name,
            lambda part, count, changed: vary(make, (part, changed), (count,)),
            number(bars, name),
            change(done, self, name),
        )
