"""Forks a performance: writes a journal that begins with another's up to a moment, to go on from there."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from livecode.bundles.needs import OF_NEEDS
from livecode.bundles.writing import OF_LENGTH, length_of
from livecode.errors import LivecodeError
from livecode.files import replace_file, shown
from livecode.journal.inheritance import OF_INHERITANCE, Inheritance, inheritance_of
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
from livecode.journal.segments import write_segment
from livecode.journal.stored_records import (
    Stored,
    StoredRecord,
    decoded,
    may_hold,
    newest_first,
    one_by_one,
    read_stored,
    stored,
)

_OF_STATUS = (Heartbeat, StatusAfterBlock)
#: A heartbeat tells within this many seconds when the records beside it happened.
MARGIN_S = 2.0
#: The latest tick is one of so many records that were noted last.
_NEWEST = 4096
#: The kinds of records that a fork looks into. All others, such as packets, are copied as they are.
OF_FORKS = (*OF_LENGTH, *OF_NEEDS, *OF_INHERITANCE, *_OF_STATUS, AgentsKnow, TakenOver, Closed)


@dataclass(frozen=True)
class ForkMoment:
    """The moment of a fork, and what stands in the journal before it."""

    at_s: float  # from the beginning of the performance
    tick: int  # sample time, a multiple of the block
    before: list[Stored]  # those of OF_FORKS are decoded
    learned: bytes  # what the agents had learned by then, as the file of a checkpoint; b"": nothing is told
    learned_s: float  # how long before the moment that was

    @cached_property
    def records(self) -> list[JournalRecord]:
        """The records of OF_FORKS before the moment."""
        return list(decoded(self.before))

    @property
    def opening(self) -> Opening:
        """How the performance was begun or resumed last."""
        return [each for each in self.records if isinstance(each, Opening)][-1]

    @property
    def last_set(self) -> SetRead | None:
        """The set as it was read last; None if there was none."""
        read = [each for each in self.records if isinstance(each, SetRead)]
        return read[-1] if read else None

    @property
    def status(self) -> bytes:
        """The last status, in JSON, from which the first mind goes on; b"": none is told."""
        told = [each.status for each in self.records if isinstance(each, _OF_STATUS)]
        return next((status for status in reversed(told) if status), b"")

    def inheritance(self) -> Inheritance:
        """Return what the first mind has to know."""
        return inheritance_of(self.records)


def read_for_fork(journal: Path, at_s: float | None) -> list[Stored]:
    """Return the records of a journal up to a moment and a little more, those of OF_FORKS decoded.

    `at_s` is in seconds from the beginning of the performance; None stands for its end. Raises LivecodeError
    if the journal cannot be read.
    """
    found = read_stored(journal, *OF_FORKS)
    if at_s is None or may_hold(journal, Forked):
        return list(found)  # where a fork begins is not known before all is read
    records, latest = list[Stored](), 0
    for each in found:
        records.append(each)
        if isinstance(each.record, Opening):
            latest = round((at_s + MARGIN_S) * each.record.sample_rate)
        elif isinstance(each.record, Heartbeat) and each.record.tick > latest:
            break
    return records


def moment_of(records: list[Stored], at_s: float | None) -> ForkMoment:
    """Return the moment so many seconds after the beginning of a performance; None stands for its end.

    Those of the records that are of OF_FORKS are decoded. A block that was running then is not a part of it:
    the moment is that of the block's beginning. Raises LivecodeError if the performance is not that long, or
    if nothing had been played by then.
    """
    length = length_of(records)
    at_s = length.seconds if at_s is None else at_s
    if at_s > length.seconds + 0.5:
        raise LivecodeError(
            f"the performance is {minutes(length.seconds)} long: there is no {minutes(at_s)} in it"
        )
    rate, block = length.sample_rate, length.block
    tick = min(length.begin + round(at_s * rate), length.end)
    before = list(_up_to(tick, records, round(MARGIN_S * rate)))
    if (cut := _unfinished(before)) is not None:
        tick = min(tick, *map(tick_of, decoded(before[cut : cut + 1])))
        uses = [each for each in before[cut:] if isinstance(each.record, ModelUsed | FileUsed)]
        before = [*before[:cut], *uses]
    if not any(isinstance(each.record, _OF_STATUS) for each in before):
        raise LivecodeError(
            f"at {minutes(at_s)} nothing had been played yet: choose a later moment with --at"
        )
    learned, learned_tick = b"", tick
    for each in decoded(before):
        if isinstance(each, AgentsKnow):
            learned, learned_tick = each.data, each.tick
        elif isinstance(each, TakenOver) and each.learned:
            learned, learned_tick = each.learned, each.tick
    newest = islice(newest_first(before), _NEWEST)
    ticks = [*map(tick_of, decoded(before)), *(each.tick for each in newest)]
    tick = -(-max(tick, *ticks) // block) * block
    return ForkMoment(
        max(tick - length.begin, 0) / rate, tick, before, learned, (tick - learned_tick) / rate
    )


def _up_to(tick: int, records: list[Stored], margin: int) -> Iterator[Stored]:
    """Yield the records up to a tick, but the end of a performance.

    Records that are not decoded were noted as they happened. So those between two heartbeats are all before
    the tick, or all after it, if both heartbeats are so by more than `margin`.
    """
    since, between = 0, list[Stored]()
    for each in records:
        between.append(each)
        if isinstance(each.record, Heartbeat):
            until = each.record.tick
            if max(since, until) + margin < tick:
                yield from (known for known in between if not isinstance(known.record, Closed))
            elif min(since, until) - margin > tick:
                yield from _before(tick, (x for x in between if isinstance(x, StoredRecord)))
            else:
                yield from _before(tick, one_by_one(between))
            since, between = until, []
    yield from _before(tick, one_by_one(between))


def _before(tick: int, records: Iterable[StoredRecord]) -> Iterator[StoredRecord]:
    return (each for each in records if each.tick <= tick and not isinstance(each.record, Closed))


def _unfinished(records: list[Stored]) -> int | None:
    """Return the place of the first block, from the end back, that has not ended; None if all have."""
    begun: dict[int, int] = {}
    for place, each in enumerate(records):
        if each.record is None:
            continue
        match each.record:
            case BlockBegun(number=number):
                begun[number] = place
            case BlockEnded(number=number):
                begun.pop(number, None)
            case TakenOver() | Opening():
                begun.clear()  # what has not ended by now killed its mind
    return min(begun.values()) if begun else None


def write_fork(moment: ForkMoment, journal: Path, checkpoint: Path) -> None:
    """Write the journal of a fork, sealed by this installation, and what its agents know.

    What was played before is one segment, and what begins now goes on in another: it need not be read to
    begin. Raises LivecodeError if there is no room.
    """
    digest = hashlib.sha256()
    for each in moment.before:
        digest.update(each.frames)
    forked = Forked(moment.tick, moment.at_s, time.time(), digest.hexdigest(), moment.status)
    try:
        write_segment(journal, 1, (each.frames for each in moment.before))
        write_segment(journal, 2, [stored(forked).frames])
        if moment.learned:
            replace_file(checkpoint, moment.learned, private=True)
    except OSError as error:
        raise LivecodeError(
            f"cannot write {shown(journal.parent)}: {error.strerror or error}"
        ) from None


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
