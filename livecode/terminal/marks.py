"""Marks each line that was evaluated with the state of its block, and follows the line through edits."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from livecode.syntax.names import names_of


class MarkState(Enum):
    """State of a block that was evaluated."""

    PENDING = "pending"  # the mind has not answered yet
    LIVE = "live"  # it is what plays
    FAILING = "failing"  # refused; the version before it still plays
    REVERTED = "reverted"  # failed while it played, or was undone; an older version plays


GLYPHS = {
    MarkState.PENDING: "◌",
    MarkState.LIVE: "●",
    MarkState.FAILING: "✗",
    MarkState.REVERTED: "↺",
}
#: Shown beside a live line that was edited and not evaluated since: it is not what plays.
EDITED_GLYPH = "○"


@dataclass(eq=False)
class Evaluation:
    """One block that was sent to the mind, and its state."""

    text: str
    state: MarkState = MarkState.PENDING
    flashing: bool = False
    binds: frozenset[str] = field(init=False)  # names that its code binds
    lines: list[str] = field(init=False)
    number: int = 0  # grows from one evaluation to the next

    def __post_init__(self) -> None:
        self.binds = frozenset(names_of(self.text).binds)
        self.lines = self.text.split("\n")


@dataclass(frozen=True)
class LineMark:
    """The mark of one line."""

    evaluation: Evaluation
    edited: bool = False
    line: int = 0  # which line of the evaluated text it was

    @property
    def glyph(self) -> str:
        """The sign in the margin."""
        state = self.evaluation.state
        return EDITED_GLYPH if self.edited and state is MarkState.LIVE else GLYPHS[state]


class Marks:
    """The marks of all lines of one text."""

    def __init__(self, lines: Sequence[str] = ("",)):
        self._lines = list(lines)
        self._marks: list[LineMark | None] = [None] * len(self._lines)
        #: Grows whenever lines or marks change.
        self.version = 0

    def __len__(self) -> int:
        return len(self._marks)

    def __getitem__(self, row: int) -> LineMark | None:
        return self._marks[row] if row < len(self._marks) else None

    def put(self, first: int, last: int, evaluation: Evaluation) -> list[LineMark | None]:
        """Mark the lines `first` to `last`, both included, unless they are blank.

        Returns the marks that the lines had before, without those of blank lines.
        """
        former = []
        self.version += 1
        evaluation.number = self.version
        for row in range(first, min(last + 1, len(self._marks))):
            if self._lines[row].strip():
                former.append(self._marks[row])
                self._marks[row] = LineMark(evaluation, line=row - first)
            else:
                self._marks[row] = None
        return former

    def put_back(self, evaluation: Evaluation, former: Sequence[LineMark | None]) -> None:
        """Give the lines of an evaluation the marks that they had before it, as `put` returned them.

        A line whose block was another text then counts as edited.
        """
        self.version += 1
        rows = [
            row
            for row, mark in enumerate(self._marks)
            if mark is not None and mark.evaluation is evaluation
        ]
        before = [*former, *[None] * len(rows)]
        for row, mark in zip(rows, before, strict=False):
            other = mark is not None and mark.evaluation.text != evaluation.text
            if mark is not None and other:
                mark = replace(mark, edited=True)
            self._marks[row] = mark

    def follow(self, lines: Sequence[str]) -> None:
        """Move the marks to where their lines are after an edit; `lines` is the new text."""
        self.version += 1
        old, new = self._lines, list(lines)
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        middle = self._marks[head : len(old) - tail]
        renewed: list[LineMark | None] = []
        for offset, text in enumerate(new[head : len(new) - tail]):
            mark = middle[offset] if offset < len(middle) else None
            if mark is not None and text != old[head + offset]:
                mark = replace(mark, edited=True)
            renewed.append(mark if text.strip() else None)
        self._marks = self._marks[:head] + renewed + self._marks[len(old) - tail :]
        self._lines = new

    def supersede(self, by: Evaluation) -> None:
        """Remove the marks of older blocks all of whose names `by` has defined again."""
        self.version += 1
        for row, mark in enumerate(self._marks):
            if mark is not None and mark.evaluation is not by:
                binds = mark.evaluation.binds
                if binds and binds <= by.binds:
                    self._marks[row] = None

    @property
    def lines(self) -> Sequence[str]:
        """The text, line by line."""
        return self._lines

    def standing(self) -> dict[tuple[Evaluation, int], tuple[int, int]]:
        """Return where each line of what was evaluated stands as it was: (row, columns of indentation).

        The key is the evaluation and the line of its text, from 0. Lines that were edited are left out.
        """
        found = {}
        for row, mark in enumerate(self._marks):
            if mark is not None and mark.line < len(mark.evaluation.lines):
                line, evaluated = self._lines[row], mark.evaluation.lines[mark.line]
                indent = len(line) - len(evaluated)
                if line.endswith(evaluated) and not line[: max(indent, 0)].strip():
                    found[mark.evaluation, mark.line] = row, indent
        return found

    def defining(self, name: str) -> Evaluation | None:
        """Return the live evaluation of a block that defines `name`, if there is one."""
        for mark in filter(None, self._marks):
            evaluation = mark.evaluation
            if evaluation.state is MarkState.LIVE and name in evaluation.binds:
                return evaluation
        return None


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many lines two texts share at their beginning."""
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count
