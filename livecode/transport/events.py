"""What a performance says when it happens, as one struct that every front end reads."""

from typing import Literal, get_args

import msgspec

from livecode.errors import located

Kind = Literal["swap", "undo", "redo", "resound", "scene", "fallback", "error", "note"]
#: Every kind: a swap changes names, an undo takes changes back, a redo does them again, and a
#: resound brings back what was silenced.
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Kinds that tell of something that went wrong.
WRONG: frozenset[Kind] = frozenset({"error", "fallback"})
_UNDONE = {"undo": "undone", "redo": "done again", "resound": "sounding again"}


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened at a sample time.

    `names`: what it is about: names of the performer's, `ego.level` for a setting, the scene's
    name for a scene. `text` says what happened without repeating names and line.
    """

    frame: int
    kind: Kind
    names: tuple[str, ...] = ()
    line: int | None = None  # of the block or the file, from 1
    text: str = ""
    file: str = ""  # the set file that the line is in, where the event is about a file
    traceback: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether it tells of something that went wrong."""
        return self.kind in WRONG

    def __str__(self) -> str:
        """One sentence, for front ends that write none of their own."""
        names = ", ".join(self.names)
        if self.kind in _UNDONE:
            return f"{_UNDONE[self.kind]}: {names or 'the mix'}"
        if self.kind in ("swap", "scene"):
            return names
        sentence = located(self.text, self.names, self.line)
        return f"{self.file}, {sentence}" if self.file else sentence
