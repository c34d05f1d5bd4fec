"""The records of a journal: all that entered a performance, each with its tick.

Every record names a `tick`: the sample time of the tick before which it took effect, or in which, as
its class says. Classes may be renamed, but `tag` is what stands in files: it must stay.
"""

from typing import Union

import msgspec

from livecode.transport.messages import AnyMessage


class Opening(msgspec.Struct, frozen=True, tag=True):
    """The performance was started, or resumed after everything had ended."""

    version: str
    seed: int
    sample_rate: int
    block: int
    tick: int = 0  # sample time of the first tick
    date: float = 0.0  # seconds since 1970
    live: bool = True  # in processes, with their buffers; False: offline
    cues: str = ""  # the token for cues over OSC; "": closed
    layout: int = 0  # version of the shared memory's layout; 0: not told
    folder: str = (
        ""  # in which the process stood, to which paths in code are relative; "": not told
    )


class SetRead(msgspec.Struct, frozen=True, tag=True):
    """The set file was opened, or was read again after somebody had changed it."""

    tick: int
    path: str
    text: str
    again: bool = False  # read again, for the scene of the next `SceneBegun`
    opening: bool = False  # whether it opened the performance


class ModelUsed(msgspec.Struct, frozen=True, tag=True):
    """Something was to sound from a model; `sha256` is that of its file, "" if it has none."""

    name: str
    sha256: str


class FileUsed(msgspec.Struct, frozen=True, tag=True):
    """Something was to sound from a sound file; `sha256` is that of the file, "" if it could not be read."""

    path: str
    sha256: str


class BlockBegun(msgspec.Struct, frozen=True, tag=True):
    """A block is about to be evaluated, before the tick of sample time `frame`."""

    number: int
    frame: int
    code: str
    name: str | None = None
    undoable: bool = True  # `undo` takes it back


class BlockEnded(msgspec.Struct, frozen=True, tag=True):
    """The block of that number has been evaluated, before the tick of sample time `frame`."""

    number: int
    frame: int
    ok: bool  # all of it took effect
    names: tuple[str, ...] = ()  # changed by it
    changed: bool = True  # it may have left something behind in the mind
    kept: bool = False  # a name was refused, and what the code bound besides was kept


class LeftOut(msgspec.Struct, frozen=True, tag=True):
    """The block of that number is not run again: minds died soon after they had run it again."""

    tick: int
    number: int


class BlockPoint(msgspec.Struct, frozen=True, tag="Point"):
    """A block or a cue changed what the ticks play, between two ticks."""

    tick: int


class BlockRead(msgspec.Struct, frozen=True, tag="Read"):
    """A block read what ticks move on, or stored what they read, and a tick had passed since its last point.

    `count` counts the block's reads, from 1 up, and its stores, from −1 down.
    """

    tick: int
    count: int


class GaveUp(msgspec.Struct, frozen=True, tag=True):
    """Code of a block was interrupted, or took too long by the wall clock."""

    tick: int
    why: str
    interrupted: bool


class SceneBegun(msgspec.Struct, frozen=True, tag=True):
    """A scene came due; the blocks up to the next record of its kind belong to it."""

    tick: int
    index: int
    opening: bool = False  # whether it opened the performance, on beat 0


class ScenePlayed(msgspec.Struct, frozen=True, tag=True):
    """A scene became the present one, by its time, a cue or a word."""

    tick: int
    name: str


class CuesRun(msgspec.Struct, frozen=True, tag=True):
    """Cues that had arrived were followed; the blocks after this record are theirs."""

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
    """A hot-key of the terminal was pressed, or a fader was moved, at sample time `frame`."""

    tick: int
    frame: int
    key: str


class Hushed(msgspec.Struct, frozen=True, tag=True):
    """The terminal faded out everything while a block was running."""

    tick: int
    fade_s: float


class Panicked(msgspec.Struct, frozen=True, tag=True):
    """The mind noticed a panic."""

    tick: int


