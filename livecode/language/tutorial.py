"""The tutorial: thirteen short steps for the terminal, whose texts are in docs/tutorial."""

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from livecode.errors import LivecodeError

#: Paragraphs are filled to this many columns: a terminal of 80 columns shows them whole.
COLUMNS = 78
#: Stands for the blanks in `code`, which is not broken over two lines.
_NO_BREAK = "\x00"
_CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class TutorialStep:
    """One step, as its file holds it."""

    markdown: str

    @property
    def code(self) -> list[str]:
        """The blocks that the step has one type."""
        return _CODE.findall(self.markdown)

    def __repr__(self) -> str:
        pieces: list[str] = []
        for index, piece in enumerate(_CODE.split(self.markdown)):
            if index % 2:
                pieces.append(textwrap.indent(piece, "    ").rstrip())
            else:
                pieces.append("\n\n".join(map(_filled, piece.strip().split("\n\n"))))
        return "\n".join(pieces)


class Tutorial:
    """Thirteen steps from the first sound to a piece: `tutorial()`, then `tutorial.next()`.

    `tutorial(3)` goes to the third, `tutorial.back()` to the one before. Each is a few lines to
    type into the editor and play with Alt+Enter.
    """

    def __init__(self) -> None:
        self._number = 1

    def __call__(self, number: int | None = None) -> TutorialStep:
        """Show the step you are at, the first to begin with, or go to another: `tutorial(3)`."""
        found = steps()
        if number is not None:
            if isinstance(number, bool) or number not in range(1, len(found) + 1):
                raise LivecodeError(f"the tutorial has steps 1 to {len(found)}, not {number!r}")
            self._number = number
        return found[self._number - 1]

    def next(self) -> TutorialStep:
        """Go on to the next step."""
        return self(min(self._number + 1, len(steps())))

    def back(self) -> TutorialStep:
        """Go back to the step before."""
        return self(max(self._number - 1, 1))

    def __repr__(self) -> str:
        titles = [step.markdown.splitlines()[0].lstrip("# ") for step in steps()]
        marks = ["→" if i == self._number else " " for i in range(1, len(titles) + 1)]
        rows = (f"{mark} {title}" for mark, title in zip(marks, titles, strict=True))
        return "\n".join([*rows, "tutorial() shows the step you are at, tutorial.next() the next"])


@cache
def steps() -> tuple[TutorialStep, ...]:
    """Read all steps, from an installed package or from a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_tutorial", package.parent / "docs" / "tutorial"):
        if paths := sorted(folder.glob("[0-9]*.md")):
            return tuple(TutorialStep(path.read_text(encoding="utf-8")) for path in paths)
    raise LivecodeError("the tutorial's texts are not installed; install livecode again")


def _filled(paragraph: str) -> str:
    if paragraph.startswith("#"):
        return paragraph.lstrip("# ")
    joined = " ".join(paragraph.split())
    whole = re.sub(r"`[^`]+`", lambda code: code[0].replace(" ", _NO_BREAK), joined)
    filled = textwrap.fill(whole, COLUMNS, break_long_words=False, break_on_hyphens=False)
    return filled.replace(_NO_BREAK, " ")
