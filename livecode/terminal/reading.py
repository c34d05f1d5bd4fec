"""Reads from the shared memory what the status bar shows."""

import json
from typing import Any

from livecode.terminal.status_bar import Reading
from livecode.transport import Arena


def read_arena(arena: Arena, now_ns: int) -> Reading:
    """What there is to show at this moment; waits for no one."""
    header = arena.header
    beat_ns = header.mind_beat_ns
    tape = _document(arena.tape.look())
    return Reading(
        board=_document(arena.board.look()),
        levels=_document(arena.meters.look()),
        device=arena.device.look().decode(errors="replace"),
        load=header.load,
        late=header.late_blocks,
        underruns=header.underruns,
        peak=max(header.peak_left, header.peak_right),
        tape=tape,
        recorded_s=max(0.0, (header.clock()[0] - tape.get("begin", 0)) / header.sample_rate),
        mind_silent_s=(now_ns - beat_ns) * 1e-9 if beat_ns else 0.0,
    )


def _document(data: bytes) -> dict[str, Any]:
    try:
        return json.loads(data) if data else {}
    except ValueError:  # it was written to while being read
        return {}