class MessagesHeard(msgspec.Struct, frozen=True, tag="Heard"):
    """Messages of engine and voices were taken in, in that tick or by a block before it."""

    tick: int
    messages: tuple[AnyMessage, ...]
    in_block: bool = False


class Restarted(msgspec.Struct, frozen=True, tag=True):
    """In that tick the mind noticed that the engine or the voices had been restarted."""

    tick: int
    engine: bool
    voices: bool
    suspect: int  # the generation that probably killed the engine; 0: none
    loading: tuple[int, ...] = ()  # the generations that the voices were loading when they died


class FeaturesRead(msgspec.Struct, frozen=True, tag="Features"):
    """Features of sounds were read in that tick and had changed: (sound, feature, value) each."""

    tick: int
    read: tuple[tuple[str, str, float | list[float]], ...]
    block: int = 0  # number of the block that read them; 0: the tick itself


class FellBack(msgspec.Struct, frozen=True, tag=True):
    """In that tick the `call`th call of a performer's function was too slow by the wall clock."""

    tick: int
    call: int
    why: str


class Led(msgspec.Struct, frozen=True, tag=True):
    """In that tick Ableton Link set the tempo and the beat."""

    tick: int
    bpm: float
    beat: float


class Skipped(msgspec.Struct, frozen=True, tag=True):
    """The ticks from `begin` up to `tick` were left out, since the mind was held up."""

    tick: int
    begin: int


class TakenOver(msgspec.Struct, frozen=True, tag=True):
    """Another mind took over from the status of a former one; `tick` is its first tick."""

    tick: int
    status: bytes  # JSON
    cold: bool = False  # everything had ended, and all sounds began again
    learned: bytes = b""  # file of what the agents had learned
    died: int = 0  # sample time of the first tick that the former mind did not end; 0: not known


class Heartbeat(msgspec.Struct, frozen=True, tag="Alive"):
    """The ticks before `tick` are done, and `controls` is a checksum of all that they wrote.

    The recorder writes one twice a second.
    """

    tick: int
    controls: int
    status: bytes = b""  # JSON; a mind that takes over goes on from it


class StatusAfterBlock(msgspec.Struct, frozen=True, tag="Stands"):
    """The status after a block, in JSON; it replaces that of the last heartbeat."""

    tick: int
    status: bytes


class AgentsKnow(msgspec.Struct, frozen=True, tag=True):
    """What the agents had learned: the file of a checkpoint."""

    tick: int
    data: bytes


class Forked(msgspec.Struct, frozen=True, tag=True):
    """Another performance was gone on with from here: what stands before is its journal, up to that tick."""

    tick: int
    at_s: float  # seconds from the beginning of that performance
    date: float  # of the fork, in seconds since 1970
    parent: str = ""  # SHA-256 of what its journal held
    status: bytes = b""  # JSON; what the first mind goes on from


class Gap(msgspec.Struct, frozen=True, tag=True):
    """From that tick on, so many records were left out: there was no room for them."""

    tick: int
    records: int


class Closed(msgspec.Struct, frozen=True, tag=True):
    """The performance was ended on purpose."""

    tick: int


JournalRecord = Union[
    Opening, SetRead, ModelUsed, FileUsed, BlockBegun, BlockEnded, LeftOut, BlockPoint, BlockRead, GaveUp,
    SceneBegun, ScenePlayed, CuesRun, Packet, MidiMessage, KeyPress, Hushed, Panicked, MessagesHeard,
    Restarted, FeaturesRead, FellBack, Led, Skipped, TakenOver, Heartbeat, StatusAfterBlock, AgentsKnow,
    Forked, Gap, Closed,
]  # fmt: skip


def tick_of(record: JournalRecord) -> int:
    """Return the sample time of the tick before which, or in which, a record took effect.

    0 for a record that belongs to no tick.
    """
    if isinstance(record, BlockBegun | BlockEnded):
        return record.frame
    return 0 if isinstance(record, ModelUsed | FileUsed) else record.tick
