"""The messages that the processes send each other, as frozen structs, and how to send and receive them."""

from collections.abc import Iterator
from typing import Union

import msgspec

from livecode.transport import MessageQueue
from livecode.transport.lessons import Directions as Directions
from livecode.transport.lessons import GetLearningTakes as GetLearningTakes
from livecode.transport.lessons import GetTakes as GetTakes
from livecode.transport.lessons import LearnedAdapter as LearnedAdapter
from livecode.transport.message import Message as Message
from livecode.transport.sources import TEST_MODEL as TEST_MODEL
from livecode.transport.sources import FileSource as FileSource
from livecode.transport.sources import GraphSource as GraphSource
from livecode.transport.sources import HitsSource as HitsSource
from livecode.transport.sources import LatentNotesSource as LatentNotesSource
from livecode.transport.sources import LatentSource as LatentSource
from livecode.transport.sources import OnsetSource as OnsetSource
from livecode.transport.sources import Source as Source
from livecode.transport.sources import StereoSource as StereoSource
from livecode.transport.sources import StreamSource as StreamSource
from livecode.transport.sources import TransferSource as TransferSource
from livecode.transport.sources import VoiceSource as VoiceSource
from livecode.transport.tape import Tape as Tape
from livecode.transport.transfer import Encoded as Encoded

# mind -> engine


class PlayBuffer(Message, frozen=True, tag=True):
    """Play a sample buffer under `name`: fade it in and fade the older generations of the name out."""

    name: str
    generation: int
    buffer: int
    at: int  # sample time, frames: the earliest beginning
    fade_s: float
    takes: str = ""  # the name that steps aside while this one is heard; "": none


class PlayGraph(Message, frozen=True, tag=True):
    """Build a @dsp from its source, run it unheard for a while, then fade it in under `name`."""

    name: str
    generation: int
    at: int  # sample time, frames: the earliest beginning
    fade_s: float
    source: str  # the text of one function definition
    function: str  # the function's name
    first_line: int  # the line of the performer's block where the source begins
    inputs: tuple[str, ...]  # names that the function takes as sound
    controls: dict[str, float]  # keyword -> value before the first change
    voices: int = 0  # of a @synth: it takes freq and gate, and this many notes sound at once
    since: int = (
        0  # sample time before which it does not run, even if the mind is ahead of the engine
    )


class Fade(Message, frozen=True, tag=True):
    """Fade out the generations of `name` below `before`, from sample time `at` on."""

    name: str
    fade_s: float
    at: int = 0  # 0: at once
    before: int = 1 << 62


class Shape(Message, frozen=True, tag=True):
    """Let the effects of `name` follow its controls, and the sound of `duck` push it back; "": none.

    `out`: the outputs of the device that it is heard from, from 1, one or two; (): the master.
    """

    name: str
    duck: str = ""
    since: int = (
        0  # sample time before which it is not followed, even if the mind is ahead of the engine
    )
    out: tuple[int, ...] = ()
    cued: bool = False  # heard on the headphones, too


class GrabSound(Message, frozen=True, tag=True):
    """Write what `name` plays between two sample times, before its level and pan, to a file in `KITS`."""

    name: str
    begin: int
    end: int
    file: str


class Listen(Message, frozen=True, tag=True):
    """Copy the sound of `name` into the tap of that index. With an empty name, the tap stays empty."""

    name: str
    tap: int


class OpenGate(Message, frozen=True, tag=True):
    """Let sound through again after a panic, unless another panic has come since."""

    panics: int  # the number of panics when the message was sent


# terminal -> engine, mind -> engine


class Record(Message, frozen=True, tag=True):
    """Record the master to a WAV file from now on. An empty path stops the recording."""

    path: str
    stems: str = ""  # a folder for stems: one file for what each name adds to the master
    bits: int = 32  # 24 (integer) or 32 (float)


class ChooseAudio(Message, frozen=True, tag=True):
    """Play on another back end or device. With an empty back end, open the present one again."""

    backend: str = ""  # one of `engine.device.BACKENDS`
    device: str = ""  # its name, or the beginning of it; "": the default one


class SurveyAudio(Message, frozen=True, tag=True):
    """Find out which back ends and devices there are, and post them on the arena's audio board."""


# terminal -> mind


#: The key that stands for a request for another scene: a cell without end makes way for it.
CUE = "cue"


class Press(Message, frozen=True, tag=True):
    """A hot-key: `like`, `dislike`, a letter, or a fader such as `fader3=0.5`."""

    key: str


class Interrupt(Message, frozen=True, tag=True):
    """Interrupt the block that is evaluated, where no signal reaches another process."""


# mind -> voices


class StartVoice(Message, frozen=True, tag=True):
    """Start a voice that writes into a sample buffer."""

    name: str
    generation: int
    buffer: int
    at: int  # sample time, frames, at which the voice's first sample is to be heard
    source: VoiceSource


class StopVoice(Message, frozen=True, tag=True):
    """End the voice of that generation."""

    generation: int


class Scores(Message, frozen=True, tag=True):
    """How much each candidate of a tilted stream's chunk earns; see `OfferedChunk`. None: no reward works."""

    generation: int
    chunk: int
    scores: tuple[float, ...]


class GetSounds(Message, frozen=True, tag=True):
    """Load these sounds of a kit, since they are about to be played."""

    kit: int  # its number
    sounds: tuple[int, ...]  # each counted in the kit's listing, from 0


# engine, voices -> mind


class Began(Message, frozen=True, tag=True):
    """A generation is heard from sample time `at` on."""

    name: str
    generation: int
    at: int


