"""How a mind begins: from nothing, in the place of one that died, or after everything had ended."""

import time
from importlib.metadata import version
from pathlib import Path

from livecode.journal.journal import Journal, blocks_to_run_again, last_status
from livecode.journal.records import Opening, TakenOver
from livecode.performance import agent_checkpoint as learned
from livecode.performance.performance import Performance
from livecode.performance.taking_over import begin_again
from livecode.transport.status import decode_going_on, decode_status


def from_nothing(performance: Performance, path: Path, live: bool = True) -> None:
    """Begin a journal; a fresh performance."""
    performance.journal = journal = Journal(path)
    journal.write(_opening(performance, live))
    if live:
        learned.keep(performance, path.parent / learned.FILE)


def in_place_of_another(performance: Performance, path: Path) -> None:
    """Take over while all sounds on: the board holds what the former mind posted last."""
    arena = performance.arena
    arena.messages["engine", "mind"].discard()
    arena.messages["voices", "mind"].discard()
    status = arena.board.look() or b"{}"
    known = _known(path)
    performance.take_over(blocks_to_run_again(path), decode_status(status))
    learned.go_on(performance, path.parent / learned.FILE)
    performance.journal = journal = Journal(path)
    journal.write(TakenOver(performance.frame, status, learned=known))
    learned.keep(performance, path.parent / learned.FILE)


def after_everything_had_ended(performance: Performance, path: Path) -> None:
    """Begin to sound anew, from what the journal says."""
    _, status = last_status(path)
    blocks = blocks_to_run_again(path)
    opening, known = _opening(performance, live=True), _known(path)
    begin_again(performance, blocks, decode_going_on(status))
    learned.go_on(performance, path.parent / learned.FILE)
    performance.journal = journal = Journal(path)
    journal.write(opening)
    journal.write(TakenOver(performance.frame, status, cold=True, learned=known))
    learned.keep(performance, path.parent / learned.FILE)


def _known(path: Path) -> bytes:
    """The file of what agents have learned, as it is now."""
    try:
        return (path.parent / learned.FILE).read_bytes()
    except OSError:
        return b""


def _opening(performance: Performance, live: bool) -> Opening:
    return Opening(
        version("livecode"),
        performance.seed,
        performance.sample_rate,
        performance.block,
        performance.frame,
        time.time(),
        live,
        performance.cues.token,
    )
