"""Marks in the text of a performance that goes on what has been played of it before."""

from collections import defaultdict
from collections.abc import Sequence

from livecode.terminal.blocks import TextBlock, blocks
from livecode.terminal.marks import Evaluation, Marks, MarkState

#: Of an evening of thousands, so many blocks are looked at, the newest.
MOST_BLOCKS = 500


def recall(marks: Marks, played: Sequence[str]) -> None:
    """Mark the blocks that stand in the text as they were played.

    `played` holds the code of what took effect, the oldest first, each behind as many blank lines as stood
    above it.
    """
    lines = list(marks.lines)
    standing = defaultdict[str, list[TextBlock]](list)
    for block in blocks(lines):
        standing[block.text.rstrip()].append(block)
    undone = list[list[Evaluation]]()
    steps = list[list[Evaluation]]()
    for code in played[-MOST_BLOCKS:]:
        if code.strip() in ("undo()", "redo()"):
            back = code.strip() == "undo()"
            taken, put = (steps, undone) if back else (undone, steps)
            if taken:
                put.append(taken.pop())
                for evaluation in put[-1]:
                    evaluation.state = MarkState.REVERTED if back else MarkState.LIVE
            continue
        step = []
        for each in map(_without_options, blocks(code.split("\n"))):
            step.append(evaluation := Evaluation(each.text, MarkState.LIVE))
            found = standing.get(each.text.rstrip(), [])
            there = [block for block in found if block.first == each.first]
            for block in there or found:  # the text may have changed above it
                marks.put(block.first, block.last, evaluation)
            marks.supersede(evaluation)
        steps.append(step)


def _without_options(block: TextBlock) -> TextBlock:
    """Return a block of a scene without what the line of the scene says of it, as `scene.quant = 1*bars`."""
    first, text = block.first, block.text
    while text.startswith("scene.") and "\n" in text:
        first, text = first + 1, text.partition("\n")[2]
    return TextBlock(first, block.last, text)
