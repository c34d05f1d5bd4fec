"""Reading the notation: text to a tree, and one sentence with the column where that cannot be."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from livecode.errors import LivecodeError
from livecode.language.patterns.cycle import MOST_EVENTS
from livecode.language.patterns.notation import (
    Brackets,
    NotationError,
    Operand,
    Operation,
    Rest,
    Step,
    Word,
)
from livecode.language.patterns.notes import written_chord

#: Longer texts are refused, and brackets within more brackets than these.
LONGEST_TEXT = 4000
DEEPEST_BRACKETS = 16
#: The largest number by which something can be multiplied or divided, and one over the smallest.
LARGEST_FACTOR = 10**6

_CLOSE = {"[": "]", "<": ">", "{": "}", "(": ")"}
_RUN = re.compile(r"-?\.?[^\W_](?:[\w#']|[.-](?=\w))*")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:e-?\d+)?", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_SPACE = re.compile(r"\s*")
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+", re.ASCII)
_LENGTH = re.compile(rf"\d+%\d+|{_PLAIN.pattern}", re.ASCII)
_BELOW = re.compile(r"%\d+", re.ASCII)
#: What a sign is called in a sentence, and what stands after it.
_AFTER = {
    "*": "how many times as fast",
    "/": "how many times as slow",
    ":": "which one of that name",
    "..": "how far it counts",
    "%": "how many steps a cycle takes",
    "(": "onsets, steps, and by how much it is turned",
}


class _Draft:
    """A step that is still being read."""

    def __init__(self, what: Operand, start: int):
        self.what, self.start = what, start
        self.operations: list[Operation] = []
        self.repeats, self.weight = 1, Fraction(1)

    def made(self) -> Step:
        return Step(self.what, tuple(self.operations), self.repeats, self.weight)


class _Reader:
    def __init__(self, text: str):
        self.text, self.at = text, 0

    def fail(self, sentence: str, at: int | None = None) -> NotationError:
        return NotationError(self.text, self.at if at is None else at, sentence)

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def stands_alone(self) -> bool:
        """Whether the character here is followed by a space or by a sign that ends a step."""
        after = self.text[self.at + 1 : self.at + 2]
        return not after or after.isspace() or after in ",|])}>"

    def brackets(self, kind: str, start: int, deep: int) -> Brackets:
        """Everything up to the bracket that closes this one; "" for the whole text."""
        if deep > DEEPEST_BRACKETS:
            raise self.fail(
                f"brackets stand in at most {DEEPEST_BRACKETS} others; make a pattern of the inner "
                "ones, and put it into stack() or cat()",
                start,
            )
        layers, joints = [], set()
        while True:
            layers.append(self.layer(deep))
            sign = self.peek()
            if sign in (",", "|") and sign:
                joints.add(sign)
                if len(joints) > 1:
                    raise self.fail("`,` and `|` do not mix: put brackets around one of them")
                self.at += 1
                continue
            break
        close = _CLOSE.get(kind, "")
        if not sign and close:
            raise self.fail(f"this {kind} is not closed by a {close}", start)
        if sign != close:
            raise self.fail(
                f"a {sign} stands here where a {close} closes the {kind} of column {start + 1}"
                if close
                else f"this {sign} closes nothing"
            )
        self.at += len(close)
        steps = None
        if kind == "{" and self.peek() == "%":
            self.at += 1
            steps = self.operand("%", deep)
        return Brackets(kind or "[", tuple(layers), joints.pop() if joints else ",", steps, start)

    def layer(self, deep: int) -> tuple[Step, ...]:
        """Steps up to a comma, a bar, a closing bracket or the end; `.` groups them."""
        groups: list[tuple[int, list[_Draft]]] = [(self.at, [])]
        while True:
            self.take(_SPACE)
            sign, drafts = self.peek(), groups[-1][1]
            if not sign or sign in ",|])}>":
                break
            if sign == "." and self.stands_alone():
                if not drafts:
                    raise self.fail("this . groups the steps before it, and there are none")
                self.at += 1
                groups.append((self.at, []))
            elif sign in "!@_" or self.peek(2) == "..":
                if not drafts:
                    shown = ".." if sign == "." else sign
                    raise self.fail(f"{shown} belongs to the step before it, and there is none")
                here = self.at
                self.changes(drafts[-1], deep)
                if self.at == here:
                    raise self.fail("_ lengthens the step before it where it stands alone")
            else:
                drafts.append(self.step(deep))
        if len(groups) > 1 and not groups[-1][1]:
            raise self.fail("this . is followed by no steps", groups[-1][0] - 1)
        made = [
            tuple(draft.made() for draft in drafts) or (Step(Rest(place)),)
            for place, drafts in groups
        ]
        if len(made) == 1:
            return made[0]
        return tuple(
            Step(Brackets("[", (steps,), start=place))
            for (place, _), steps in zip(groups, made, strict=True)
        )

    def step(self, deep: int) -> _Draft:
        start = self.at
        draft = _Draft(self.one(deep), start)
        self.changes(draft, deep)
        return draft

    def one(self, deep: int) -> Operand:
        """A word, a rest, or something in brackets."""
        start, sign = self.at, self.peek()
        if sign and sign in "[<{":
            self.at += 1
            return self.brackets(sign, start, deep + 1)
        if sign == "~" or (sign == "-" and not _RUN.match(self.text, self.at)):
            self.at += 1
            return Rest(start)
        run = self.take(_RUN)
        if run is None:
            raise self.fail(_stray(sign))
        if self.peek() == "%" and _WHOLE.fullmatch(run) and (below := self.take(_BELOW)):
            return Word(self.ratio(run, below[1:], start), start, self.at)
        return Word(self.value(run, start), start, self.at)

    def ratio(self, above: str, below: str, start: int) -> Fraction:
        if len(above) > 9 or len(below) > 9 or not int(below):
            raise self.fail(f"{above}%{below} is no number that can be used here", start)
        return Fraction(int(above), int(below))

    def value(self, run: str, start: int) -> int | float | str:
        if _NUMBER.fullmatch(run):
            number = int(run) if _WHOLE.fullmatch(run) and len(run) < 18 else float(run)
            if not -1e300 < number < 1e300:
                raise self.fail(f"{run} is larger than a number can be", start)
            return number
        if "'" in run:
            try:
                written_chord(run)
            except LivecodeError as error:
                raise self.fail(str(error), start) from None
        elif not run[0].isalnum() or not any(each.isalpha() for each in run):
            raise self.fail(f"{run} is neither a number nor a name", start)
        return run

    def changes(self, draft: _Draft, deep: int) -> None:
        """What is done to a step, as far as it stands right behind it."""
        while True:
            start, sign = self.at, self.peek()
            if self.peek(2) == "..":
                self.at += 2
                self.take(_SPACE)
                draft.operations.append(self.operation("..", start, deep))
            elif sign and sign in "*/:":
                self.at += 1
                draft.operations.append(self.operation(sign, start, deep))
            elif sign == "?":
                self.at += 1
                draft.operations.append(Operation("?", self.share(), start))
            elif sign == "(":
                draft.operations.append(self.rhythm(start, deep))
            elif sign == "!":
                self.at += 1
                self.repeat(draft, start)
            elif sign == "@" or (sign == "_" and self.stands_alone()):
                self.at += 1
                self.lengthen(draft, sign, start)
            else:
                return

    def operation(self, sign: str, start: int, deep: int) -> Operation:
        return Operation(sign, (self.operand(sign, deep),), start)

    def operand(self, sign: str, deep: int) -> Operand:
        """What a sign is followed by."""
        after = self.peek()
        if not after or not (after in "[<{~" or _RUN.match(self.text, self.at)):
            raise self.fail(
                f"{sign} is followed by {_AFTER[sign]}, a number or something in brackets"
            )
        found = self.one(deep)
        if sign != ":":
            self.check_numbers(sign, found)
        elif isinstance(found, Word) and "'" in str(found.value):
            raise self.fail("after : stands a number or a name, not a chord", found.start)
        return found

    def check_numbers(self, sign: str, found: Operand) -> None:
        """Refuse words, and numbers that are too large, where numbers are needed."""
        for word in _words(found):
            written = self.text[word.start : word.end]
            if isinstance(word.value, str):
                raise self.fail(
                    f"after {sign} stands a number, {_AFTER[sign]}, not {written}", word.start
                )
            if word.value and not 1 / LARGEST_FACTOR <= abs(float(word.value)) <= LARGEST_FACTOR:
                raise self.fail(
                    f"{sign} takes a number up to {LARGEST_FACTOR:,}, not {written}", word.start
                )

    def share(self) -> tuple[Word, ...]:
        start = self.at
        number = self.take(_PLAIN)
        if number is None:
            return ()
        if not float(number) <= 1:
            raise self.fail(
                f"? is followed by how likely a rest is, from 0 to 1, not by {number}", start
            )
        return (Word(float(number), start, self.at),)

    def rhythm(self, start: int, deep: int) -> Operation:
        """The arguments of Euclid's rhythms: how many onsets, in how many steps, from which on."""
        self.at += 1
        inside = self.brackets("(", start, deep + 1)
        empty = any(layer == (Step(Rest()),) for layer in inside.layers)
        if empty or inside.joint == "|" or not 2 <= len(inside.layers) <= 3:
            raise self.fail(
                "after a step ( ) holds two numbers or three: onsets, steps, and by how much it is "
                "turned, as in bd(3,8) and bd(3,8,2)",
                start,
            )
        self.check_numbers("(", inside)
        return Operation(
            "(", tuple(Brackets("[", (layer,), start=start) for layer in inside.layers), start
        )

    def repeat(self, draft: _Draft, start: int) -> None:
        digits = self.take(_PLAIN)
        times = 2 if digits is None else float(digits)
        if not (times == int(times) and 1 <= times <= MOST_EVENTS):
            raise self.fail(
                f"! is followed by how often the step comes, 1 to {MOST_EVENTS}, not by {digits}",
                start,
            )
        repeats = draft.repeats * int(times) if digits is not None else draft.repeats + 1
        if repeats > MOST_EVENTS:
            raise self.fail(f"a step is repeated at most {MOST_EVENTS} times", start)
        draft.weight = draft.weight * repeats / draft.repeats
        draft.repeats = repeats

    def lengthen(self, draft: _Draft, sign: str, start: int) -> None:
        digits = self.take(_LENGTH) if sign == "@" else None
        if digits is None and sign == "@":
            raise self.fail("@ is followed by how long the step is, as in a@3 or a@1.5", start)
        above, _, below = (digits or "2").partition("%")
        weight = draft.weight + Fraction(above) / (int(below or "1") or Fraction(1, 10**9)) - 1
        if not Fraction(1, 1000) <= weight <= MOST_EVENTS:
            raise self.fail(
                f"a step is 0.001 to {MOST_EVENTS} steps long, not {digits or 2}", start
            )
        draft.weight = weight


def _words(operand: Operand) -> Iterator[Word]:
    """All words in something, with those that belong to what is done to them."""
    if isinstance(operand, Word):
        yield operand
    elif isinstance(operand, Brackets):
        for layer in operand.layers:
            for step in layer:
                yield from _words(step.what)
                for operation in step.operations:
                    for argument in operation.arguments:
                        yield from _words(argument)


def _stray(sign: str) -> str:
    """What is wrong with a sign that stands where a step is expected."""
    if sign in "*/:?%(":
        return f"{sign} stands right behind the step that it belongs to, without a space"
    if sign in "'\"`":
        return f"{sign} belongs to no word here; chords are written like c'min7"
    return f"{sign} means nothing here"


def read(text: str) -> Brackets:
    """The notation as a tree; raises NotationError, a LivecodeError with the column."""
    return _read(text)


@lru_cache(maxsize=512)
def _read(text: str) -> Brackets:
    if len(text) > LONGEST_TEXT:
        raise NotationError(
            text,
            LONGEST_TEXT,
            f"a notation has at most {LONGEST_TEXT:,} characters; write it as several",
        )
    return _Reader(text).brackets("", 0, 0)
