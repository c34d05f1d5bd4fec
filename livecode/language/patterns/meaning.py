"""What a notation means: its tree as a pattern, and how many events a cycle of it can have."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

from livecode.language.patterns.chance import Kept, OneOf
from livecode.language.patterns.combining import Paired, vary
from livecode.language.patterns.crowding import check
from livecode.language.patterns.cycle import MOST_EVENTS, Mark, TooMuch
from livecode.language.patterns.cycles import (
    Cycles,
    InTurn,
    Marked,
    Pure,
    Row,
    Silence,
    Stack,
    Steps,
)
from livecode.language.patterns.notation import Brackets, Operand, Operation, Rest, Step, Word
from livecode.language.patterns.notes import written_chord
from livecode.language.patterns.numbers import divided
from livecode.language.patterns.reader import read
from livecode.language.patterns.time import fast, rhythm, slow


def cycles_of(text: str) -> Cycles:
    """The pattern that a notation means; raises NotationError with the column of a mistake."""
    return _meant(text)


@lru_cache(maxsize=256)
def _meant(text: str) -> Cycles:
    tree = read(text)
    check(text, tree)
    return _Meaning(text).of(tree)


class _Meaning:
    """Makes patterns of the parts of one text, counting what is left to chance."""

    def __init__(self, text: str):
        self._text, self._chances = text, 0

    def of(self, operand: Operand) -> Cycles:
        """What something means that stands as a step."""
        if isinstance(operand, Rest):
            return Silence()
        if isinstance(operand, Word):
            return self._word(operand)
        if operand.kind == "<":
            made = [self._by_turns(layer) for layer in operand.layers]
        elif operand.kind == "{":
            made = self._polymeter(operand)
        else:
            made = [self._sequence(layer) for layer in operand.layers]
        if operand.joint == "|":
            self._chances += 1
            return OneOf(tuple(made), self._chances)
        return made[0] if len(made) == 1 else Stack(tuple(made))

    def _word(self, word: Word) -> Cycles:
        marks = (Mark(self._text, word.start, word.end),)
        if isinstance(word.value, str) and "'" in word.value:
            notes = [Pure(note, marks) for note in written_chord(word.value)]
            return notes[0] if len(notes) == 1 else Stack(tuple(notes))
        return Pure(word.value, marks)

    def _sequence(self, layer: Sequence[Step]) -> Cycles:
        parts, weights = self._laid_out(layer)
        return parts[0] if len(parts) == 1 else Steps(tuple(parts), _whole(weights))

    def _by_turns(self, layer: Sequence[Step]) -> Cycles:
        parts, weights = self._laid_out(layer)
        if all(weight == 1 for weight in weights):
            return parts[0] if len(parts) == 1 else InTurn(tuple(parts))
        whole = parts[0] if len(parts) == 1 else Steps(tuple(parts), _whole(weights))
        return slow(whole, sum(weights, Fraction(0)))

    def _polymeter(self, brackets: Brackets) -> list[Cycles]:
        lengths = [length(layer) for layer in brackets.layers]
        number = Pure(lengths[0]) if brackets.steps is None else self.of(brackets.steps)
        return [
            vary(fast, (self._sequence(layer),), (divided(number, own),))
            for layer, own in zip(brackets.layers, lengths, strict=True)
        ]

    def _laid_out(self, layer: Sequence[Step]) -> tuple[list[Cycles], list[Fraction]]:
        """Each step as often as it is repeated, and how long each of them is."""
        parts, weights = [], []
        for step in layer:
            made = self.of(step.what)
            for operation in step.operations:
                made = self._changed(made, operation)
            parts += [made] * step.repeats
            weights += [step.weight / step.repeats] * step.repeats
        return parts, weights

    def _changed(self, made: Cycles, operation: Operation) -> Cycles:
        sign = operation.sign
        if sign == "?":
            self._chances += 1
            share = operation.arguments[0].value if operation.arguments else 0.5  # type: ignore[union-attr]
            return Kept(made, float(share), 1.0, self._chances)
        arguments = tuple(self.of(argument) for argument in operation.arguments)
        if sign == "(":
            return rhythm(made, *arguments)
        if sign == ":":
            return Paired(made, arguments[0], _tail)
        if sign == "..":
            return self._counted(made, arguments[0])
        return vary(fast if sign == "*" else slow, (made,), arguments)

    def _counted(self, first: Cycles, last: Cycles) -> Cycles:
        made = vary(_counted, (), (first, last))
        ends = (first, last) if isinstance(first, Pure) and isinstance(last, Pure) else ()
        return Marked(made, tuple(mark for end in ends for mark in end.marks))


def length(layer: Sequence[Step]) -> Fraction:
    """How many steps there are, by their weights."""
    return sum((step.weight for step in layer), Fraction(0))


def _whole(weights: Sequence[Fraction]) -> tuple[int, ...]:
    """Weights as whole numbers that stand to each other as these do."""
    fine = lcm(*(weight.denominator for weight in weights))
    return tuple(int(weight * fine) for weight in weights)


def _tail(word: Any, tail: Any) -> str:
    return f"{_spelled(word)}:{_spelled(tail)}"


def _spelled(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _counted(first: Any, last: Any) -> Cycles:
    """From one number to another by ones, up or down, within a cycle."""
    if isinstance(first, str) or isinstance(last, str):
        return Silence()
    step = 1 if first <= last else -1
    count = int(abs(last - first)) + 1
    if count > MOST_EVENTS:
        raise TooMuch(f"a pattern has at most {MOST_EVENTS:,} events in a cycle")
    return Row(tuple(first + step * i for i in range(count)))
