"""What a journal holds, record by record: all that entered a performance, at its tick."""

from typing import Any, Union

import msgspec

from livecode.transport.messages import AnyMessage

#: `tick`, in every record below: the sample time of the tick before which, or in which, it took effect.


class Opening(msgspec.Struct, frozen=True, tag=True):
    """How the performance was started, or taken up again after everything had ended."""

    version: str
    seed: int
    sample_rate: int
    block: int
    tick: int = 0  # sample time of the first tick
    date: float = 0.0  # seconds since 1970
    live: bool = True  # with processes and buffers as large as theirs
    cues: str = ""  # the token that opens them to a second person


class SetRead(msgspec.Struct, frozen=True, tag=True):
    """The set file as it was opened, or as it was when it was read again."""

    tick: int
    path: str
    text: str
    again: bool = False  # before the scene of the next `SceneBegun`


class ModelUsed(msgspec.Struct, frozen=True, tag=True):
    """A model that something was to sound from; `sha256` is that of its file, "" if there is none."""

    name: str
    sha256: str


class BlockBegun(msgspec.Struct, frozen=True, tag=True):
    """A block is about to be evaluated, before the tick of that sample time."""

    number: int
    frame: int
    code: str
    name: str | None = None


class BlockEnded(msgspec.Struct, frozen=True, tag=True):
    """It has been; `names` are those that it changed, `ok` if all of it took effect."""

    number: int
    frame: int
    ok: bool
    names: tuple[str, ...] = ()


class Point(msgspec.Struct, frozen=True, tag=True):
    """A block, or a cue, did something to what the ticks play."""

    tick: int


class GaveUp(msgspec.Struct, frozen=True, tag=True):
    """Code of a block was interrupted, or took too long by the clock on the wall."""

    tick: int
    why: str
    interrupted: bool


class SceneBegun(msgspec.Struct, frozen=True, tag=True):
    """A scene came due; the blocks after this are its."""

    tick: int
    index: int


class ScenePlayed(msgspec.Struct, frozen=True, tag=True):
    """A scene is the present one from here on, however it was come to."""

    tick: int
    name: str


class CuesRun(msgspec.Struct, frozen=True, tag=True):
    """Cues that had come in were followed; the blocks after this are theirs."""

    tick: int


class Packet(msgspec.Struct, frozen=True, tag=True):
    """An OSC packet that arrived at sample time `frame`."""

    tick: int
    frame: int
    data: bytes


class MidiMessage(msgspec.Struct, frozen=True, tag=True):
    """A MIDI message that arrived at sample time `frame`."""

    tick: int
    frame: int
    data: bytes


class KeyPress(msgspec.Struct, frozen=True, tag=True):
    """A hot-key of the terminal, or a fader."""

    tick: int
    frame: int
    key: str


class Hushed(msgspec.Struct, frozen=True, tag=True):
    """The terminal hushed everything while a block was running."""

    tick: int
    fade_s: float


class Panicked(msgspec.Struct, frozen=True, tag=True):
    """The mind saw that there had been a panic."""

    tick: int


class Heard(msgspec.Struct, frozen=True, tag=True):
    """What engine and voices said was taken in: in that tick, or by a block before it."""

    tick: int
    messages: tuple[AnyMessage, ...]
    in_block: bool = False


class Restarted(msgspec.Struct, frozen=True, tag=True):
    """In that tick the mind saw that the engine or the voices had come up anew."""

    tick: int
    engine: bool
    voices: bool
    suspect: int  # the generation that the engine is thought to have died of, 0: none


class Features(msgspec.Struct, frozen=True, tag=True):
    """Features of sounds as they were read in that tick, (name, feature, value), where changed."""

    tick: int
    read: tuple[tuple[str, str, Any], ...]
    block: int = 0  # the number of the block that read them, 0: the tick did


class FellBack(msgspec.Struct, frozen=True, tag=True):
    """In that tick the `call`th call of a performer's function was too slow by the wall's clock."""

    tick: int
    call: int
    why: str


class Led(msgspec.Struct, frozen=True, tag=True):
    """In that tick Link led the tempo."""

    tick: int
    bpm: float
    beat: float


class Skipped(msgspec.Struct, frozen=True, tag=True):
    """The ticks from `begin` up to `tick` were left out, after a hold-up."""

    tick: int
    begin: int


class TakenOver(msgspec.Struct, frozen=True, tag=True):
    """Another mind took over, from a former one's status: its first tick is to be `tick`."""

    tick: int
    status: bytes  # JSON
    cold: bool = False  # everything had ended: it began to sound anew
    learned: bytes = b""  # the file of what agents had learned


class Heartbeat(msgspec.Struct, frozen=True, tag="Alive"):
    """Twice a second: the ticks before `tick` are done, and wrote controls of that checksum."""

    tick: int
    controls: int
    status: bytes = b""  # JSON: what it takes to go on from here


class Stands(msgspec.Struct, frozen=True, tag=True):
    """How it stands after a block, in the place of the status of the last sign of life."""

    tick: int
    status: bytes


class Closed(msgspec.Struct, frozen=True, tag=True):
    """The performance was ended on purpose."""

    tick: int


Record = Union[
    Opening, SetRead, ModelUsed, BlockBegun, BlockEnded, Point, GaveUp, SceneBegun, ScenePlayed, CuesRun,
    Packet, MidiMessage, KeyPress, Hushed, Panicked, Heard, Restarted, Features, FellBack, Led, Skipped,
    TakenOver, Heartbeat, Stands, Closed,
]  # fmt: skip


def tick_of(record: Record) -> int:
    """The sample time of the tick before which, or in which, it took effect; 0 where it has none."""
    if isinstance(record, BlockBegun | BlockEnded):
        return record.frame
    return 0 if isinstance(record, ModelUsed) else record.tick
