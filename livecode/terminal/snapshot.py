"""Reads from the shared memory what the terminal shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from livecode.terminal.meter import MasterLevel
from livecode.transport import Arena
from livecode.transport.audio import look_at_audio
from livecode.transport.messages import Tape
from livecode.transport.status import Status, look_at_status

#: An engine whose heart has not beaten for this long computes nothing.
STILL_S = 1.0


@dataclass(frozen=True)
class Snapshot:
    """The mind's status and the engine's meters at one moment."""

    status: Status = field(default_factory=Status)
    levels: Mapping[str, float] = field(
        default_factory=dict
    )  # name -> peak since the last snapshot
    device: str = ""
    load: float = 0.0  # share of a block's time that the engine needs
    late: int = 0  # blocks
    underruns: int = 0
    peak: float = 0.0  # of the louder side in the newest block
    mind_silent_s: float = 0.0  # seconds since the mind's last heartbeat
    tape: Tape = field(default_factory=Tape)  # what is being recorded
    recorded_s: float = 0.0  # length of the recording
    #: Measured over all blocks since the last look.
    master: MasterLevel = field(default_factory=MasterLevel)
    viewers: int = 0  # browsers that show the stage page
    staged: bool = False  # there is a stage page
    blackout: bool = False  # it is black
    unheard: str = ""  # why nobody hears what sounds; "": it is heard, or was not meant to be
    heard: bool = True  # there is a device that somebody can hear


def read_arena(arena: Arena, now_ns: int) -> Snapshot:
    """Return what there is to show at this moment, without waiting for anyone."""
    header = arena.header
    beat_ns = header.mind_beat_ns
    tape = _tape(arena.tape.look())
    return Snapshot(
        status=look_at_status(arena.board.look()),
        levels=_levels(arena.meters.look()),
        device=arena.device.look().decode(errors="replace"),
        load=header.load,
        late=header.late_blocks,
        underruns=header.underruns,
        peak=max(header.peak_left, header.peak_right),
        tape=tape,
        recorded_s=max(0.0, (header.clock()[0] - tape.begin) / header.sample_rate),
        viewers=header.viewers,
        staged=bool(header.stage_pid),
        blackout=bool(header.blackout),
        unheard=_unheard(arena, now_ns),
        heard=look_at_audio(arena.audio).is_heard,
        mind_silent_s=(now_ns - beat_ns) * 1e-9 if beat_ns else 0.0,
    )


def _unheard(arena: Arena, now_ns: int) -> str:
    """Return why nobody hears what sounds: the device is gone, or the engine stands still."""
    beat_ns = arena.header.engine_beat_ns
    if beat_ns and (now_ns - beat_ns) * 1e-9 > STILL_S:
        return "the engine stands still"
    return look_at_audio(arena.audio).unheard


def _levels(data: bytes) -> dict[str, float]:
    """Decode the peaks of names; {} if they were damaged."""
    try:
        return msgspec.json.decode(data or b"{}", type=dict[str, float])
    except msgspec.MsgspecError:  # an engine in trouble may write NaN
        return {}


def _tape(data: bytes) -> Tape:
    """Decode what is being recorded."""
    try:
        return msgspec.json.decode(data or b"{}", type=Tape)
    except msgspec.MsgspecError:
        return Tape()
