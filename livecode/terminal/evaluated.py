"""What one request to the mind plays: one block, or all blocks of a cell, each with a mark of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from livecode.terminal.blocks import TextBlock
from livecode.terminal.marks import Evaluation, LineMark, Marks, MarkState


@dataclass
class _Part:
    """One block, the lines that it stood in, and the marks of these lines before."""

    first: int
    last: int
    evaluation: Evaluation
    former: list[LineMark | None] = field(default_factory=list)


class Evaluated:
    """The blocks of one request, and their marks."""

    def __init__(
        self,
        marks: Marks,
        blocks: Sequence[TextBlock],
        state: MarkState = MarkState.PENDING,
        flashing: bool = False,
    ):
        """Mark each of the blocks."""
        self._marks = marks
        self._parts: list[_Part] = []
        for block in blocks:
            evaluation = Evaluation(block.text, state, flashing)
            former = marks.put(block.first, block.last, evaluation)
            self._parts.append(_Part(block.first, block.last, evaluation, former))

    @property
    def binds(self) -> frozenset[str]:
        """The names that its code binds."""
        return frozenset().union(*(part.evaluation.binds for part in self._parts))

    def end_flash(self) -> None:
        """Stop lighting up the blocks."""
        for part in self._parts:
            part.evaluation.flashing = False

    def succeed(self) -> None:
        """Mark all blocks as what plays."""
        for part in self._parts:
            part.evaluation.state = MarkState.LIVE
            self._marks.supersede(part.evaluation)

    def fail(self, lines: Collection[int], names: Collection[str]) -> None:
        """Mark the blocks with a faulty line as failing, and each other one as what it is.

        `lines` count from 1; without any, all blocks count as faulty. `names` changed all the same. A
        block that binds one of them plays; a block that does not is marked as it was before.
        """
        one = len(self._parts) == 1
        for part in self._parts:
            evaluation = part.evaluation
            if one or not lines or any(part.first < line <= part.last + 1 for line in lines):
                evaluation.state = MarkState.FAILING
            elif evaluation.state is MarkState.FAILING:
                pass
            elif evaluation.binds & set(names):
                evaluation.state = MarkState.LIVE
            else:
                self._marks.put_back(evaluation, part.former)

    def revert(self, names: Collection[str]) -> None:
        """Mark the blocks that bind one of the names as taken back; all blocks if none does."""
        self._mark(names, MarkState.REVERTED)

    def restore(self, names: Collection[str]) -> None:
        """Mark the blocks that bind one of the names as what plays; all blocks if none does."""
        self._mark(names, MarkState.LIVE)

    def _mark(self, names: Collection[str], state: MarkState) -> None:
        theirs = [part for part in self._parts if part.evaluation.binds & set(names)]
        for part in theirs or self._parts:
            part.evaluation.state = state
