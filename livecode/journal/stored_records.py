"""Records as they stand in a journal, so that they can be copied without being decoded."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from livecode.errors import LivecodeError
from livecode.journal.records import BlockBegun, BlockEnded, JournalRecord, tick_of
from livecode.journal.segments import Passage, frame, pieces_of, segments

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JournalRecord)


class StoredRecord(msgspec.Struct, frozen=True, gc=False):
    """A record as it stands in a journal; it is decoded if its kind was asked for."""

    data: bytes
    record: JournalRecord | None = None

    @property
    def tick(self) -> int:
        """The tick of the record, as `tick_of` says."""
        return _at_decoder.decode(self.data).tick if self.record is None else tick_of(self.record)

    @property
    def frames(self) -> bytes:
        """The record as it stands in the file."""
        return frame(self.data)


#: What a journal holds, in order.
Stored = StoredRecord | Passage


def stored(record: JournalRecord) -> StoredRecord:
    """Return a record as it stands in a journal."""
    return StoredRecord(_encoder.encode(record), record)


def decoded(records: Iterable[Stored]) -> Iterator[JournalRecord]:
    """Yield those of the records that are decoded."""
    return (each.record for each in records if each.record is not None)


def one_by_one(records: Iterable[Stored]) -> Iterator[StoredRecord]:
    """Yield the records, those of passages one by one."""
    for each in records:
        if isinstance(each, Passage):
            yield from map(StoredRecord, each.records())
        else:
            yield each


def newest_first(records: Sequence[Stored]) -> Iterator[StoredRecord]:
    """Yield the records from the last one back."""
    for each in reversed(records):
        yield from reversed(list(one_by_one([each])))


def read_stored(path: Path, *kinds: type[msgspec.Struct]) -> Iterator[Stored]:
    """Yield what a journal holds: the records of `kinds` decoded, and the others as passages between them.

    Reads and raises as `read_journal` does.
    """
    frames, count = list[bytes](), 0
    for piece in pieces_of_journal(segments(path), (*kinds, *_OF_A_FRAME)):
        if isinstance(piece, Passage):
            frames.append(piece.frames)
            count += piece.count
            continue
        if frames:
            yield Passage(b"".join(frames), count)
            frames, count = [], 0
        yield piece
    if frames:
        yield Passage(b"".join(frames), count)


def may_hold(path: Path, kind: type[msgspec.Struct]) -> bool:
    """Return whether a journal may hold a record of that kind. It holds none if this is False.

    Nothing is decoded. Raises LivecodeError if a file cannot be read.
    """
    name = msgspec.msgpack.encode(kind.__struct_config__.tag)
    try:
        return any(name in segment.read_bytes() for segment in segments(path))
    except OSError as error:
        raise LivecodeError(f"cannot read the journal {path}: {error.strerror}") from None


def pieces_of_journal(
    found: Iterable[Path], kinds: Sequence[type[msgspec.Struct]]
) -> Iterator[Stored]:
    """Yield what segments hold: the records of `kinds`, or of all if there are none, and passages of others.

    Reads and raises as `read_journal` does.
    """
    of_kinds = {
        msgspec.msgpack.encode(kind.__struct_config__.tag): not kinds or kind in kinds
        for kind in get_args(JournalRecord)
    }
    trouble: LivecodeError | None = None
    some = False
    for segment in found:
        try:
            for piece in pieces_of(segment, lambda head: of_kinds.get(_kind_in(head), True)):
                some = True
                if isinstance(piece, Passage):
                    yield piece
                else:
                    yield StoredRecord(piece, _decoder.decode(piece))
        except msgspec.ValidationError:
            raise LivecodeError(
                f"the journal {segment} is of a newer version of livecode: read it with that one"
            ) from None
        except (msgspec.DecodeError, RecursionError):
            trouble = trouble or LivecodeError(
                f"the journal {segment} holds a record that is damaged"
            )
        except LivecodeError as error:
            trouble = trouble or error
    if trouble is not None and not some:
        raise trouble


class _At(msgspec.Struct):
    """The tick of a record of any kind but `_OF_A_FRAME`."""

    tick: int = 0


#: Kinds whose tick has another name.
_OF_A_FRAME = (BlockBegun, BlockEnded)
_at_decoder = msgspec.msgpack.Decoder(_At)
#: How an encoded record begins, behind the byte that counts its fields; the name of its kind follows.
_TYPE = b"\xa4type"


def _kind_in(head: bytes) -> bytes:
    """Return the name of a kind, as MessagePack has it, from the head of a record; b"" if none is there."""
    return head[1 + len(_TYPE) :] if head[1 : 1 + len(_TYPE)] == _TYPE else b""
