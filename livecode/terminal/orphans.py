"""Finds names that still sound although the text that defined them is gone."""

import re
from collections.abc import Iterable
from functools import lru_cache

from livecode.syntax.names import names_of
from livecode.terminal.blocks import blocks

#: Finds the names that an unfinished block, which is not Python yet, will define.
_DEFINED = re.compile(r"^\s*(?:def\s+(\w+)|(\w+)\s*=(?!=))", re.MULTILINE)


#: A longer block, in characters, is searched for names and not parsed, since that holds up keys.
MOST_PARSED = 20_000


class Orphans:
    """Remembers all names that the text has ever defined.

    Other names are no orphans, since another editor may play along, and loops make names as well.
    """

    def __init__(self) -> None:
        self._text: str | None = None
        self._defined: frozenset[str] = frozenset()
        self._ever: set[str] = set()

    def among(self, sounding: Iterable[str], text: str) -> list[str]:
        """Return those of the sounding names that the text defined once and defines no more."""
        if text is not self._text:
            self._text = text
            lines = text.split("\n")
            self._defined = frozenset().union(*(_defined(each.text) for each in blocks(lines)))
            self._ever |= self._defined
        return [name for name in sounding if name in self._ever and name not in self._defined]


@lru_cache(maxsize=1024)  # while somebody types, all blocks but one stay as they are
def _defined(block: str) -> frozenset[str]:
    """Return the names that a block defines, even if it is not finished."""
    found = frozenset(names_of(block).binds if len(block) <= MOST_PARSED else ())
    if not found:
        found = frozenset(filter(None, (name for pair in _DEFINED.findall(block) for name in pair)))
    return found
