"""Marks in the text of a performance that goes on what has been played of it before."""

from collections import defaultdict
from collections.abc import Sequence

from livecode.terminal.blocks import TextBlock, blocks, cell_named
from livecode.terminal.marks import Evaluation, Marks, MarkState

#: Of an evening of thousands, so many blocks are looked at, the newest.
MOST_BLOCKS = 500


def recall(marks: Marks, played: Sequence[tuple[str | None, str]]) -> None:
    """Mark the blocks that stand in the text as they were played.

    `played` holds the name and the code of what took effect, the oldest first; a scene's code is its cell.
    """
    lines = list(marks.lines)
    standing = defaultdict[str, list[TextBlock]](list)
    for block in blocks(lines):
        standing[block.text.rstrip()].append(block)
    undone = list[list[Evaluation]]()
    steps = list[list[Evaluation]]()
    for name, code in played[-MOST_BLOCKS:]:
        if code.strip() in ("undo()", "redo()"):
            back = code.strip() == "undo()"
            taken, put = (steps, undone) if back else (undone, steps)
            if taken:
                put.append(taken.pop())
                for evaluation in put[-1]:
                    evaluation.state = MarkState.REVERTED if back else MarkState.LIVE
            continue
        cell = None if name is None else cell_named(lines, name)
        step = []
        for each in blocks(code.split("\n")):
            step.append(evaluation := Evaluation(each.text, MarkState.LIVE))
            found = standing.get(each.text.rstrip(), [])
            inside = [
                block
                for block in found
                if cell is not None and cell.first <= block.first <= cell.last
            ]
            for block in inside or found:
                marks.put(block.first, block.last, evaluation)
            marks.supersede(evaluation)
        steps.append(step)