class Built(Message, frozen=True, tag=True):
    """A graph has been built, and runs unheard from sample time `at` on."""

    name: str
    generation: int
    at: int
    trial: bool = False  # its cost is being measured: `Tried` or `Failed` follows


class Tried(Message, frozen=True, tag=True):
    """A graph fits. Its cost and the engine's load with it are shares of a block's length."""

    name: str
    generation: int
    cost: float
    load: float


class Ended(Message, frozen=True, tag=True):
    """A generation is silent for good, and its buffer is no longer read."""

    name: str
    generation: int


class Failed(Message, frozen=True, tag=True):
    """A generation could not begin or had to stop; `why` is a sentence."""

    name: str
    generation: int
    why: str
    line: int | None = None  # of the performer's block, from 1, where it is to blame


class Note(Message, frozen=True, tag=True):
    """Something that the performer should know; `text` is a sentence.

    `name`: what it is about, if it is about one name. `once`: it stays true, and is told only once.
    """

    text: str
    at: int
    name: str = ""
    once: bool = False


# engine, voices -> mind, for the journal alone: what differed from what the mind had asked for


class VoiceAligned(Message, frozen=True, tag="Placed"):
    """Position `position` in a voice's buffer is for sample time `frame`, and what follows for later."""

    generation: int
    position: int  # frames since the buffer was emptied
    frame: int
    fresh: bool  # True: a new voice; False: a late voice that has skipped samples


class Missed(Message, frozen=True, tag=True):
    """A sound of a kit was not there yet when it was to begin, at sample time `at`."""

    generation: int
    at: int
    sound: int  # in the kit's listing, from 0


class Rested(Message, frozen=True, tag=True):
    """A stream rests to save computing time, or plays again, from `position` in its buffer on."""

    generation: int
    position: int
    rests: bool


class Narrowed(Message, frozen=True, tag=True):
    """A tilted stream draws at most so many candidates from `position` in its buffer on."""

    generation: int
    position: int
    most: int


class GivenUp(Message, frozen=True, tag=True):
    """A tilted stream goes on with one candidate from `position` on: the others were not drawn in time."""

    generation: int
    position: int  # in its buffer


class Tilted(Message, frozen=True, tag=True):
    """What became of the scores of a chunk, in the hop at `position` in a stream's buffer."""

    generation: int
    position: int
    scores: tuple[float, ...]  # as they were used; empty: none came in time
    candidates: int
    bits: float  # by which the chunk was pushed away from the model
    seconds: float  # of the chunk


class DuetTurn(Message, frozen=True, tag=True):
    """A stream of a duet begins to hear a phrase, to answer it, or to listen again.

    An answer begins in the hop at `position` in the stream's buffer.
    """

    generation: int
    position: int
    what: str  # "hears", "answers" or "listens"
    number: int = 0  # of the answer, from 1
    frames: int = 0  # how long the answer is, at the engine's rate
    wait: int = 0  # frames of the hop before it begins
    gain: float = 1.0
    phrase: bytes = b""  # FLAC at the model's rate


class Underrun(Message, frozen=True, tag="Dry"):
    """A generation had no samples in the blocks from `begin` up to `end`.

    The engine sends one message when the underrun begins and one when it ends.
    """

    generation: int
    begin: int  # sample time
    end: int  # NEVER while the underrun lasts


class FadedLate(Message, frozen=True, tag=True):
    """A fade that was due at sample time `stamp` began late, at `frame`."""

    name: str
    stamp: int
    frame: int


class Late(Message, frozen=True, tag=True):
    """A change of a control reached one reader late: due at `stamp`, applied at `frame`."""

    change: tuple[int, str, int, int]  # (generation of a voice or 0, control, number, stamp)
    frame: int


class Lost(Message, frozen=True, tag=True):
    """Changes of a control were overwritten before a reader got them: from `first` on, before `last`."""

    who: int  # generation of a voice, or 0
    control: str
    first: int  # numbers of changes
    last: int


class Unread(Message, frozen=True, tag=True):
    """A reader has ended before it got the changes from `number` on; it had asked up to `frame`."""

    who: int  # generation of a voice, or 0
    control: str
    number: int
    frame: int  # sample time


class ShapeFollowed(Message, frozen=True, tag=True):
    """A `Shape` of that name has been followed from the block at sample time `at` on."""

    name: str
    at: int


class Silenced(Message, frozen=True, tag=True):
    """A panic has closed the gate in the block at sample time `at`."""

    at: int


AnyMessage = Union[
    PlayBuffer, PlayGraph, Fade, Listen, OpenGate, Press, Interrupt, GrabSound, Record,
    ChooseAudio, SurveyAudio, Shape, StartVoice, StopVoice, GetSounds, GetTakes, Directions, Scores,
    GetLearningTakes, LearnedAdapter,
    Began, Built, Tried, Ended, Failed, Note, VoiceAligned, Missed, Rested, Narrowed, GivenUp,
    Tilted, DuetTurn, Encoded, Underrun, FadedLate, Late, Lost, Unread, ShapeFollowed, Silenced,
]  # fmt: skip
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyMessage)


def send(queue: MessageQueue, message: Message) -> bool:
    """Send a message. Return False if the queue is full because its reader has stopped reading."""
    return queue.send(_encoder.encode(message))


def receive(queue: MessageQueue, most: int = 64) -> Iterator[AnyMessage]:
    """Yield up to `most` waiting messages."""
    for _ in range(most):
        if (data := queue.receive()) is None:
            return
        yield _decoder.decode(data)
