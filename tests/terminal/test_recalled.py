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
PREPARED, CALM, WILD = (part.strip("\n") for part in TEXT.split("# %% "))
CALM, WILD = CALM.partition("\n")[2], WILD.partition("\n")[2]


def glyphs(*played: tuple[str | None, str]) -> str:
    marks = Marks(TEXT.split("\n"))
    recall(marks, played)
    found = [marks[row] for row in range(len(marks))]
    return "".join(mark.glyph if mark is not None else " " for mark in found).rstrip()


def test_blocks_that_were_played_are_marked_where_they_stand() -> None:
    assert glyphs() == ""
    assert glyphs(("preparation", PREPARED)) == "●● ●●"
    below = "\n" * 7 + CALM
    assert glyphs(("preparation", PREPARED), ("calm", below)) == "●● ●●  ● ●"
    assert glyphs(("wild", WILD)) == "           ● ●", (
        "the same line of another scene was not played"
    )
    assert glyphs((None, "\n\n\ndef f(x):\n    return x")) == "   ●●"


def test_what_was_played_otherwise_since_is_not() -> None:
    assert glyphs(("calm", CALM), ("wild", WILD)) == "         ● ● ●"
    assert glyphs(("calm", CALM), (None, "ego = agent('saw')")) == "         ●"
    assert glyphs((None, "ego = agent(glass)"), (None, "undo()")) == "       ↺"
    taken_back = (None, "ego = agent(glass)"), (None, "undo()"), (None, "redo()")
    assert glyphs(*taken_back) == "       ●"
