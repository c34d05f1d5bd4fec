"""Forks a performance: writes a journal that begins with another's up to a moment, to go on from there."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from livecode.bundles.writing import length_of
from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.journal.journal_file import Journal
from livecode.journal.records import (
    AgentsKnow,
    BlockBegun,
    BlockEnded,
    Closed,
    FileUsed,
    Forked,
    Heartbeat,
    JournalRecord,
    ModelUsed,
    Opening,
    SetRead,
    StatusAfterBlock,
    TakenOver,
    tick_of,
)

#: Records are handed to the disk in groups of so many.
_GROUP = 2000


@dataclass(frozen=True)
class ForkMoment:
    """The moment of a fork, and what stands in the journal before it."""

    at_s: float  # from the beginning of the performance
    tick: int  # sample time, a multiple of the block
    before: list[JournalRecord]
    learned: bytes  # what the agents had learned by then, as the file of a checkpoint; b"": nothing is told
    learned_s: float  # how long before the moment that was

    @property
    def opening(self) -> Opening:
        """How the performance was begun or resumed last."""
        return [each for each in self.before if isinstance(each, Opening)][-1]

    @property
    def last_set(self) -> SetRead | None:
        """The set as it was read last; None if there was none."""
        read = [each for each in self.before if isinstance(each, SetRead)]
        return read[-1] if read else None


def moment_of(records: list[JournalRecord], at_s: float | None) -> ForkMoment:
    """Return the moment so many seconds after the beginning of a performance; None stands for its end.

    A block that was running then is not a part of it: the moment is that of the block's beginning.
    Raises LivecodeError if the performance is not that long, or if nothing had been played by then.
    """
    length = length_of(records)
    at_s = length.seconds if at_s is None else at_s
    if at_s > length.seconds + 0.5:
        raise LivecodeError(
            f"the performance is {minutes(length.seconds)} long: there is no {minutes(at_s)} in it"
        )
    rate, block = length.sample_rate, length.block
    tick = min(length.begin + round(at_s * rate), length.end)
    before: list[JournalRecord] = [
        each for each in records if tick_of(each) <= tick and not isinstance(each, Closed)
    ]
    if (cut := _unfinished(before)) is not None:
        tick = min(tick, tick_of(before[cut]))
        uses = [each for each in before[cut:] if isinstance(each, ModelUsed | FileUsed)]
        before = [*before[:cut], *uses]
    if not any(isinstance(each, Heartbeat | StatusAfterBlock) for each in before):
        raise LivecodeError(
            f"at {minutes(at_s)} nothing had been played yet: choose a later moment with --at"
        )
    learned, learned_tick = b"", tick
    for each in before:
        if isinstance(each, AgentsKnow):
            learned, learned_tick = each.data, each.tick
        elif isinstance(each, TakenOver) and each.learned:
            learned, learned_tick = each.learned, each.tick
    tick = -(-max(tick, *map(tick_of, before)) // block) * block
    return ForkMoment(
        max(tick - length.begin, 0) / rate, tick, before, learned, (tick - learned_tick) / rate
    )


def _unfinished(records: list[JournalRecord]) -> int | None:
    """Return the place of the first block, from the end back, that has not ended; None if all have."""
    begun: dict[int, int] = {}
    for place, each in enumerate(records):
        match each:
            case BlockBegun():
                begun[each.number] = place
            case BlockEnded():
                begun.pop(each.number, None)
            case TakenOver() | Opening():
                begun.clear()  # what has not ended by now killed its mind
    return min(begun.values()) if begun else None


def write_fork(moment: ForkMoment, journal: Path, checkpoint: Path) -> None:
    """Write the journal of a fork, sealed by this installation, and what its agents know.

    Raises LivecodeError if there is no room.
    """
    digest = hashlib.sha256()
    encoder = msgspec.msgpack.Encoder()
    written = Journal(journal)
    for count, record in enumerate(moment.before, 1):
        digest.update(encoder.encode(record))
        written.note(record)
        if count % _GROUP == 0:
            written.flush()
    written.write(Forked(moment.tick, moment.at_s, time.time(), digest.hexdigest()))
    written.close()
    if written.error is not None:
        raise LivecodeError(written.error)
    if moment.learned:
        try:
            replace_file(checkpoint, moment.learned, private=True)
        except OSError as error:
            raise LivecodeError(f"cannot write {checkpoint}: {error.strerror}") from None


def minutes(seconds: float) -> str:
    """Return a length of time as a player shows it.

    >>> minutes(750), minutes(3661.5)
    ('12:30', '1:01:01.5')
    """
    whole = round(seconds, 1)
    hours, rest = divmod(whole, 3600)
    text = (
        f"{int(rest // 60):02}:{rest % 60:04.1f}"
        if hours
        else f"{int(rest // 60)}:{rest % 60:04.1f}"
    )
    text = text.removesuffix(".0")
    return f"{int(hours)}:{text}" if hours else text
