"""Begins a mind: from nothing, in the place of one that died, or after everything has ended."""

import time
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from livecode.journal.journal import Journal, blocks_to_run_again, last_status
from livecode.journal.records import Opening, TakenOver
from livecode.performance.agent_checkpoint import FILE, AgentCheckpoint
from livecode.performance.taking_over import Handover
from livecode.playing.clock import PerformanceClock
from livecode.sets.cues import Cues
from livecode.transport import Arena
from livecode.transport.status import decode_going_on, decode_status


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
    arena.messages["engine", "mind"].discard()
    arena.messages["voices", "mind"].discard()
    status = arena.board.look() or b"{}"
    known = _known(path)
    performance.handover.take_over(blocks_to_run_again(path), decode_status(status))
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
