"""Begins a mind: from nothing, in the place of one that died, or after everything has ended."""

import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import msgspec

from livecode.errors import LivecodeError
from livecode.journal.journal import Journal, blocks_to_run_again, last_status, read_journal
from livecode.journal.records import (
    BlockBegun,
    BlockEnded,
    LeftOut,
    Opening,
    ScenePlayed,
    TakenOver,
)
from livecode.performance.agent_checkpoint import FILE, AgentCheckpoint
from livecode.performance.taking_over import Handover
from livecode.playing.clock import PerformanceClock
from livecode.sets.cues import Cues
from livecode.transport import Arena
from livecode.transport.header import Header
from livecode.transport.status import decode_going_on, decode_status, encode


class Begins(Protocol):
    """The parts of a performance that begin it."""

    arena: Arena
    seed: int
    clock: PerformanceClock
    cues: Cues
    handover: Handover
    checkpoint: AgentCheckpoint

    @property
    def journal(self) -> Journal | None:
        """Where all that enters is written."""

    @journal.setter
    def journal(self, journal: Journal | None) -> None: ...


def from_nothing(performance: Begins, path: Path, live: bool = True) -> None:
    """Begin a fresh performance with a journal of its own."""
    performance.journal = journal = Journal(path)
    journal.write(_opening(performance, live))
    if live:
        performance.checkpoint.keep(path.parent / FILE)


def in_place_of_another(performance: Begins, path: Path) -> None:
    """Take over from a mind that died, while everything sounds on; the board holds its last status."""
    arena = performance.arena
    former = decode_status(arena.board.look() or b"{}")
    # the former mind may have begun generations after it had posted last
    newest = max(former.generation, int(arena.buffer_owners.max()))
    former = msgspec.structs.replace(former, generation=newest)
    status = encode(former)
    known = _known(path)
    performance.handover.take_over(blocks_to_run_again(path), former)
    performance.checkpoint.go_on(path.parent / FILE)
    performance.journal = journal = Journal(path)
    journal.write(TakenOver(performance.clock.frame, status, learned=known))
    performance.checkpoint.keep(path.parent / FILE)


def after_everything_had_ended(performance: Begins, path: Path) -> None:
    """Begin to sound again from what the journal says."""
    _, status = last_status(path)
    blocks = blocks_to_run_again(path)
    opening, known = _opening(performance, live=True), _known(path)
    performance.handover.begin_again(blocks, decode_going_on(status))
    performance.checkpoint.go_on(path.parent / FILE)
    performance.journal = journal = Journal(path)
    journal.write(opening)
    journal.write(TakenOver(performance.clock.frame, status, cold=True, learned=known))
    performance.checkpoint.keep(path.parent / FILE)


def is_begun(path: Path) -> bool:
    """Return whether a journal holds anything to go on from."""
    try:
        return any(True for _ in read_journal(path))
    except LivecodeError:
        return False


@dataclass(frozen=True)
class DoneByAnother:
    """How far former minds have come with opening the set."""

    prepared: bool = False  # the code before its first scene has run
    begun: bool = False  # its first scene has


def done_by_another(path: Path) -> DoneByAnother:
    """Return how far a journal tells that former minds have come with opening the set."""
    blocks, played = 0, False
    for record in read_journal(path) if is_begun(path) else ():
        blocks += isinstance(record, BlockEnded)
        played = played or isinstance(record, ScenePlayed)
    return DoneByAnother(prepared=blocks > 0 or played, begun=blocks > 1 or played)


def leave_out(path: Path, header: Header) -> list[str]:
    """Leave the newest blocks out for good, as many as the supervisor says; return a sentence for each.

    The supervisor says so when minds die soon after they have run the blocks again.
    """
    count = header.leave_out
    if not count or not is_begun(path):
        return []
    blocks = blocks_to_run_again(path)[-count:]
    journal = Journal(path)
    for block in blocks:
        journal.write(LeftOut(block.frame, block.number))
    journal.close()
    return [
        f"the mind died soon after it had run this block again, so it is left out: {_in_short(block)}"
        for block in blocks
    ]


def _in_short(block: BlockBegun) -> str:
    """Return the first line of a block that says something."""
    lines = [line.strip() for line in block.code.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith("#")] or lines or [""]
    return told[0] if len(told) == 1 else f"{told[0]} …"


def _known(path: Path) -> bytes:
    """The checkpoint beside the journal as it is now; b"" if there is none."""
    try:
        return (path.parent / FILE).read_bytes()
    except OSError:
        return b""


def _opening(performance: Begins, live: bool) -> Opening:
    clock = performance.clock
    return Opening(
        version("livecode"),
        performance.seed,
        clock.sample_rate,
        clock.block,
        clock.frame,
        time.time(),
        live,
        performance.cues.token,
    )
