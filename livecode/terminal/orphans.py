"""Names that go on sounding although the text that defined them is gone."""

import re
from collections.abc import Iterable
from functools import lru_cache

from livecode.syntax.names import names_of
from livecode.terminal.blocks import blocks

#: What a block defines that is not Python yet, because it is being typed.
_DEFINED = re.compile(r"^\s*(?:def\s+(\w+)|(\w+)\s*=(?!=))", re.MULTILINE)


class Orphans:
    """Remembers what the text has ever defined.

    What it never did is no orphan: another editor may play along, and loops make names as well.
    """

    def __init__(self) -> None:
        self._text: str | None = None
        self._defined: frozenset[str] = frozenset()
        self._ever: set[str] = set()

    def among(self, sounding: Iterable[str], text: str) -> list[str]:
        """Those that the text has once defined and defines no more."""
        if text is not self._text:
            self._text = text
            lines = text.split("\n")
            self._defined = frozenset().union(*(_defined(each.text) for each in blocks(lines)))
            self._ever |= self._defined
        return [name for name in sounding if name in self._ever and name not in self._defined]


@lru_cache(maxsize=1024)  # of a text that is typed into, all blocks but one are as they were
def _defined(block: str) -> frozenset[str]:
    found = frozenset(names_of(block).binds)
    if not found:
        found = frozenset(filter(None, (name for pair in _DEFINED.findall(block) for name in pair)))
    return found
