"""The notation as a tree: what was written, without the spaces, and how it is written again."""

from dataclasses import dataclass, field
from fractions import Fraction

from livecode.errors import LivecodeError

#: Texts that are longer are shown in part where something is wrong in them.
SHOWN_LENGTH = 60


class NotationError(LivecodeError):
    """A mistake in a notation: in which of its lines and columns, `row` and `column`, from 1."""

    def __init__(self, text: str, at: int, sentence: str):
        """`at`: which character of the text, from 0."""
        before = text[:at]
        self.row, self.column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
        where = (
            f"line {self.row}, column {self.column}" if "\n" in text else f"column {self.column}"
        )
        shown = (
            text if len(text) <= SHOWN_LENGTH else f"{text[max(0, at - 20) : at + 20]} …".strip()
        )
        super().__init__(f"{where} of {' '.join(shown.split())!r}: {sentence}")


@dataclass(frozen=True)
class Word:
    """A number, a name, a note or a chord: it stands at `text[start:end]`."""

    value: int | float | Fraction | str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        if isinstance(self.value, Fraction):
            return f"{self.value.numerator}%{self.value.denominator}"
        if isinstance(self.value, float):
            return repr(self.value).replace("e+", "e")
        return str(self.value)


@dataclass(frozen=True)
class Rest:
    """Silence, as long as a step."""

    start: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return "~"


@dataclass(frozen=True)
class Operation:
    """What is done to a step: `*` `/` `:` `?` `(` `..`, with what stands after it."""

    sign: str
    arguments: "tuple[Operand, ...]"
    start: int = field(default=0, compare=False)

    def __str__(self) -> str:
        if self.sign == "(":
            return f"({','.join(_within(each) for each in self.arguments)})"
        after = "".join(map(str, self.arguments))
        return f" .. {after}" if self.sign == ".." else self.sign + after


@dataclass(frozen=True)
class Step:
    """Something in a sequence: what it is, what is done to it, how often it comes, how long it is.

    `weight` is that of all its repetitions together.
    """

    what: "Operand"
    operations: tuple[Operation, ...] = ()
    repeats: int = 1
    weight: Fraction = Fraction(1)

    def __str__(self) -> str:
        text = str(self.what) + "".join(map(str, self.operations))
        each = self.weight / self.repeats
        text += "" if each == 1 else f"@{_number(each)}"
        return f"{text}!{self.repeats}" if self.repeats > 1 else text


@dataclass(frozen=True)
class Brackets:
    """Sequences at once, or one of them by chance, in `[ ]`, `< >` or `{ }`."""

    kind: str  # the opening bracket
    layers: tuple[tuple[Step, ...], ...]
    joint: str = ","  # or |
    steps: "Operand | None" = None  # what stands after the % of { }
    start: int = field(default=0, compare=False)

    def __str__(self) -> str:
        close = {"[": "]", "<": ">", "{": "}"}[self.kind]
        after = "" if self.steps is None else f"%{self.steps}"
        return f"{self.kind}{_within(self)}{close}{after}"


Operand = Word | Rest | Brackets


def _within(brackets: Operand) -> str:
    if not isinstance(brackets, Brackets):
        return str(brackets)
    joint = f"{brackets.joint} " if brackets.joint == "," else f" {brackets.joint} "
    return joint.join(" ".join(map(str, layer)) for layer in brackets.layers)


def written(notation: Brackets) -> str:
    """The notation of a whole pattern, as short as it can be written."""
    return _within(notation)


def _number(number: Fraction) -> str:
    """A number as a decimal where there are few digits, as a ratio like 1%3 otherwise."""
    for digits in range(7):
        if (number * 10**digits).denominator == 1:
            return f"{number.numerator / number.denominator:.{digits}f}"
    return f"{number.numerator}%{number.denominator}"
