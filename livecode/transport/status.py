"""What a performance posts of itself: for front ends to show, and for a mind that goes on from it."""

from typing import Any

import msgspec

from livecode.transport.messages import Source
from livecode.transport.sending import MidiSource, OscSource
from livecode.transport.stage import StageStatus

#: In the place of a sample buffer: the generation is a graph.
NO_BUFFER = -1


class Generation(msgspec.Struct):
    """One generation of one name: what it sounds from, since when, and whether it is leaving."""

    name: str
    generation: int
    buffer: int  # NO_BUFFER for a graph
    at: int  # sample time, frames
    source: Source
    fade_s: float
    follows: int = 0  # the generation that it takes the place of, 0: none
    leaving: bool = False  # fades out, or will when the next one begins
    begun: bool = False
    until: int = 0  # of what is sent to other programs and leaves: the sample time of its end

    @property
    def sent(self) -> bool:
        """Whether it is sent to other programs, so that neither voices nor engine know of it."""
        return isinstance(self.source, (MidiSource, OscSource))


class BeliefStatus(msgspec.Struct, frozen=True):
    """What an agent expects by move, up and down each axis in turn, (2 * dims,) each."""

    reward: tuple[float, ...] = ()
    novelty: tuple[float, ...] = ()


class AgentStatus(msgspec.Struct, frozen=True):
    """Where an agent is and why.

    position: (dims,); action: the last move in steps along each axis, (dims,); terms: each summand
    of the reward by its name; novelty: how new it is here, 1 where it has never been.
    """

    position: tuple[float, ...] = ()
    action: tuple[float, ...] = ()
    reward: float = 0.0
    terms: dict[str, float] = {}
    novelty: float = 0.0
    beliefs: BeliefStatus = BeliefStatus()
    space: str = ""
    paused: bool = False


class SoundStatus(msgspec.Struct, frozen=True):
    """One name that sounds."""

    kind: str = ""
    muted: bool = False  # it is not heard
    by_name: bool = False  # it was muted itself; else it is not heard because others are solo
    solo: bool = False


class Compared(msgspec.Struct, frozen=True):
    """What a preference hears: which of two stretches plays, and how much it has learned."""

    which: int  # 1 or 2
    comparisons: int
    pair: int  # the number of the pair that an answer is about; 0: none is over yet


class SceneStatus(msgspec.Struct, frozen=True):
    """Which scene of the set plays, since when and for how long, and what comes next."""

    name: str
    index: int
    begun: int | None = None  # sample time
    length: tuple[float, ...] | None = None  # (seconds, beats, bars); None: until cued
    time_s: float = 0.0  # since it began
    left_s: float | None = None  # None: it waits for a cue
    next: str | None = None
    asked_s: float | None = None  # until a scene that was asked for begins
    held: bool = False
    loop: bool = False
    when: bool = False  # a condition ends it
    skipped: tuple[str, ...] = ()
    scenes: tuple[tuple[str, float | None], ...] = ()  # (name, seconds) of those around it
    first: int = 0  # the index of the first of these


#: The files that voices have died of twice: (path or name, version) of each that a source is read from.
Files = tuple[tuple[str, str], ...]


class Status(msgspec.Struct, frozen=True):
    """What is posted on the board many times a second; enough for a mind that takes over at once."""

    frame: int = 0  # sample time of the next tick
    evaluating: bool = False  # whether a block is running
    beat: float | None = None  # None: nothing has been posted yet
    bar: float = 0.0  # by the metre that goes there
    beats_per_bar: float = 4.0  # of the present bar
    tempo: float = 0.0  # beats a minute
    scene: SceneStatus | None = None  # None: no scene of a set plays
    agents: dict[str, AgentStatus] = {}
    sounding: dict[str, SoundStatus] = {}
    values: dict[str, float] = {}  # by name and setting, of all that varies
    pushed: dict[
        str, float
    ] = {}  # bits a second that a tilt pushes a stream from its model, by name
    learned: dict[
        str, str
    ] = {}  # what a stream has learned, and what that gained and lost, by name
    drawn: dict[str, float] = {}  # what the functions of `@layer` return, by name
    named: dict[str, float] = {}  # the performer's signals, while a layer of their own is shown
    compared: dict[str, Compared] = {}  # by the name of the preference
    plotted: dict[str, tuple[float, ...]] = {}  # by title, oldest first: the last half minute
    duets: dict[str, str] = {}  # by name: it listens, hears or answers
    rings: str = ""  # what is heard of each hand's
    twist: float = 0.0  # −1 to 1
    refused: int = 0  # packets
    playing: tuple[Generation, ...] = ()
    #: How often engine and voices had come up when they were last told what is to sound.
    epochs: tuple[int, int] = (0, 0)
    generation: int = 0  # the newest that has been begun
    patterns: int = 0  # grows whenever other tokens of patterns may sound than were told
    clock: tuple[tuple[Any, ...], ...] = ()  # how the beat goes on: `Tempo.state`
    quarantined: tuple[Files, ...] = ()
    failed_turns: dict[str, int] = {}  # in a row, by the name of an `@every`
    fallen: tuple[str, ...] = ()  # functions that have failed while they played
    turns: tuple[str, ...] = ()  # the names of the functions that have turns
    stage: StageStatus = StageStatus()


class GoingOn(msgspec.Struct, frozen=True):
    """What a mind needs beside the blocks to begin again after everything has ended."""

    tempo: float | None = None  # beats a minute
    scene: SceneStatus | None = None
    sounding: tuple[str, ...] = ()
    places: dict[str, tuple[float, ...]] = {}  # of each agent: (latent,)
    clock: tuple[tuple[Any, ...], ...] = ()  # how the beat goes on: `Tempo.state`
    quarantined: tuple[Files, ...] = ()
    failed_turns: dict[str, int] = {}  # in a row, by the name of an `@every`
    fallen: tuple[str, ...] = ()  # functions that have failed while they played


class Trouble(msgspec.Struct, frozen=True):
    """Why the preparation of a set failed, in a sentence; `plays_on`: its scenes play all the same."""

    text: str
    plays_on: bool


def encode(status: Status | GoingOn | Trouble) -> bytes:
    """The status as JSON."""
    return msgspec.json.encode(status)


def decode_trouble(data: bytes) -> Trouble | None:
    """The trouble that was posted; None if there is none."""
    return msgspec.json.decode(data, type=Trouble) if data else None


def decode_status(data: bytes) -> Status:
    """The status that was posted, also in the shape that journals of version 0.1 hold."""
    return msgspec.convert(_renewed(data), Status)


def decode_going_on(data: bytes) -> GoingOn:
    """What a journal says to go on from, also in the shape that journals of version 0.1 hold."""
    return msgspec.convert(_renewed(data), GoingOn)


def look_at_status(data: bytes) -> Status:
    """The status on the board for showing it; an empty one while there is none that can be read."""
    try:
        return decode_status(data)
    except msgspec.MsgspecError:
        return Status()


def _renewed(data: bytes) -> dict[str, Any]:
    """The document with what was flat nested, and with what had other names under its name of now."""
    document: dict[str, Any] = msgspec.json.decode(data or b"{}", type=dict)
    name = document.get("scene")
    if isinstance(name, str):
        document["scene"] = {
            "name": name,
            "first": document.get("scenes_from", 0),
            "skipped": document.get("scenes_skipped", ()),
            "scenes": document.get("scenes", ()),
            **{
                key.removeprefix("scene_"): value
                for key, value in document.items()
                if key.startswith("scene_")
            },
        }
    for row in document.get("playing", ()):
        if "ring" in row:
            row["buffer"] = row.pop("ring")
    return document
