"""Begins a mind: from nothing, in the place of one that died, or after everything has ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import msgspec

from livecode.errors import LivecodeError
from livecode.evaluation.blocks import BlockRunner
from livecode.files import path_text
from livecode.journal.inheritance import Inheritance, decode_inheritance, read_inheritance
from livecode.journal.journal_file import Journal, last_status, read_journal
from livecode.journal.recorder import JournalRecorder
from livecode.journal.records import BlockBegun, BlockEnded, LeftOut, Opening, TakenOver
from livecode.performance.agent_checkpoint import FILE, AgentCheckpoint
from livecode.performance.taking_over import Handover
from livecode.playing.clock import PerformanceClock
from livecode.sets.cues import Cues
from livecode.transport import MAGIC, Arena
from livecode.transport.header import Header
from livecode.transport.status import decode_going_on, decode_status, encode


class Begins(Protocol):
    """The parts of a performance that begin it."""

    arena: Arena
    seed: int
    clock: PerformanceClock
    cues: Cues
    handover: Handover
    blocks: BlockRunner
    recorder: JournalRecorder
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
        _keep_learned(performance, path)


@dataclass(frozen=True)
class Recalled:
    """What a mind knows of the performance that it goes on with."""

    inheritance: Inheritance
    #: Why names of before are not known, in a sentence; "": they are.
    trouble: str = ""


def recall(arena: Arena, path: Path) -> Recalled:
    """Return what a former mind has left in the shared memory, or else in the journal.

    A journal that cannot be read ends nothing: what sounds plays on, though nothing is known of it.
    """
    if (inheritance := decode_inheritance(arena.inheritance.look())) is not None:
        inheritance.begun.clear()
        return Recalled(inheritance)
    try:
        return Recalled(read_inheritance(path))
    except LivecodeError as error:
        # before a former mind had posted, nothing had begun
        return Recalled(Inheritance(), str(error) if arena.board.look() else "")


def in_place_of_another(
    performance: Begins, path: Path, recalled: Recalled, run_again: Callable[[], None]
) -> None:
    """Take over from a mind that died, while everything sounds on; the board holds its last status.

    run_again: called when its blocks have been run again, before anything starts or ends.
    """
    arena, inheritance = performance.arena, recalled.inheritance
    former = decode_status(arena.board.look() or b"{}")
    # the former mind may have begun generations after it had posted last
    newest = max(former.generation, int(arena.buffer_owners.max()))
    former = msgspec.structs.replace(former, generation=newest)
    status, died = encode(former), arena.header.mind_tick
    known = _known(path)
    performance.recorder.inheritance_post.inheritance = inheritance
    blocks = inheritance.in_order
    performance.handover.take_over(blocks, former, not recalled.trouble, run_again)
    performance.blocks.number = inheritance.count_killer()
    performance.checkpoint.go_on(path.parent / FILE)
    lacking = _lacking(path, inheritance)
    performance.journal = journal = Journal(path)
    if lacking is None:
        journal.write(_opening(performance, live=True))
    for block in blocks if lacking is None else lacking:
        journal.note(block)
        journal.note(BlockEnded(block.number, block.frame, True, changed=True))
    journal.write(TakenOver(performance.clock.frame, status, learned=known, died=died))
    _keep_learned(performance, path)


def after_everything_had_ended(performance: Begins, path: Path, inheritance: Inheritance) -> None:
    """Begin to sound again from what the journal says."""
    _, status = last_status(path)
    opening, known = _opening(performance, live=True), _known(path)
    performance.recorder.inheritance_post.inheritance = inheritance
    performance.handover.begin_again(inheritance.in_order, decode_going_on(status))
    performance.blocks.number = inheritance.count_killer()
    performance.checkpoint.go_on(path.parent / FILE)
    performance.journal = journal = Journal(path)
    journal.write(opening)
    journal.write(TakenOver(performance.clock.frame, status, cold=True, learned=known))
    _keep_learned(performance, path)


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


def done_by_another(recalled: Recalled) -> DoneByAnother:
    """Return how far former minds have come with opening the set; all the way, if nobody can tell."""
    inheritance = recalled.inheritance
    played = inheritance.has_played or bool(recalled.trouble)
    return DoneByAnother(
        prepared=inheritance.ended > 0 or played, begun=inheritance.ended > 1 or played
    )


def leave_out(path: Path, header: Header, inheritance: Inheritance) -> list[str]:
    """Leave the newest blocks out for good, as many as the supervisor says; return a sentence for each.

    The supervisor says so when minds die soon after they have run the blocks again.
    """
    count = header.leave_out
    blocks = inheritance.in_order[-count:] if count else []
    if not blocks:
        return []
    journal = Journal(path)
    for block in blocks:
        left_out = LeftOut(block.frame, block.number)
        inheritance.add(left_out)
        journal.write(left_out)
    journal.close()
    return [
        f"the mind died soon after it had run this block again, so it is left out: {_in_short(block)}"
        for block in blocks
    ]


def forgotten(trouble: str) -> str:
    """Return the sentence for a performer whose names are lost."""
    return (
        f"{trouble}: what sounds plays on, and hush() ends it, but names of before are not known here; "
        "evaluate your blocks again"
    )


def _lacking(path: Path, inheritance: Inheritance) -> list[BlockBegun] | None:
    """Return the blocks that the journal does not have; None if it has nothing at all."""
    try:
        there = read_inheritance(path).blocks if is_begun(path) else None
    except LivecodeError:
        there = None
    if there is None:
        return None
    return [block for block in inheritance.in_order if block.number not in there]


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


def _keep_learned(performance: Begins, path: Path) -> None:
    """Keep what the agents learn from now on, beside the journal and now and then in it."""
    performance.checkpoint.keep(path.parent / FILE, tell=performance.recorder.learned)


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
        MAGIC,
        _standing(),
    )


def _standing() -> str:
    """Return the folder in which the process stands; "" if it has been removed."""
    try:
        return path_text(Path.cwd())
    except OSError:
        return ""
