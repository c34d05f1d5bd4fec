"""What stands in the margin of a performance that goes on."""

from livecode.terminal.marks import Marks
from livecode.terminal.recalled import recall

TEXT = """tempo(122)
glass = space("additive")

def f(x):
    return x

# %% calm
ego = agent(glass)

ego.dims = 2
# %% wild
ego.dims = 2

ego = agent(glass, dims=4)
"""
PREPARED = TEXT.partition("# %%")[0]
CALM = "\n" * 6 + "scene.quant = 1*bars\nego = agent(glass)\n\nego.dims = 2"
WILD = "\n" * 11 + "ego.dims = 2\n\nego = agent(glass, dims=4)"


def glyphs(*played: str) -> str:
    marks = Marks(TEXT.split("\n"))
    recall(marks, played)
    found = [marks[row] for row in range(len(marks))]
    return "".join(mark.glyph if mark is not None else " " for mark in found).rstrip()


def test_blocks_that_were_played_are_marked_where_they_stand() -> None:
    assert glyphs() == ""
    assert glyphs(PREPARED) == "●● ●●"
    assert glyphs(PREPARED, CALM) == "●● ●●  ● ●"
    assert glyphs(WILD) == "           ● ●", "the same line of another scene was not played"
    assert glyphs("\n\n\ndef f(x):\n    return x") == "   ●●"
    assert glyphs("def f(x):\n    return x") == "   ●●", "lines were written above it since"
    assert glyphs("def f(x):\n    return -x") == ""


def test_what_was_played_otherwise_since_is_not() -> None:
    assert glyphs(CALM, WILD) == "         ● ● ●"
    assert glyphs(CALM, "ego = agent('saw')") == "         ●"
    assert glyphs("ego = agent(glass)", "undo()") == "       ↺"
    assert glyphs("ego = agent(glass)", "undo()", "redo()") == "       ●"
