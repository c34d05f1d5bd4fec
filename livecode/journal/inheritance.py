"""What a mind that takes over has to know: the blocks to run again, and the set; kept without a disk.

The mind posts it in the shared memory after each block, since a journal may be unreadable or lack what
there was no room for.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from livecode.journal.journal_file import read_journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    JournalRecord,
    LeftOut,
    ScenePlayed,
    SetRead,
)

#: The kinds of records that tell an inheritance.
OF_INHERITANCE = (BlockBegun, BlockEnded, LeftOut, SetRead, ScenePlayed)
#: How the names of blocks begin that are turns of an `@every`.
TURN = "every "
#: So many turns of each are run again by a mind that takes over, since a night has thousands.
KEPT_TURNS = 32


class Inheritance(msgspec.Struct):
    """The blocks that took effect, by number, and the set as it was read last.

    A block that never ended is not among them, since it may have killed the mind. Nor is one that
    changed nothing: some were interrupted for good reason, and others would do again what is done,
    such as adding to a file.

    `begun` are blocks of which the end is not known. One of them may have killed a mind.
    """

    blocks: dict[int, BlockBegun] = {}
    set_read: SetRead | None = None
    has_played: bool = False  # a scene: the set has been opened
    begun: dict[int, BlockBegun] = {}
    ended: int = 0  # blocks, whatever they have done
    newest: int = 0  # number of a block

    def add(self, record: JournalRecord) -> bool:
        """Take in what a record tells, and return whether there is more to know by now."""
        match record:
            case BlockBegun():
                self.begun[record.number] = record
                self.newest = max(self.newest, record.number)
                return False
            case BlockEnded():
                self.ended += 1
                begun = self.begun.pop(record.number, None)
                if begun is not None and _took_effect(record):
                    self.blocks[record.number] = begun
                    self._forget_turns(begun.name)
            case LeftOut():
                return self.blocks.pop(record.number, None) is not None
            case SetRead():
                self.set_read = record
            case ScenePlayed():
                self.has_played = True
            case _:
                return False
        return True

    def _forget_turns(self, name: str | None) -> None:
        """Forget all turns of an `@every` but the last ones, which say what it has come to."""
        if name is not None and name.startswith(TURN):
            turns = sorted(number for number, block in self.blocks.items() if block.name == name)
            for number in turns[:-KEPT_TURNS]:
                del self.blocks[number]

    def count_killer(self) -> int:
        """Count the block that may have killed a mind, and return its number, the newest that there is.

        What was posted last does not tell of it. Its number must not be another's: a replay would take
        the end of the other block for its own.
        """
        self.newest += 1
        return self.newest

    @property
    def in_order(self) -> list[BlockBegun]:
        """The blocks to run again, the oldest first."""
        return [self.blocks[number] for number in sorted(self.blocks)]


def _took_effect(ended: BlockEnded) -> bool:
    """Return whether a block left anything behind, so that a mind that takes over runs it again."""
    return bool(ended.names or (ended.ok and ended.changed) or ended.kept)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Inheritance)


class InheritancePost:
    """Keeps an inheritance up to date, and posts it where another mind finds it."""

    def __init__(self, inheritance: Inheritance | None = None) -> None:
        self.inheritance = Inheritance() if inheritance is None else inheritance
        self._post: Callable[[bytes], None] | None = None
        self._most_bytes = 0

    def post_to(self, post: Callable[[bytes], None], most_bytes: int) -> None:
        """Post from now on; in the place of a document of more than `most_bytes`, an empty one is posted."""
        self._post, self._most_bytes = post, most_bytes
        self._tell()

    def add(self, record: JournalRecord) -> None:
        """Take in a record, and post what is known if that is more by now."""
        if self.inheritance.add(record):
            self._tell()

    def _tell(self) -> None:
        if self._post is None:
            return
        document = _encoder.encode(self.inheritance)
        self._post(document if len(document) <= self._most_bytes else b"")


def decode_inheritance(document: bytes) -> Inheritance | None:
    """Return what was posted; None if nothing was, or if it was too large or is damaged."""
    try:
        return _decoder.decode(document) if document else None
    except msgspec.DecodeError:
        return None


def inheritance_of(records: Iterable[JournalRecord]) -> Inheritance:
    """Return what the records of a journal tell."""
    inheritance = Inheritance()
    for record in records:
        inheritance.add(record)
    inheritance.begun.clear()
    return inheritance


def read_inheritance(journal: Path) -> Inheritance:
    """Return what a journal tells; raises LivecodeError if it cannot be read."""
    return inheritance_of(read_journal(journal, *OF_INHERITANCE))
